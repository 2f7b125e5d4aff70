internal import Campaigns
internal import Domain
internal import Platform
internal import Running
internal import SendStore
internal import Store
internal import Telemetry

/// Sees to the rehearsal that this process runs: one at a time, as each takes memory and time beside what is sent.
/// Nobody waits in a queue, as a rehearsal that had waited would show a state that is over.
///
/// The store has its state, so every process shows it and any may stop it: the one that runs it tells that it is there,
/// and hears by the same statement that it is not wanted any more.
final class RehearsalDesk: Sendable {
  enum Begun {
    case running(StoredRehearsal)
    /// One of the same campaign runs.
    case runsAlready
    /// One of another campaign runs in this process.
    case isBusy
    /// This process can have none.
    case isMissing
  }

  private struct State: Sendable {
    var isBusy = false
    var isClosed = false
  }

  private let door: DoorContext
  private let desk: Desk?
  private let state = Monitor(State())

  init(_ door: DoorContext) {
    self.door = door
    desk = door.rehearse.map { _ in Desk("rehearsal", threads: 1, limit: 1) }
  }

  /// Ends what runs, and lets it write that down.
  func close() {
    state.change { $0.isClosed = true }
    desk?.close()
    state.wait(for: Self.farewell) { !$0.isBusy }
  }

  private static let farewell = Duration.seconds(5)

  func begin(
    _ campaign: StoredCampaign, _ request: RehearsalRequest, in store: SendStore
  ) throws -> Begun {
    guard let rehearse = door.rehearse, let desk else { return .isMissing }
    guard try store.rehearsal(of: campaign.key)?.state != .running else { return .runsAlready }
    guard takePlace() else { return .isBusy }
    do {
      let texts = request.faults.map(\.text)
      guard let begun = try store.beginRehearsal(of: campaign.key, faults: texts) else {
        leavePlace()
        return .runsAlready
      }
      let isTaken = desk.take { [self] in
        run(begun, store) { goesOn in rehearse(campaign.id, request.faults, goesOn) }
        leavePlace()
      }
      guard isTaken else {
        leavePlace()
        _ = try store.end(begun, .failed(Self.closing))
        return .isBusy
      }
      return .running(begun)
    } catch {
      leavePlace()
      throw error
    }
  }

  private static let closing = "the process that ran it was stopped: start it again"

  private func takePlace() -> Bool {
    state.change { state in
      guard !state.isBusy, !state.isClosed else { return false }
      state.isBusy = true
      return true
    }
  }

  private func leavePlace() { state.change { $0.isBusy = false } }

  private func run(
    _ rehearsal: StoredRehearsal, _ store: SendStore,
    _ rehearse: ((RehearsalProgress?) -> Bool) -> RehearsalResult
  ) {
    var beats = RehearsalBeats(start: .now)
    let result = rehearse { progress in
      guard !state.peek({ $0.isClosed }) else { return false }
      guard beats.isDue(at: .now) else { return true }
      do {
        beats.told(isWanted: try store.beat(rehearsal, progress), at: .now)
      } catch {
        // Until it is taken for lost.
        beats.failed(at: .now)
      }
      return beats.goesOn(at: .now)
    }
    keep(state.peek { $0.isClosed } ? .failed(Self.closing) : result, of: rehearsal, in: store)
  }

  private func keep(
    _ result: RehearsalResult, of rehearsal: StoredRehearsal, in store: SendStore
  ) {
    for _ in 0..<Self.attempts {
      do {
        _ = try store.end(rehearsal, result)
        return
      } catch {
        door.log.warning("a rehearsal's end could not be written", ["reason": "\(error)"])
        guard error.isTransient, !state.peek({ $0.isClosed }) else { return }
        pause(for: Self.rest)
      }
    }
  }

  private static let attempts = 10
  private static let rest = Duration.seconds(1)
}
