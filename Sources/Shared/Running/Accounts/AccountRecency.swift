package import Platform
internal import Time

/// Whether an account that is not known may be about to be: for ten seconds after any change, and while the store cannot
/// be looked at. Who asks in the name of one is told to come again, rather than to go away.
package final class AccountRecency: Sendable {
  private struct State {
    var lookedAt: RunningTime?
    var changedAt: RunningTime?
  }

  private let state = Locked(State())

  package init() {}

  static let afterChange = Duration.seconds(10)
  static let withoutLook = Duration.seconds(5)

  package func looked(at time: RunningTime = .now) { state.withLock { $0.lookedAt = time } }

  package func changed(at time: RunningTime = .now) { state.withLock { $0.changedAt = time } }

  package func isUnsettled(at now: RunningTime = .now) -> Bool {
    state.withLock { state in
      // Where nobody ever looked there is nothing but the settings, or the store was away from the start.
      let isBlind = state.lookedAt.map { now - $0 > Self.withoutLook } ?? false
      let isRecent = state.changedAt.map { now - $0 < Self.afterChange } ?? false
      return isBlind || isRecent
    }
  }
}
