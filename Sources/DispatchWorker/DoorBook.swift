internal import Settings
internal import Domain
internal import HTTP
internal import Platform
internal import Providers

/// The doors of all senders that the settings name; they change when the settings are read again.
final class DoorBook: Sendable {
  private let doors: Locked<[SenderID: SenderDoor]>
  let routes = RouteBook()

  init(_ settings: Settings) throws(ServiceAccount.Fault) {
    doors = Locked(try Self.doors(settings, routes))
  }

  private static func doors(
    _ settings: Settings, _ routes: RouteBook
  ) throws(ServiceAccount.Fault) -> [SenderID: SenderDoor] {
    let storage = try settings.gcs.map { account throws(ServiceAccount.Fault) in
      try ServiceAccount(json: account)
    }
    let list = settings.senders.map { sender in
      SenderDoor(
        sender, publicURL: settings.publicURL, storage: storage, patience: settings.answerTimeout,
        routes: routes)
    }
    return Dictionary(list.map { ($0.sender, $0) }) { $1 }
  }

  subscript(sender: SenderID) -> SenderDoor? { doors.withLock { $0[sender] } }

  /// Answers whose credentials are others than before.
  func replace(by settings: Settings) throws(ServiceAccount.Fault) -> [SenderID] {
    let new = try Self.doors(settings, routes)
    return doors.withLock { doors in
      defer { doors = new }
      return new.keys.filter {
        doors[$0]?.settings.credentials != new[$0]?.settings.credentials
      }.sorted()
    }
  }

  /// Which lane group each sender's lane is in.
  var groups: [SenderID: LaneGroupID] {
    doors.withLock { $0 }.mapValues(\.settings.sender.laneGroup)
  }

  /// Whether any template may go another way than other messages.
  var haveRoutes: Bool {
    doors.withLock { $0 }.values.contains {
      $0.provider == .meta && $0.settings.marketing.use != .never
    }
  }

  var hosts: Set<String> { doors.withLock { Set($0.values.map(\.host)) } }

  /// As many connections to a host as its senders may have in flight together.
  var clientConfiguration: HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration()
    let perHost = Dictionary(
      doors.withLock { $0 }.values.map { ($0.host, $0.settings.sender.budget.inFlight) },
      uniquingKeysWith: +)
    configuration.connectionsPerHost = min(max(perHost.values.max() ?? 0, 16), Self.mostConnections)
    configuration.totalConnections = min(
      max(perHost.values.reduce(0, +), 64), 2 * Self.mostConnections)
    return configuration
  }

  private static let mostConnections = 1024
}
