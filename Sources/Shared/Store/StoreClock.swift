internal import Platform
internal import Time

/// The time that the SQLite store lives by: the machine's running time, led towards the calendar. Nobody can
/// turn it back, and every process of the machine reads the same, from the anchor in the file.
package struct StoreClock: Sendable {
  let running: @Sendable () -> Int64
  let calendar: @Sendable () -> Int64
  private let boot: String

  package static let system = StoreClock(
    running: bootMicroseconds, calendar: wallMicroseconds, boot: bootIdentity())

  /// A clock of a test's own; `boot` names the run of the machine.
  package init(
    running: @escaping @Sendable () -> Int64, calendar: @escaping @Sendable () -> Int64,
    boot: String
  ) {
    self.running = running
    self.calendar = calendar
    self.boot = boot
  }
}

extension StoreClock {
  /// Workers of a version that knows no slewing keep the offset that they found when they opened the store.
  /// Beside them time keeps to theirs, for as long as an upgrade takes.
  static let steadyBesideOlder = Duration.seconds(600)

  /// Sees to it that the file has an anchor of this run of the machine.
  func begin(_ transaction: any Transaction) throws(StoreError) {
    let running = running()
    let kept = try transaction.rows(Clocks.kept) { KeptClock($0) }.first
    let boot = try transaction.fact("clock-boot")
    if let kept, kept.boot == bootNumber, boot == bootNumber {
      guard kept.anchor.mayLeap(at: running, calendar: calendar()) else { return }
      return try save(ClockAnchor(at: running, reached: calendar(), gap: 0), transaction)
    }
    if boot == bootNumber, let offset = try transaction.fact("clock-offset") {
      let anchor = ClockAnchor(at: running, reached: running + offset, gap: 0)
      let steadyUntil = running + Self.steadyBesideOlder.microseconds
      return try save(anchor, steadyUntil: steadyUntil, transaction)
    }
    // After a restart time goes on where it stood, even if the calendar has been turned back.
    let reached = max(
      calendar(), try transaction.fact("clock-reached") ?? .min, kept?.anchor.reached ?? .min)
    let anchor = ClockAnchor(at: running, reached: reached, gap: calendar() - reached)
    try save(anchor, transaction)
  }

  /// `renewing`: an anchor that has become old is renewed.
  func reading(_ transaction: any Transaction, renewing: Bool) throws(StoreError) -> ClockReading {
    guard let kept = try transaction.rows(Clocks.kept, { KeptClock($0) }).first else {
      throw .broken("it has no clock")
    }
    let (running, calendar) = (running(), calendar())
    let time = kept.anchor.time(at: running)
    if renewing, kept.anchor.isDue(at: running) {
      let gap = running < kept.steadyUntil ? 0 : calendar - time
      try save(
        ClockAnchor(at: running, reached: time, gap: gap), steadyUntil: kept.steadyUntil,
        transaction)
    }
    return ClockReading(now: time, calendar: calendar)
  }

  private func save(
    _ anchor: ClockAnchor, steadyUntil: Int64 = 0, _ transaction: any Transaction
  ) throws(StoreError) {
    try transaction.run(
      Clocks.save,
      [
        .boot: .integer(bootNumber), .at: .integer(anchor.at), .reached: .integer(anchor.reached),
        .gap: .integer(anchor.gap), .steadyUntil: .integer(steadyUntil),
      ])
    // What older versions read.
    try transaction.note("clock-boot", bootNumber)
    try transaction.note("clock-offset", anchor.reached - anchor.at)
  }

  /// FNV-1a of the boot's name: the file keeps facts as numbers.
  private var bootNumber: Int64 {
    let hash = boot.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return Int64(bitPattern: hash)
  }
}

private struct KeptClock {
  let boot: Int64
  let anchor: ClockAnchor
  let steadyUntil: Int64

  init(_ row: Row<Clocks.KeptColumn>) {
    boot = row.integer(.boot)
    anchor = ClockAnchor(
      at: row.integer(.at), reached: row.integer(.reached), gap: row.integer(.gap))
    steadyUntil = row.integer(.steadyUntil)
  }
}
