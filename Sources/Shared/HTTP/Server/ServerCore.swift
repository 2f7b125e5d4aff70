internal import Platform
internal import Synchronization

/// What the loops share.
final class ServerCore: Sendable {
  let configuration: HTTPServer.Configuration
  let door: HTTPServer.RoutedDoor
  /// For what is refused before there is a route.
  let countsOfNone: RouteCounts?
  /// As they are sent.
  let fields: [UInt8]
  private let open = Atomic(0)
  private let draining = Atomic(false)
  /// Open connections of each address, where that is limited.
  private let perAddress = Locked<[PeerAddress: Int]>([:])

  init(
    _ configuration: HTTPServer.Configuration, counting countsOfNone: RouteCounts?,
    _ door: @escaping HTTPServer.RoutedDoor
  ) {
    self.countsOfNone = countsOfNone
    self.configuration = configuration
    fields = configuration.fields.filter(\.isSendable)
      .flatMap { Array("\($0.name): \($0.value)\r\n".utf8) }
    self.door = door
  }

  /// No further request is wanted on any connection.
  var isDraining: Bool { draining.load(ordering: .relaxed) }

  func startDraining() { draining.store(true, ordering: .sequentiallyConsistent) }

  var isFull: Bool { open.load(ordering: .relaxed) >= configuration.maximumConnections }

  /// Whether its address may have one more.
  func connectionBegan(_ peer: PeerAddress) -> Bool {
    let limit = configuration.maximumConnectionsPerAddress
    if limit > 0 {
      let isTaken = perAddress.withLock { counts in
        let count = counts[peer.withoutPort, default: 0]
        if count < limit { counts[peer.withoutPort] = count + 1 }
        return count < limit
      }
      guard isTaken else { return false }
    }
    open.add(1, ordering: .relaxed)
    return true
  }

  func connectionEnded(_ peer: PeerAddress) {
    open.subtract(1, ordering: .relaxed)
    guard configuration.maximumConnectionsPerAddress > 0 else { return }
    perAddress.withLock { counts in
      let count = counts[peer.withoutPort, default: 1] - 1
      counts[peer.withoutPort] = count > 0 ? count : nil
    }
  }
}
