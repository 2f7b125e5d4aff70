internal import Time

/// The recipients' limit of lanes that share it, in virtual time.
struct GroupRun {
  private var recipients: RecipientBudget?
  private let reserve: Int

  init(_ group: ForecastGroup?) {
    recipients = group?.recipients
    reserve = group?.reserve ?? 0
  }

  /// For the campaign, beside what is kept.
  func slots(at now: Timestamp) -> Int {
    recipients.map { max(0, $0.room(at: now) - reserve) } ?? .max
  }

  /// For what may use what is kept.
  func allSlots(at now: Timestamp) -> Int { recipients?.room(at: now) ?? .max }

  /// nil: there is none for the campaign at any time.
  func nextSlot(after now: Timestamp) -> Timestamp? {
    guard let recipients else { return now }
    guard recipients.limit > reserve else { return nil }
    return recipients.nextRoom(after: now, leaving: reserve)
  }

  mutating func take(_ taken: CrowdRun.Taken, at time: Timestamp) {
    if taken.moved > 0 { recipients?.recount(taken.moved, at: time) }
    if taken.new > 0 { recipients?.count(taken.new, at: time) }
  }

  mutating func forget(before now: Timestamp) { recipients?.forget(before: now) }
}
