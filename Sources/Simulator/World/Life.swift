internal import Time

/// accepted ─▶ queued ─▶ sent ─▶ delivered ─▶ read, or failed or undelivered from before `sent`.
extension World {
  mutating func step(_ serial: Int, at now: Int64) {
    guard let message = messages[serial], !message.state.isFinal, !message.isHeld else { return }
    let failure = message.code ?? failureByFault(serial, message, at: now)
    if let failure, message.state != .sent, message.state != .delivered {
      return fail(serial, message, code: failure, at: now)
    }
    guard let next = nextState(of: message, serial) else { return }
    advance(serial, to: next, at: now)
    emit(serial, next, at: now)
    scheduleNext(serial, after: next, at: now)
  }

  /// nil at the end.
  private func nextState(of message: Message, _ serial: Int) -> Message.State? {
    switch message.state {
    case .accepted, .scheduled: .queued
    case .queued: .sent
    case .sent: message.isReaction ? nil : .delivered
    case .delivered: willBeRead(serial, message) ? .read : nil
    default: nil
    }
  }

  private func willBeRead(_ serial: Int, _ message: Message) -> Bool {
    hasReceipts(message.sender) && dice.draw(.readShare, serial) < settings.life.readShare
  }

  private func hasReceipts(_ sender: Int) -> Bool {
    if case .twilio(_, let settings) = senders[sender].owner {
      return settings.isWhatsApp || settings.isRCS
    }
    return true
  }

  private mutating func scheduleNext(_ serial: Int, after state: Message.State, at now: Int64) {
    guard let message = messages[serial] else { return }
    let life = settings.life
    switch state {
    case .queued: effects.append(.at(now, .step(serial)))
    case .sent where !message.isReaction:
      let delay = life.delivered.microseconds(dice.draw(.delivered, serial))
      effects.append(.at(now + delay, .step(serial)))
    case .delivered where willBeRead(serial, message):
      let delay = life.read.microseconds(dice.draw(.read, serial))
      effects.append(.at(now + delay, .step(serial)))
    default: letGo(serial)
    }
  }

  private mutating func advance(_ serial: Int, to state: Message.State, at now: Int64) {
    var sender = 0
    _ = messages.change(serial) { message in
      message.state = state
      message.updatedAt = now
      if state == .sent { message.sentAt = now }
      sender = message.sender
    }
    senders[sender].record.reached[state.rawValue, default: 0] += 1
  }

  private mutating func failureByFault(
    _ serial: Int, _ message: Message, at now: Int64
  ) -> Int? {
    guard !desk.isEmpty, message.state != .sent, message.state != .delivered else { return nil }
    let fault = desk.strike([.fail], scene(of: message), at: now, ordinal: serial)
    return fault.map { $0.code ?? (senders[message.sender].provider == "twilio" ? 30008 : 131000) }
  }

  mutating func fail(
    _ serial: Int, _ message: Message, code: Int, at now: Int64, isForGood: Bool = false
  ) {
    let isTwilio = senders[message.sender].provider == "twilio"
    let hasLeft = code == 63003 || code == 63024 || (30003...30008).contains(code)
    let state: Message.State = isTwilio && hasLeft ? .undelivered : .failed
    _ = messages.change(serial) { message in
      message.state = state
      message.code = code
      message.updatedAt = now
    }
    senders[message.sender].record.failed[code, default: 0] += 1
    noteFailure(of: message, code: code, isForGood: isForGood)
    emit(serial, state, at: now)
    letGo(serial)
  }

  /// The callback's address is the longest thing a message keeps. A callback that a fault holds back carries
  /// its own copy by then.
  private mutating func letGo(_ serial: Int) {
    guard desk.isEmpty else { return }
    _ = messages.change(serial) { $0.callback = nil }
  }

  func scene(of message: Message) -> FaultDesk.Scene {
    let sender = senders[message.sender]
    return FaultDesk.Scene(
      provider: sender.provider, sender: sender.name, recipient: people.address(message.person))
  }

  /// Reports a status, with what the faults make of it.
  mutating func emit(_ serial: Int, _ status: Message.State, at now: Int64) {
    noteArrival(serial, status, at: now)
    let emission = Emission(serial: serial, status: status, at: now)
    guard !desk.isEmpty, let message = messages[serial] else { return report(emission, at: now) }
    let scene = scene(of: message)
    let ordinal = serial * 16 + status.rank
    for kind in [Fault.Kind.unknownID, .malformedCallback, .forgedCallback] {
      guard desk.strike([kind], scene, at: now, ordinal: ordinal) != nil else { continue }
      var odd = emission
      odd.isUnknown = kind == .unknownID
      odd.isMalformed = kind == .malformedCallback
      odd.isForged = kind == .forgedCallback
      report(odd, at: now)
    }
    if desk.strike([.loseCallback], scene, at: now, ordinal: ordinal) != nil {
      countLoss(message)
      return release(serial, at: now)
    }
    let isTwice = desk.strike([.duplicateCallback], scene, at: now, ordinal: ordinal) != nil
    let held = desk.strike([.reorderCallback], scene, at: now, ordinal: ordinal)
    for _ in 0..<(isTwice ? 2 : 1) {
      if let held {
        effects.append(.at(now + held.delay.microseconds, .emit(emission)))
      } else {
        report(emission, at: now)
      }
    }
  }

  private mutating func countLoss(_ message: Message) {
    if senders[message.sender].provider == "twilio" {
      totals.twilio.planned += 1
      totals.twilio.lost += 1
    } else {
      totals.meta.planned += 1
      totals.meta.lost += 1
    }
  }

  mutating func report(_ emission: Emission, at now: Int64) {
    guard let message = messages[emission.serial] else { return }
    if senders[message.sender].provider == "twilio" {
      reportToTwilioCallback(emission, message, at: now)
    } else {
      reportToWebhook(emission, message, at: now)
    }
  }

  /// Lets an answer go that waited for its message's first callback.
  mutating func release(_ serial: Int, at now: Int64) {
    guard let reply = held.removeValue(forKey: serial) else { return }
    effects.append(.reply(reply))
  }
}

extension Message.State {
  var rank: Int {
    switch self {
    case .accepted: 0
    case .scheduled: 1
    case .queued: 2
    case .sent: 3
    case .undelivered: 4
    case .failed: 5
    case .canceled: 6
    case .delivered: 7
    case .read: 8
    }
  }
}
