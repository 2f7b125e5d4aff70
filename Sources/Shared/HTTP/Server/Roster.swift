internal import Platform

/// Every open connection.
final class Roster: Sendable {
  private let connections = Locked<[ServerConnection]>([])

  func add(_ connection: ServerConnection) {
    connections.withLock {
      connection.place = $0.count
      $0.append(connection)
    }
  }

  func remove(_ connection: ServerConnection) {
    connections.withLock {
      let last = $0.removeLast()
      guard last !== connection else { return }
      $0[connection.place] = last
      last.place = connection.place
    }
  }

  var count: Int { connections.withLock { $0.count } }

  var all: [ServerConnection] { connections.withLock { $0 } }
}
