/// Pages for people, at an address of their own.
package struct ConsoleSettings: Hashable, Sendable {
  package let listen: Address
  /// As browsers call it, where a proxy stands in front; nil: as it listens.
  package let url: WebAddress?

  package init(listen: Address, url: WebAddress? = nil) {
    self.listen = listen
    self.url = url
  }

  package var isLoopback: Bool { listen.isLoopback }
}

extension SettingsReader {
  /// An address, or an object with one.
  var console: ConsoleSettings? {
    guard isObject("console") else {
      return value("console", "host:port", Address.init).map { ConsoleSettings(listen: $0) }
    }
    guard let own = object("console") else { return nil }
    let listen = own.value("listen", "host:port", Address.init)
    if !own.has("listen") { own.fault("listen", "is missing: where the console listens") }
    let url = own.value("url", "an http or https address", WebAddress.init)
    own.finish()
    return listen.map { ConsoleSettings(listen: $0, url: url) }
  }
}

extension SettingsChecks {
  /// A session in the clear is anybody's, and a name that nobody set could be any.
  func checkConsole() {
    guard let console = settings.console else { return }
    for (name, other) in [
      ("listen", settings.listen), ("admin.ingest", settings.admin[.ingest]),
    ] {
      if let other, console.listen.collides(with: other) {
        list.add("console", "is \(console.listen), which \(name) has already")
      }
    }
    guard let url = console.url else {
      if !console.isLoopback {
        list.add(
          "console",
          "listens beyond this machine, so it needs url: the https address that a proxy in front of it has"
        )
      }
      return
    }
    if !url.path.isEmpty {
      list.add("console.url", "has a path; the console needs a host or a port of its own")
    }
    if url.scheme != "https", !url.isLoopback {
      list.add("console.url", "must be an https address, as sessions go over it")
    }
  }
}

extension Address {
  /// Only this machine reaches it.
  var isLoopback: Bool { WebAddress("http://\(self)")?.isLoopback ?? false }
}
