internal import Domain
internal import HTTP
internal import Providers
internal import Service

/// The doors of all senders that the settings name.
struct DoorBook: Sendable {
  private let doors: [SenderID: SenderDoor]

  init(_ settings: Settings) throws(ServiceAccount.Fault) {
    let storage = try settings.gcs.map { account throws(ServiceAccount.Fault) in
      try ServiceAccount(json: account)
    }
    let list = settings.senders.map { sender in
      SenderDoor(sender, publicURL: settings.publicURL, storage: storage)
    }
    doors = Dictionary(list.map { ($0.sender, $0) }) { $1 }
  }

  subscript(sender: SenderID) -> SenderDoor? { doors[sender] }

  var all: [SenderDoor] { doors.values.sorted { $0.sender < $1.sender } }

  /// Which lane group each sender's lane is in.
  var groups: [SenderID: LaneGroupID] { doors.mapValues(\.settings.sender.laneGroup) }

  /// As many connections to a host as its senders may have in flight together.
  var clientConfiguration: HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration()
    let perHost = Dictionary(
      doors.values.map { ($0.host, $0.settings.sender.budget.inFlight) }, uniquingKeysWith: +)
    configuration.connectionsPerHost = min(max(perHost.values.max() ?? 0, 16), Self.mostConnections)
    configuration.totalConnections = min(
      max(perHost.values.reduce(0, +), 64), 2 * Self.mostConnections)
    return configuration
  }

  private static let mostConnections = 1024
}
