internal import JSON
internal import Time

/// One sender's part of the ledger, with its limits.
extension World {
  func write(_ index: Int, _ recipients: [(UInt64, Pair)], to writer: inout JSONWriter) {
    let sender = senders[index]
    let record = sender.record
    writer.field("sender", sender.name)
    writer.field("provider", sender.provider)
    writer.field("accepted", record.accepted)
    writer.field("duplicates", record.duplicates)
    if record.accepted > 0 {
      writer.field("firstAt", text(record.firstAt))
      writer.field("lastAt", text(record.lastAt))
    }
    writer.field("held", record.held)
    writer.field("dropped", record.dropped)
    writer.counts("reached", record.reached)
    writer.counts("failed", named(record.failed))
    writer.counts("refused", named(record.refused))
    writer.name("limits")
    writer.object { writer in writeLimits(of: sender, to: &writer) }
    writer.field("recipientCount", record.recipients)
    writer.list("recipients", recipients) { writer, item in
      writer.field("to", people.address(Int32(truncatingIfNeeded: item.0)))
      writer.field("accepted", item.1.accepted)
      writer.field("firstAt", text(item.1.firstAt))
      writer.field("lastAt", text(item.1.lastAt))
    }
  }

  private func writeLimits(of sender: Sender, to writer: inout JSONWriter) {
    for door in [sender.rate, sender.daily].compactMap(\.self) {
      writer.name(door.name)
      writer.object { write(door, to: &$0) }
    }
    guard let pair = sender.pair else { return }
    writer.name("pair")
    writer.object { writer in
      writer.field("limit", pair.burst)
      writer.field("perSeconds", Duration.microseconds(pair.span).seconds)
      writer.field("worst", sender.worstPair)
      writer.field("arrivals", sender.pairArrivals)
      writer.field("violations", sender.pairViolations)
    }
  }

  func write(_ door: Door, to writer: inout JSONWriter) {
    writer.field("limit", door.limit)
    writer.field("perSeconds", Duration.microseconds(door.span).seconds)
    writer.field("worst", door.worst)
    if door.worst > 0 { writer.field("worstAt", text(door.worstAt)) }
    writer.field("arrivals", door.arrivals)
    writer.field("violations", door.violations)
  }

  func write(_ door: RecipientDoor, to writer: inout JSONWriter) {
    writer.field("limit", door.limit)
    writer.field("perSeconds", Duration.microseconds(RecipientDoor.span).seconds)
    writer.field("worst", door.worst)
    writer.field("arrivals", door.arrivals)
    writer.field("violations", door.violations)
  }
}
