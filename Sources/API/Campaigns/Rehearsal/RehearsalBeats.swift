internal import Platform
internal import SendStore

/// When a process that runs a rehearsal tells the store that it is there, and when it gives up.
struct RehearsalBeats {
  /// At most as often.
  static let pace = Duration.seconds(1)

  private var next: RunningTime
  /// From then on others take it for lost.
  private var lostAt: RunningTime
  private var isWanted = true

  init(start: RunningTime) {
    next = start
    lostAt = start + StoredRehearsal.patience
  }

  func isDue(at now: RunningTime) -> Bool { now >= next }

  /// What the store said.
  mutating func told(isWanted: Bool, at now: RunningTime) {
    (self.isWanted, next) = (isWanted, now + Self.pace)
    lostAt = now + StoredRehearsal.patience
  }

  /// The store could not be asked.
  mutating func failed(at now: RunningTime) { next = now + Self.pace }

  func goesOn(at now: RunningTime) -> Bool { isWanted && now < lostAt }
}
