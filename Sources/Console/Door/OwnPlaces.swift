internal import HTTP
internal import Settings

/// The names by which this console is called. A page of somebody else's whose name was made to point here has another,
/// and so has a page that writes from elsewhere.
struct OwnPlaces: Sendable {
  private let hosts: Set<String>
  private let origins: Set<String>
  /// Where links lead.
  let origin: String
  /// Whether all that browsers send is encrypted on its way.
  let isSecure: Bool
  /// Of the session's cookie: browsers tell cookies of one host apart by name, never by port.
  let cookieName: String

  init(_ console: ConsoleSettings, port: UInt16) {
    var hosts: Set<String> = []
    if console.isLoopback {
      for host in ["127.0.0.1", "localhost", "::1", console.listen.host] {
        hosts.insert(Address(host: host, port: port).description.lowercased())
      }
    }
    var origins = Set(hosts.map { "http://\($0)" })
    if let url = console.url {
      hosts.insert(url.authority.lowercased())
      origins.insert("\(url.scheme)://\(url.authority.lowercased())")
    }
    (self.hosts, self.origins) = (hosts, origins)
    let own = Address(host: console.listen.host, port: port)
    origin = console.url.map { "\($0.scheme)://\($0.authority)" } ?? "http://\(own)"
    isSecure = console.url?.scheme == "https"
    cookieName = isSecure ? "__Host-postrider" : "postrider-\(port)"
  }

  func areCalled(by request: HTTPRequest) -> Bool {
    let given = request.headers.all("Host")
    return given.count == 1 && hosts.contains(given[0].lowercased())
  }

  func has(origin: String) -> Bool { origins.contains(origin.lowercased()) }
}
