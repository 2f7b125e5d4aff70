internal import Domain
internal import Events
internal import JSON
internal import SendStore
internal import Settings

extension OutboxEntry {
  /// An SMS to whoever sent this through the relay, where it failed after "queued" was answered. Made again it is the
  /// same send.
  func reply(by actions: ActionBook) -> SendEvent? {
    guard change.state.isFailure, change.state != .canceled, let metadata,
      let (relay, own) = actions.relay, sender == relay.sender,
      let author = JSONValue(whole: metadata)?["relay"]?.string,
      relay.allowedFrom.contains(where: { $0.e164 == author })
    else { return nil }
    let body = JSONWriter.object { writer in
      writer.field("to", author)
      writer.field("body", "Not delivered to \(recipient): \(reason).")
    }
    do {
      let root = try JSONDocument(body).root
      guard let request = try SendRequest.all(in: root, as: own.rules).first else { return nil }
      let key = "relay-failed:\(id):\(change.version)"
      return SendEvent(
        request, id: .derived(tenant: own.sender.tenant, idempotencyKey: key, item: 0),
        from: own.sender, receivedAt: change.at)
    } catch { return nil }
  }

  private var reason: String {
    let said = change.detail?.value?["reason"]?.string ?? change.state.name
    let plain = said.last == "." ? String(said.dropLast()) : said
    return change.code.map { "\(plain) (\($0))" } ?? plain
  }
}
