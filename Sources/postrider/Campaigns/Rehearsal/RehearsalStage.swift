internal import Campaigns
internal import Domain
internal import FoundationEssentials
internal import Platform
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

/// A store of its own with a copy of one campaign in it, which is gone with the object.
final class RehearsalStage {
  let clock: RehearsalClock
  let store: SendStore
  let campaign: StoredCampaign
  let people: Int
  /// Who wrote within a day.
  let inWindow: Set<PersonAddress>
  let worker = WorkerID("rehearsal")
  private let folder: URL

  init(
    copying real: SendStore, _ original: StoredCampaign, _ definition: CampaignDefinition,
    _ settings: Settings
  ) throws {
    let now = try real.now()
    let clock = RehearsalClock(now)
    self.clock = clock
    folder = Self.parent.appending(path: "postrider-rehearsal-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let store = try SendStore(
      .sqlite(path: folder.appending(path: "store.db").path, clock: clock.storeClock))
    self.store = store
    try store.define(settings.senders.map(\.sender))
    try store.put(try real.copiedLanes())
    _ = try store.tendLeases(worker)
    let care = try real.care(of: original.key)
    var new = NewCampaign(
      id: original.id, tenant: original.tenant, name: original.name,
      definition: original.definition, pace: definition.pace, share: definition.share,
      lanes: max(1, definition.senders.count), expiry: original.expiry, expires: original.expires)
    new.care = care.terms
    let made = try store.create(new).campaign
    var (people, inWindow): (Int, Set<PersonAddress>) = (0, [])
    try real.copy(of: original, reachedSince: care.terms.cap.map { now - $0.span }) { rows in
      guard let first = rows.first else { return }
      _ = try store.load([
        CampaignBatch(
          campaign: original.id, load: made.load, priority: first.priority, isByRecipient: false,
          due: now, rows: rows.map(\.row))
      ])
      try store.put(rows, of: original.tenant)
      people += rows.count
      inWindow.formUnion(rows.filter { $0.isWindowOpen(at: now) }.map(\.row.recipient))
    }
    _ = try store.load([
      CampaignBatch(
        campaign: original.id, load: made.load, priority: definition.priority,
        isByRecipient: false, due: now, rows: [], isEnd: true)
    ])
    let known = try real.places(of: original.key)
    var prices: [Int: Int64?] = [:]
    for place in try store.places(of: made.key) {
      prices[place.number] =
        known.first { $0.region == place.region && $0.zone == place.zone }?.price
    }
    try store.price(prices, of: made.key)
    (self.people, self.inWindow) = (people, inWindow)
    campaign = try store.campaign(original.id) ?? made
  }

  deinit {
    store.close()
    do { try FileManager.default.removeItem(at: folder) } catch {
      Terminal.error("postrider: \(folder.path) can be deleted: \(error)")
    }
  }

  /// In memory where the system has such a place: nothing of it has to outlive a fall of power.
  private static var parent: URL {
    let memory = "/dev/shm"
    return FileManager.default.isWritableFile(atPath: memory)
      ? URL(filePath: memory) : FileManager.default.temporaryDirectory
  }
}
