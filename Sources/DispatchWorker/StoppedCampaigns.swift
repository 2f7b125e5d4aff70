internal import Domain
internal import Platform
internal import SendStore
internal import Store

/// The campaigns that have sends between claim and answer, and which of them have been stopped meanwhile: those must not
/// pass the gate any more.
final class StoppedCampaigns: Sendable {
  private struct State {
    var underWay: [CampaignKey: Int] = [:]
    var stopped: Set<CampaignKey> = []
  }

  private let state = Locked(State())

  func add(_ send: ClaimedSend) {
    guard let campaign = send.campaign else { return }
    state.withLock { $0.underWay[campaign, default: 0] += 1 }
  }

  /// Asked at the gate.
  func pass(_ send: ClaimedSend) -> Bool {
    guard let campaign = send.campaign else { return true }
    return state.withLock { !$0.stopped.contains(campaign) }
  }

  func forget(_ send: ClaimedSend) {
    guard let campaign = send.campaign else { return }
    state.withLock { state in
      let left = (state.underWay[campaign] ?? 0) - 1
      state.underWay[campaign] = left > 0 ? left : nil
      if left <= 0 { state.stopped.remove(campaign) }
    }
  }

  /// Only those with something under way are worth a question.
  func look(in store: SendStore) throws(StoreError) {
    let asked = state.withLock { Set($0.underWay.keys) }
    guard !asked.isEmpty else { return }
    let stopped = try store.stopped(asked)
    state.withLock { state in
      state.stopped = stopped.filter { state.underWay[$0] != nil }
    }
  }
}
