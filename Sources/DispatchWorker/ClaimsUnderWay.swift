internal import Domain
internal import Platform
internal import SendStore

/// What this worker has claimed and not recorded. An intent in the store under its name that is not here was
/// written by a claim whose answer never came.
final class ClaimsUnderWay: Sendable {
  private struct Place: Hashable {
    let send: SendKey
    let claim: ClaimID
  }

  private let places = Locked<Set<Place>>([])

  func add(_ sends: [ClaimedSend]) {
    places.withLock { $0.formUnion(sends.map { Place(send: $0.key, claim: $0.claim) }) }
  }

  /// Once the store has their records for certain.
  func remove(_ sends: some Sequence<ClaimedSend>) {
    places.withLock { places in
      for send in sends { places.remove(Place(send: send.key, claim: send.claim)) }
    }
  }

  func contains(_ send: SendKey, _ claim: ClaimID) -> Bool {
    places.withLock { $0.contains(Place(send: send, claim: claim)) }
  }
}
