internal import Events
internal import Domain
internal import JSON
internal import Providers
internal import SendStore
internal import Store

extension CallbackJudge {
  /// With what the store has of the sends that these are about, as far as it matters.
  init(of callbacks: [ProviderCallback], in store: SendStore) throws(StoreError) {
    let unnamed = callbacks.filter(\.isUnnamedFailure)
    let attempts = try store.attempts(of: Set(unnamed.map(\.providerID)))
    let refused = callbacks.filter(\.isForClosedWindow).compactMap {
      ($0.attempt ?? attempts[$0.providerID])?.send
    }
    self.init(
      attempts, withFallback: try store.withFallback(Set(refused)),
      dropped: try store.dropped(
        callbacks.filter(\.mayBeDrop).compactMap { $0.attempt ?? attempts[$0.providerID] }))
  }
}

extension SendStore {
  /// Those whose acceptance had the mark of a hold, and those whose acceptance we never heard of: Meta reports of what
  /// it took alone.
  fileprivate func dropped(_ attempts: [AttemptID]) throws(StoreError) -> Set<AttemptID> {
    let answers = try answers(to: Set(attempts.map(\.send)))
    return Set(
      attempts.filter { attempt in
        guard let found = answers[attempt.send], found.attempt == attempt.number else {
          return false
        }
        if found.state.rank < SendState.accepted.rank { return true }
        let answer = found.answer.map { ProviderAnswer(status: 200, body: $0) }
        return answer.flatMap { MetaAnswer.read($0, attempt: attempt.number).hold } != nil
      })
  }

  fileprivate func withFallback(_ sends: Set<SendID>) throws(StoreError) -> Set<SendID> {
    var found: Set<SendID> = []
    for id in sends {
      if let send = try send(id), send.hasFallback { found.insert(id) }
    }
    return found
  }
}

extension StoredSend {
  /// What cannot be read was refused when it was taken in, so nothing is lost by saying no.
  fileprivate var hasFallback: Bool {
    JSONValue(whole: content.json)?["fallbackTemplate"].map { !$0.isNull } ?? false
  }
}
