package import JSON
package import Time

/// Which sends somebody wants to go once more.
package struct ResendFilter: Hashable, Sendable {
  /// One of those that `ResendRule` allows.
  package var state: SendState
  /// As the provider names it, or we do.
  package var cause: String?
  package var sender: SenderID?
  package var campaign: String?
  /// Those that came to their end since then.
  package var since: Timestamp?

  package init(
    state: SendState, cause: String? = nil, sender: SenderID? = nil, campaign: String? = nil,
    since: Timestamp? = nil
  ) {
    (self.state, self.cause, self.sender) = (state, cause, sender)
    (self.campaign, self.since) = (campaign, since)
  }

  package static let fields = ["state", "cause", "sender", "campaign", "since"]

  package init(_ root: JSONValue, besides others: [String] = []) throws(FieldFaults) {
    var faults = FieldFaults()
    let reader = FieldReader(root)
    reader.refuseFields(except: Self.fields + others, &faults)
    let states = ResendRule.states
    let word = reader.neededText("state", &faults)
    let state = word.flatMap { SendState(name: $0) }.flatMap { states.contains($0) ? $0 : nil }
    if word != nil, state == nil {
      faults.add("/state", "must be one of \(states.map(\.name).joined(separator: ", "))")
    }
    cause = Self.text("cause", reader, &faults)
    sender = Self.text("sender", reader, &faults).map { SenderID($0) }
    campaign = Self.text("campaign", reader, &faults)
    if let text = reader.text("since", &faults) {
      since = Timestamp(rfc3339: text)
      if since == nil { faults.add("/since", "must be a time such as 2026-11-26T08:00:00Z") }
    }
    guard faults.isEmpty, let state else { throw faults }
    self.state = state
  }

  /// As it was kept.
  package init?(stored json: [UInt8]) {
    guard let root = JSONValue(whole: json) else { return nil }
    do throws(FieldFaults) { try self.init(root) } catch { return nil }
  }

  private static func text(
    _ name: String, _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> String? {
    guard let text = reader.text(name, &faults), !text.isEmpty else { return nil }
    guard text.utf8.count <= 200 else {
      faults.add("/\(name)", "must have at most 200 bytes")
      return nil
    }
    return text
  }

  package var json: [UInt8] { JSONWriter.object { write(to: &$0) } }

  package func write(to writer: inout JSONWriter) {
    writer.field("state", state.name)
    writer.field("cause", cause)
    writer.field("sender", sender?.text)
    writer.field("campaign", campaign)
    writer.field("since", since?.description)
  }

  /// `cause` is that of its end; `changed` when that came. What ended after the order was given is no part of it, so that what
  /// is sent again and fails again is not sent for ever.
  package func takes(cause: String?, changed: Timestamp, before order: Timestamp) -> Bool {
    changed <= order && (self.cause.map { $0 == cause } ?? true)
      && (since.map { changed >= $0 } ?? true)
  }
}
