internal import HTTP
internal import JSON
internal import Time

/// People go through the steps of their conversations. None of them has a thread: each sets the time of its next act.
extension World {
  /// Returns its number.
  mutating func begin(
    _ conversation: Conversation, at now: Int64
  ) throws(SettingsFaults) -> Int {
    guard let sender = senders.firstIndex(where: { $0.name == conversation.to }) else {
      throw SettingsFaults(faults: ["/to: is no sender of this world"])
    }
    makeRoom(for: conversation.count)
    guard parts.count + conversation.count <= Conversation.mostPeople else {
      throw SettingsFaults(faults: [
        "/count: would make more than \(Conversation.mostPeople) people at once"
      ])
    }
    let persons = (1...conversation.count).map { people.number(of: conversation.address($0)) }
    for person in persons {
      guard let id = partOf[Pair.key(sender, person)], let part = parts[id], !part.isDone else {
        continue
      }
      throw SettingsFaults(faults: [
        "/from: \(people.address(person)) still goes through conversation \(part.conversation)"
      ])
    }
    let id = begun.count + forgotten + 1
    let numbers = nextPart..<nextPart + conversation.count
    nextPart = numbers.upperBound
    begun[id] = Begun(
      conversation: conversation, course: Course(conversation.steps), sender: sender,
      parts: numbers, underWay: conversation.count)
    let start = now + conversation.after.microseconds
    for (place, number) in numbers.enumerated() {
      parts[number] = Part(id, place + 1, sender: sender, person: persons[place])
      partOf[Pair.key(sender, persons[place])] = number
      let share = conversation.over.microseconds / Int64(conversation.count) * Int64(place)
      effects.append(.at(start + share, .act(part: number, turn: 0)))
    }
    return id
  }

  /// What has ended longest ago is forgotten first.
  private mutating func makeRoom(for count: Int) {
    for id in begun.keys.sorted() {
      guard parts.count + count > Conversation.mostPeople || begun.count >= 1000 else { return }
      if begun[id]?.underWay == 0 { forget(id) }
    }
  }

  private mutating func forget(_ id: Int) {
    guard let old = begun.removeValue(forKey: id) else { return }
    forgotten += 1
    for number in old.parts {
      guard let part = parts.removeValue(forKey: number) else { continue }
      let key = Pair.key(part.sender, part.person)
      if partOf[key] == number { partOf[key] = nil }
    }
  }

  /// False where there is none.
  mutating func end(_ id: Int) -> Bool {
    guard let numbers = begun[id]?.parts else { return false }
    for number in numbers { finish(number) }
    return true
  }

  private mutating func finish(_ number: Int) {
    guard parts[number]?.isDone == false, let id = parts[number]?.conversation else { return }
    parts[number]?.isDone = true
    parts[number]?.turn += 1
    begun[id]?.underWay -= 1
  }

  mutating func act(_ number: Int, turn: Int, at now: Int64) {
    guard let part = parts[number], part.turn == turn, !part.isDone,
      let begun = begun[part.conversation]
    else { return }
    if part.isWaiting { endWait(number) }
    // Others have their turn in between.
    for _ in 0..<100 {
      guard let place = parts[number]?.place, place < begun.course.acts.count else {
        return finish(number)
      }
      parts[number]?.place += 1
      switch begun.course.acts[place] {
      case .begin(let rounds): parts[number]?.rounds.append(rounds)
      case .again(let start): again(number, from: start)
      case .step(.wait(let delay)):
        let chance = dice.draw(.wait, number, place &+ turn << 16)
        return goOn(number, after: delay.microseconds(chance), at: now)
      case .step(.waitForMessage(let limit)):
        if parts[number]?.hasNews == true {
          parts[number]?.read()
        } else {
          parts[number]?.isWaiting = true
          return goOn(number, after: limit.microseconds, at: now)
        }
      case .step(let step): take(step, number, keeping: begun.kept, at: now)
      }
    }
    goOn(number, after: 0, at: now)
  }

  /// By a message, or by its limit.
  private mutating func endWait(_ number: Int) {
    if parts[number]?.isWoken == true {
      parts[number]?.read()
    } else {
      parts[number]?.waitedInVain += 1
    }
    parts[number]?.isWaiting = false
    parts[number]?.isWoken = false
  }

  private mutating func goOn(_ number: Int, after delay: Int64, at now: Int64) {
    guard let turn = parts[number].map({ $0.turn + 1 }) else { return }
    parts[number]?.turn = turn
    effects.append(.at(now + delay, .act(part: number, turn: turn)))
  }

  private mutating func again(_ number: Int, from start: Int) {
    guard let left = parts[number]?.rounds.popLast(), left > 1 else { return }
    parts[number]?.rounds.append(left - 1)
    parts[number]?.place = start
  }

  /// A message of ours has reached a person who is in a conversation.
  mutating func arrive(_ serial: Int, _ message: Message, at now: Int64) {
    guard var seen = incoming.removeValue(forKey: serial),
      let number = partOf[Pair.key(message.sender, message.person)],
      let kept = parts[number].flatMap({ begun[$0.conversation]?.kept })
    else { return }
    seen.at = now
    parts[number]?.see(seen, keeping: kept)
    guard parts[number]?.isWaiting == true, parts[number]?.isWoken == false else { return }
    parts[number]?.isWoken = true
    goOn(number, after: 0, at: now)
  }

  /// What a person will see once it has arrived. Of all others nothing is kept.
  mutating func expect(_ serial: Int, _ seen: (String) -> Seen, at now: Int64) {
    guard !partOf.isEmpty, let message = messages[serial],
      partOf[Pair.key(message.sender, message.person)] != nil
    else { return }
    let isTwilio = senders[message.sender].provider == "twilio"
    let id =
      isTwilio
      ? twilioSid(serial, message) : mint.wamid(serial, to: digits(of: message.person))
    if incoming.count >= Conversation.mostPeople {
      incoming = incoming.filter { messages[$0.key] != nil }
    }
    incoming[serial] = seen(id)
    if !settings.life.isReported { arrive(serial, message, at: now) }
  }

  /// A message has come to a state in which a person has it, or never will.
  mutating func noteArrival(_ serial: Int, _ status: Message.State, at now: Int64) {
    guard !incoming.isEmpty, let message = messages[serial] else { return }
    switch status {
    case .delivered: arrive(serial, message, at: now)
    case .sent where message.isReaction: arrive(serial, message, at: now)
    case .failed, .undelivered, .canceled: incoming[serial] = nil
    default: break
    }
  }
}
