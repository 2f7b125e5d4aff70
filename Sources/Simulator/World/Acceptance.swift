/// What a provider knows about a message when it says yes.
struct Draft {
  let sender: Int
  let person: Int32
  var body = ""
  var hasMedia = false
  var isReaction = false
  var service: Int?
  var callback: String?
  var claim: Claim?
  var state = Message.State.queued
  var code: Int?
  var detail: String?
  /// Not before; for what is queued or scheduled.
  var startsAt: Int64?
  var price = Message.Price.service
  /// What it waits for a decision about.
  var heldBy: PacedBy?
}

/// All acceptances of one send.
struct SendRecord: Sendable {
  var lastSerial: Int
  var acceptances = 0
  var highestAttempt = 0
  /// Those that were not failed since.
  var live = 0
  var hasFailedForGood = false
}

extension World {
  /// Returns the message's serial number.
  mutating func accept(_ draft: Draft, at now: Int64) -> Int {
    let serial = messages.next
    let key = Pair.key(draft.sender, draft.person)
    var pair = pairs[key] ?? Pair()
    let previous = noteClaim(draft, serial, at: now)
    messages.append(
      Message(
        sender: draft.sender, person: draft.person, acceptedAt: now, hasMedia: draft.hasMedia,
        isReaction: draft.isReaction,
        service: draft.service, body: draft.body, callback: draft.callback, claim: draft.claim,
        state: draft.state, price: draft.price, isHeld: draft.heldBy != nil, code: draft.code,
        detail: draft.detail, updatedAt: now,
        previousOfPair: pair.lastSerial, previousOfSend: previous))
    note(&pair, draft.sender, serial, at: now)
    pairs[key] = pair
    if let holder = draft.heldBy {
      hold(serial, by: holder, at: now)
    } else if settings.life.isReported {
      scheduleStart(serial, draft, at: now)
    }
    return serial
  }

  private mutating func note(_ pair: inout Pair, _ sender: Int, _ serial: Int, at now: Int64) {
    totals.accepted += 1
    senders[sender].record.accepted += 1
    senders[sender].record.lastAt = now
    if senders[sender].record.firstAt == 0 { senders[sender].record.firstAt = now }
    if pair.accepted == 0 {
      pair.firstAt = now
      senders[sender].record.recipients += 1
    }
    pair.accepted += 1
    pair.lastAt = now
    pair.lastSerial = serial
  }

  private mutating func scheduleStart(_ serial: Int, _ draft: Draft, at now: Int64) {
    let delay = settings.life.sent.microseconds(dice.draw(.sent, serial))
    effects.append(.at(max(draft.startsAt ?? 0, now) + delay, .step(serial)))
  }

  /// A further acceptance is a duplicate while an earlier one may still reach, or has reached, the person,
  /// and when it is not a later attempt.
  private mutating func noteClaim(_ draft: Draft, _ serial: Int, at now: Int64) -> Int? {
    guard let claim = draft.claim else {
      totals.untagged += 1
      return nil
    }
    guard var record = sends[claim.send] else {
      sends[claim.send] = SendRecord(
        lastSerial: serial, acceptances: 1, highestAttempt: claim.attempt, live: 1)
      return nil
    }
    let previous = record.lastSerial
    if record.live > 0 || claim.attempt <= record.highestAttempt {
      noteDuplicate(of: previous, serial, draft, at: now)
    } else if record.hasFailedForGood {
      totals.repeatsAfterFinalFailure += 1
    } else {
      totals.repeats += 1
    }
    record.lastSerial = serial
    record.acceptances += 1
    record.live += 1
    record.highestAttempt = max(record.highestAttempt, claim.attempt)
    sends[claim.send] = record
    return previous
  }

  private mutating func noteDuplicate(
    of earlier: Int, _ serial: Int, _ draft: Draft, at now: Int64
  ) {
    totals.duplicates += 1
    senders[draft.sender].record.duplicates += 1
    let ids = "\(mint.hex(earlier)) and \(mint.hex(serial))"
    Totals.keep(
      "\(senders[draft.sender].name) to \(people.address(draft.person)): \(ids)", at: now,
      in: &totals.duplicateSamples)
  }

  /// Without a code it was cancelled. `isForGood`: whatever the code says elsewhere.
  mutating func noteFailure(of message: Message, code: Int?, isForGood: Bool = false) {
    guard let claim = message.claim, var record = sends[claim.send] else { return }
    record.live -= 1
    if isForGood || code.map(mayBeTriedAgain.contains) != true { record.hasFailedForGood = true }
    sends[claim.send] = record
  }
}

/// Failures after acceptance that a sender may answer with another attempt: those that pass by themselves,
/// those that stop a sender until somebody repairs it, and a closed window, which a template opens.
private let mayBeTriedAgain: Set<Int> = [
  1, 2, 4, 17, 613, 14107, 20409, 20429, 20500, 20503, 21611, 21703, 30001, 30002, 30003, 30008,
  30017, 30018, 30020, 30021, 30022, 30023, 30024, 30027, 30032, 30034, 60728, 63001, 63002, 63007,
  63008, 63009, 63010, 63011, 63012, 63016, 63017, 63018, 63019, 63020, 63022, 63023, 63025, 63029,
  63038, 63041, 63051, 80007, 130429, 131000, 131014, 131016, 131031, 131037, 131042, 131045,
  131047, 131048, 131053, 131056, 131057, 131064, 132015, 132069, 133000, 133004, 133010, 133016,
  134011, 134101,
]
