internal import HTTP
internal import JSON
internal import Time

/// What of the ledger is wanted: `?sender=&recipient=&send=&recipients=`.
struct LedgerQuery {
  var sender: String?
  var recipient: String?
  var send: String?
  /// How many recipients of each sender are listed.
  var recipients = 1000

  init() {}

  init(_ items: [QueryItem]) {
    for item in items {
      switch item.name {
      case "sender": sender = item.value
      case "recipient": recipient = item.value
      case "send": send = item.value
      case "recipients": recipients = Int(item.value) ?? recipients
      default: break
      }
    }
  }
}

extension World {
  func ledger(_ query: LedgerQuery, at now: Int64) -> [UInt8] {
    let listed = recipients(query)
    return JSONWriter.object { writer in
      writer.field("startedAt", text(start))
      writer.field("now", text(now))
      writer.field("seed", settings.seed)
      writeTotals(to: &writer)
      writer.list("senders", senders.indices.filter { isWanted($0, query) }) { writer, sender in
        write(sender, listed[sender] ?? [], to: &writer)
      }
      writer.list("portfolios", portfolios.keys.sorted()) { writer, name in
        guard let door = portfolios[name] else { return }
        writer.field("id", name)
        writer.name("limit")
        writer.object { write(door, to: &$0) }
      }
      writer.list("accounts", Array(accounts.indices)) { writer, index in
        writer.field("sid", settings.twilio[index].sid)
        writer.field("worstConcurrency", accounts[index].worstInFlight)
        writer.field("concurrencyLimit", settings.twilio[index].concurrency)
        writer.field("concurrencyViolations", accounts[index].violations)
        if let daily = accounts[index].daily {
          writer.name("daily")
          writer.object { write(daily, to: &$0) }
        }
      }
      writer.list("wabas", apps.flatMap { $0.calls.sorted { $0.key < $1.key } }) { writer, item in
        writer.field("id", item.key)
        writer.name("calls")
        writer.object { write(item.value, to: &$0) }
      }
      writer.name("callbacks")
      writer.object { writer in
        writer.name("twilio")
        writer.object { write(totals.twilio, to: &$0) }
        writer.name("meta")
        writer.object { write(totals.meta, to: &$0) }
      }
      if settings.assistant != nil {
        writer.name("assistant")
        writer.object { writeChats(to: &$0) }
      }
      writer.list("faults", desk.entries) { writer, entry in write(entry, to: &writer) }
      writeMessages(query, to: &writer)
    }
  }

  private func isWanted(_ sender: Int, _ query: LedgerQuery) -> Bool {
    query.sender == nil || query.sender == senders[sender].name
  }

  private func writeTotals(to writer: inout JSONWriter) {
    writer.name("totals")
    writer.object { writer in
      writer.field("requests", totals.requests)
      writer.field("accepted", totals.accepted)
      writer.field("sends", sends.count)
      writer.field("withoutSendID", totals.untagged)
      writer.field("duplicates", totals.duplicates)
      writer.field("repeats", totals.repeats)
      writer.field("repeatsAfterFinalFailure", totals.repeatsAfterFinalFailure)
      writer.field("violations", violations)
      writer.field("held", totals.held)
      writer.field("released", totals.released)
      writer.field("dropped", totals.dropped)
      writer.field("marketingRefused", totals.marketingRefused)
      writer.field("malformed", totals.malformed)
      writer.field("unauthorized", totals.unauthorized)
      writer.counts("refused", totals.refused)
    }
    writer.samples("malformed", totals.malformedSamples)
    writer.samples("duplicates", totals.duplicateSamples)
  }

  /// Of every limit there is.
  var violations: Int {
    senders.reduce(0) {
      $0 + ($1.rate?.violations ?? 0) + ($1.daily?.violations ?? 0) + $1.pairViolations
    }
      + portfolios.values.reduce(0) { $0 + $1.violations }
      + accounts.reduce(0) { $0 + $1.violations + ($1.daily?.violations ?? 0) }
      + apps.reduce(0) { $0 + $1.calls.values.reduce(0) { $0 + $1.violations } }
  }

  private func write(_ record: CallbackRecord, to writer: inout JSONWriter) {
    writer.field("planned", record.planned)
    writer.field("lost", record.lost)
    writer.field("inbound", record.inbound)
    writer.field("sent", record.sent)
    writer.field("answered", record.answered)
    writer.field("updatesAnswered", record.updatesAnswered)
    writer.counts("refused", named(record.refused))
    writer.field("notReached", record.notReached)
    writer.field("unanswered", record.unanswered)
    writer.field("retried", record.retried)
    writer.field("givenUp", record.givenUp)
    writer.samples("lastAnswers", record.lastAnswers)
  }

  private func write(_ entry: FaultDesk.Entry, to writer: inout JSONWriter) {
    writer.field("id", entry.id)
    writer.field("kind", entry.fault.kind.rawValue)
    writer.field("share", entry.fault.share)
    writer.field("matches", entry.matches)
    writer.field("strikes", entry.strikes)
  }

  /// Single messages are listed only for one recipient or one send: there may be millions.
  private func writeMessages(_ query: LedgerQuery, to writer: inout JSONWriter) {
    var serials: [Int] = []
    if let text = query.send {
      var next = sends[SendTag(text)]?.lastSerial
      while let serial = next, let message = messages[serial] {
        serials.append(serial)
        next = message.previousOfSend
      }
    } else if let address = query.recipient, let person = people.known(address) {
      serials = senders.indices.filter { isWanted($0, query) }
        .flatMap { chain(Pair.key($0, person)) }.sorted(by: >)
    } else {
      return
    }
    writer.list("messages", serials) { writer, serial in
      guard let message = messages[serial] else { return }
      writer.field("id", providerID(serial, message))
      writer.field("sender", senders[message.sender].name)
      writer.field("to", people.address(message.person))
      writer.field("at", text(message.acceptedAt))
      writer.field("state", message.state.rawValue)
      if message.state.isFinal, let code = message.code { writer.field("code", code) }
      if let claim = message.claim { writer.field("attempt", claim.attempt) }
    }
  }

  func providerID(_ serial: Int, _ message: Message) -> String {
    senders[message.sender].provider == "twilio"
      ? twilioSid(serial, message) : mint.wamid(serial, to: digits(of: message.person))
  }

  func digits(of person: Int32) -> String {
    let address = people.address(person)
    return address.hasPrefix("+") ? String(address.dropFirst()) : address
  }

  /// By sender, in order of their numbers.
  private func recipients(_ query: LedgerQuery) -> [Int: [(UInt64, Pair)]] {
    guard query.recipients > 0 else { return [:] }
    let wanted = query.recipient.map { people.known($0) ?? -1 }
    var found: [Int: [(UInt64, Pair)]] = [:]
    for key in pairs.keys.sorted() {
      let sender = Int(key >> 32)
      guard let pair = pairs[key], pair.accepted > 0,
        found[sender, default: []].count < query.recipients,
        wanted == nil || wanted == Int32(truncatingIfNeeded: key)
      else { continue }
      found[sender, default: []].append((key, pair))
    }
    return found
  }

  func text(_ time: Int64) -> String { Timestamp(microseconds: time).description }

  func named(_ counts: [Int: Int]) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: counts.map { ("\($0.key)", $0.value) })
  }
}
