internal import Campaigns
internal import Domain
internal import Platform
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// A clock that goes only where it is put.
final class RehearsalClock: Sendable {
  private let time: Locked<Int64>

  init(_ start: Timestamp) { time = Locked(start.microseconds) }

  var now: Timestamp { Timestamp(microseconds: time.withLock { $0 }) }

  func go(to next: Timestamp) { time.withLock { $0 = max($0, next.microseconds) } }

  var storeClock: StoreClock {
    let read: @Sendable () -> Int64 = { self.time.withLock { $0 } }
    return StoreClock(running: read, calendar: read, boot: "rehearsal")
  }
}

/// Somebody ended a rehearsal before its end.
struct RehearsalStopped: Error, CustomStringConvertible {
  let description = "the rehearsal was stopped; nothing of it is left"
}

/// A store of its own with a copy of one campaign in it, and with its own time. It is gone with the object.
final class RehearsalStage {
  let clock: RehearsalClock
  let store: SendStore
  let settings: Settings
  let definition: CampaignDefinition
  let worker = WorkerID("rehearsal")
  /// Somebody wants no more of it.
  let stop: StopSignal
  let campaign: StoredCampaign
  let care: CareTerms
  /// Not written to yet, as the campaign was copied.
  let people: Int
  /// Who wrote within a day.
  let inWindow: Set<PersonAddress>
  private let folder: StageFolder
  private var leases: [Lease] = []
  private var leasedUntil = Timestamp.distantPast

  init(
    copying real: SendStore, _ original: StoredCampaign, _ definition: CampaignDefinition,
    _ settings: Settings, at time: Timestamp, mostMemory: UInt64,
    until stop: StopSignal
  ) throws {
    (self.definition, self.settings, self.stop) = (definition, settings, stop)
    clock = RehearsalClock(time)
    folder = try StageFolder(
      for: original.rows, mostMemory: mostMemory,
      beside: Platform.folder(ofFile: settings.spool.path))
    store = try SendStore(
      .sqlite(path: "\(folder.path)/store.db", clock: clock.storeClock))
    care = try Self.care(of: original, in: real)
    do {
      let copy = StageCopy(from: real, to: store, definition, care, at: clock.now)
      (campaign, people, inWindow) = try copy.copy(original, settings, worker, until: stop)
    } catch {
      store.close()
      throw error
    }
  }

  /// Before its folder goes.
  deinit { store.close() }

  /// What it has spent is gone from what it may cost, and a first wave that has passed does not come again.
  private static func care(
    of original: StoredCampaign, in real: SendStore
  ) throws(StoreError) -> CareTerms {
    let care = try real.care(of: original.key)
    var terms = care.terms
    if care.wave == .passed { terms.wave = nil }
    terms.isTest = try real.test(of: original.key).map { $0.winner == nil } ?? false
    let money = try real.money(of: original.key)
    terms.ceiling = terms.ceiling.map { max(0, $0 - money.reserved + money.released) }
    return terms
  }

  func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  /// Renewed as the worker does that has it.
  func lease(of group: LaneGroupID) throws(StoreError) -> Lease? {
    if leasedUntil <= clock.now + .seconds(1) {
      let report = try store.tendLeases(worker)
      (leases, leasedUntil) = (report.held, report.until)
    }
    return leases.first { $0.group == group }
  }
}
