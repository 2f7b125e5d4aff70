internal import Running
internal import Domain
internal import HTTP
internal import JSON
internal import SendStore
internal import Store
internal import Time

/// One send's whole life, as a query shows it.
struct SendView {
  private let send: StoredSend
  private let providerIDs: [(attempt: Int, id: ProviderID)]
  private let silentSince: Timestamp?
  private let waits: Waits?

  /// What who asks for a send is answered, whether it is there or not.
  static func answer(
    _ id: SendID, in store: SendStore, isVisible: (SenderID) -> Bool
  ) throws(StoreError) -> HTTPAnswer {
    let (send, waits) = try store.standing(of: id)
    guard let send else { return .notYetThere(waits) }
    guard isVisible(send.sender) else { return .notFound }
    let view = SendView(
      send: send, providerIDs: try store.providerIDs(of: id),
      silentSince: try store.silentSince(id), waits: waits)
    return HTTPAnswer(json: view.json)
  }

  private var json: [UInt8] {
    JSONWriter.object(capacity: 2048) { writer in
      writer.field("id", send.id.description)
      writer.field("state", send.progress.state.name)
      writer.field("sender", send.sender.text)
      writer.field("to", send.recipient.text)
      writer.field("providerId", providerIDs.last?.id.text)
      writer.field("attempts", send.progress.attemptsMade)
      if !send.campaign.isEmpty { writer.field("campaign", send.campaign) }
      if !send.template.isEmpty { writer.field("template", send.template) }
      writer.field("due", send.due.description)
      writer.field("expires", send.expires.description)
      if silentSince != nil { writer.field("silent", true) }
      if send.isHeld { writer.field("held", true) }
      if let waits {
        writer.name("waits")
        writer.object { waits.write(to: &$0) }
      }
      writer.field("metadata", json: send.content.metadata)
      writeError(to: &writer)
      writer.name("history")
      writer.array { list in
        for entry in send.history { list.object { entry.write(to: &$0) } }
      }
      writeAnswer(to: &writer)
    }
  }

  private func writeError(to writer: inout JSONWriter) {
    guard let failure = send.lastFailure else { return }
    let detail = failure.detail?.value
    writer.name("error")
    writer.object { error in
      error.field("code", failure.code)
      error.field("sentence", detail?["reason"]?.string)
      error.field("providerText", detail?["providerText"]?.string)
    }
  }

  /// JSON as it came; what is none, as text.
  private func writeAnswer(to writer: inout JSONWriter) {
    guard let answer = send.answer else { return }
    writer.name("provider")
    if let value = JSONValue(whole: answer) {
      writer.raw(value.text)
    } else {
      writer.value(String(decoding: answer, as: UTF8.self))
    }
  }
}

extension HistoryEntry {
  /// With what its detail says beside the rest.
  fileprivate func write(to writer: inout JSONWriter) {
    writer.field("state", state.name)
    writer.field("attempt", attempt)
    writer.field("at", at.description)
    writer.field("providerAt", providerAt?.description)
    writer.field("code", code)
    for (name, value) in detail?.value?.fields ?? [] {
      writer.name(name)
      writer.raw(value.text)
    }
  }
}

extension SendSummary {
  func write(to writer: inout JSONWriter) {
    writer.field("id", id.description)
    writer.field("state", state.name)
    writer.field("sender", sender.text)
    writer.field("to", recipient.text)
    writer.field("providerId", providerID?.text)
    writer.field("attempts", progress.attemptsMade)
    if !campaign.isEmpty { writer.field("campaign", campaign) }
    writer.field("changed", changed.description)
  }
}
