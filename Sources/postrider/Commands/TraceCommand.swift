internal import Domain
internal import JSON
internal import SendStore
internal import Store
internal import Time

/// `postrider trace`
struct TraceCommand: Subcommand {
  static let name = "trace"
  static let summary = "show one send's life"
  static let options: Set<String> = ["config"]
  static let help = """
    usage: postrider trace ID [--config FILE]

    One send's life as a time line: each step with our time, how long after the first it was, what the
    provider's clock said, and why. Of one that is not at its end: what it waits for.
    """

  private let options: Options
  private let id: SendID

  init(_ options: Options) throws(UsageFault) {
    guard options.words.count == 1 else { throw UsageFault("trace needs the id of one send") }
    guard let id = SendID(options.words[0]) else {
      throw UsageFault("\(options.words[0]) is not the id of a send")
    }
    self.options = options
    self.id = id
  }

  func run() -> Exit {
    StoreAccess.with(options) { access in
      let (send, waits) = try access.store.standing(of: id)
      guard let send else {
        let why = waits.map { ": \($0.sentence)" } ?? ""
        Terminal.error("postrider: there is no send \(id), or it has not been taken in yet\(why)")
        return .failed
      }
      print(Terminal.table(try facts(send, waits, access.store)))
      print("\n" + Terminal.table(Self.steps(send)))
      return .done
    }
  }

  private func facts(
    _ send: StoredSend, _ waits: Waits?, _ store: SendStore
  ) throws(StoreError) -> [[String]] {
    var rows = [["send", send.id.description], ["state", send.progress.state.name]]
    if let waits { rows.append(["waits", waits.sentence]) }
    rows += [["sender", send.sender.text], ["to", send.recipient.text]]
    if !send.campaign.isEmpty { rows.append(["campaign", send.campaign]) }
    if !send.template.isEmpty { rows.append(["template", send.template]) }
    for (attempt, name) in try store.providerIDs(of: id) {
      rows.append(["attempt \(attempt)", name.text])
    }
    if let since = try store.silentSince(id) { rows.append(["silent since", "\(since)"]) }
    rows.append(["expires", "\(send.expires)"])
    if let trace = send.history.first?.detail?.value?["traceparent"]?.string {
      rows.append(["traceparent", trace])
    }
    if let answer = send.answer {
      rows.append(["answer", String(decoding: answer, as: UTF8.self)])
    }
    return rows
  }

  private static func steps(_ send: StoredSend) -> [[String]] {
    let start = send.history.first?.at
    let rows = send.history.map { step in
      [
        "\(step.at)", start.map { Self.text(step.at - $0) } ?? "", step.state.name,
        "\(step.attempt)", step.providerAt.map { "\($0)" } ?? "", step.why,
      ]
    }
    return [["at", "after", "state", "attempt", "provider's time", "why"]] + rows
  }

  private static func text(_ span: Duration) -> String {
    let milliseconds = span.microseconds / 1000
    let digits = String(milliseconds % 1000)
    return "+\(milliseconds / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
      + " s"
  }
}

extension HistoryEntry {
  /// What our own codes mean; a provider's stand as they are, beside its words.
  private static let ownCodes = [
    "opted-out": "the person has asked for no more messages",
    "no-record": "its worker stopped before it could record the answer",
    "restored": "the store came back from a backup",
    "expired": "its time was over before it could go out",
    "in-doubt": "the provider does not say whether it went out",
    "network": "there was no answer", "window-closed": "the 24-hour window is closed",
    "idempotency-key-reused": "its Idempotency-Key came again with another request",
    "unsendable": "the request cannot be written",
    "inexpressible": "this provider has no such message",
    ProviderHold.code: "its provider does not send it yet",
    "no-storage": "gcs is not set, so that no link can be signed",
  ]

  fileprivate var why: String {
    var parts = [code.map { Self.ownCodes[$0] ?? $0 }].compactMap(\.self)
    guard let detail else { return parts.joined() }
    do {
      let root = try JSONDocument(detail.json).root
      parts += [root["reason"]?.string, root["providerText"]?.string].compactMap(\.self)
    } catch { parts.append(String(decoding: detail.json, as: UTF8.self)) }
    return parts.joined(separator: ": ")
  }
}
