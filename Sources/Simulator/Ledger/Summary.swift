internal import Time

extension World {
  /// For a person to read at the end.
  func summary() -> String {
    var lines = [
      "\(totals.requests) requests, \(totals.accepted) accepted, \(totals.duplicates) duplicates, "
        + "\(totals.repeats) repeats, \(violations) limit violations, \(totals.malformed) malformed"
    ]
    if totals.held + totals.marketingRefused > 0 {
      lines.append(
        "\(totals.held) held, of them \(totals.released) sent and \(totals.dropped) dropped; "
          + "\(totals.marketingRefused) marketing messages refused (131049)")
    }
    for sender in senders where sender.record.accepted > 0 || (sender.rate?.arrivals ?? 0) > 0 {
      lines.append(line(of: sender))
    }
    for (name, door) in portfolios.sorted(by: { $0.key < $1.key }) where door.arrivals > 0 {
      lines.append("portfolio \(name): \(door.worst) of \(door.limit) recipients in a day")
    }
    lines.append("Twilio callbacks: " + line(of: totals.twilio))
    lines.append("Meta webhooks: " + line(of: totals.meta))
    if settings.assistant != nil { lines.append(lineOfAssistant) }
    let refused = totals.refused.sorted { $0.key < $1.key }.map { "\($0.key) × \($0.value)" }
    if !refused.isEmpty { lines.append("refused: " + refused.joined(separator: ", ")) }
    for entry in desk.entries {
      lines.append(
        "fault \(entry.fault.kind.rawValue): struck \(entry.strikes) of \(entry.matches)")
    }
    return lines.joined(separator: "\n")
  }

  private var lineOfAssistant: String {
    let orders = chats.orders.sorted { $0.key < $1.key }.map { "\($0.key) × \($0.value)" }
    return "assistant: \(chats.calls) calls, \(chats.answered) answered, at most "
      + "\(chats.mostUnderWay) at once, \(chats.promptTokens) + \(chats.completionTokens) tokens"
      + (orders.isEmpty ? "" : "; obeyed " + orders.joined(separator: ", "))
  }

  private func line(of sender: Sender) -> String {
    var parts = ["\(sender.record.accepted) accepted to \(sender.record.recipients) recipients"]
    for door in [sender.rate, sender.daily].compactMap(\.self) {
      let span = Duration.microseconds(door.span).seconds
      parts.append("\(door.name) at worst \(door.worst) of \(door.limit) in \(span) s")
    }
    if let pair = sender.pair { parts.append("pair at worst \(sender.worstPair) of \(pair.burst)") }
    let failed = sender.record.failed.values.reduce(0, +)
    if failed > 0 { parts.append("\(failed) failed") }
    return "\(sender.provider) \(sender.name): " + parts.joined(separator: ", ")
  }

  private func line(of record: CallbackRecord) -> String {
    let refused = record.refused.values.reduce(0, +)
    return
      "\(record.planned) updates planned, \(record.lost) lost on purpose, \(record.sent) calls "
      + "sent, \(record.answered) taken, \(refused) refused, \(record.notReached) not reached, "
      + "\(record.unanswered) unanswered, \(record.retried) repeated, \(record.givenUp) given up"
  }
}
