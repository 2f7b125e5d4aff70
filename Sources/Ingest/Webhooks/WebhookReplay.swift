internal import Domain
internal import Events
internal import EventLog
internal import JSON
internal import Platform
internal import Providers
internal import Running
internal import SendStore
internal import Settings

/// Reads webhooks again that were kept as they came, and appends what they bring. What was taken before is the same
/// message or callback again, which changes nothing.
struct WebhookReplay: RawReplay {
  private let loop: IngestLoop
  private let desk: WebhookRules

  init(_ loop: IngestLoop, _ desk: WebhookRules) { (self.loop, self.desk) = (loop, desk) }

  func replay(_ event: RawEvent) throws(ReplayFailed) -> Int {
    let items: [WebhookItem]
    do throws(WebhookUnreadable) { items = try read(event) } catch {
      throw ReplayFailed("it cannot be read: \(error.description)", isPassing: false)
    }
    let now = loop.now()
    let records = items.map { desk.senders.named($0).record(.random(), at: now) }
    let answer = Answer<Result<Void, LogError>>()
    loop.append(records) { answer.give($0) }
    switch answer.wait(for: .seconds(15)) {
    case .success: return records.count
    case .failure(let error): throw ReplayFailed(error.description, isPassing: true)
    case nil: throw ReplayFailed("the log gave no answer", isPassing: true)
    }
  }

  private func read(_ event: RawEvent) throws(WebhookUnreadable) -> [WebhookItem] {
    guard event.provider == Provider.twilio.rawValue else {
      return try MetaWebhook.read(event.body, receivedAt: event.receivedAt)
    }
    let head = JSONValue(whole: event.head)
    let path = (head?["path"]?.string ?? "").split(separator: "/").map(String.init)
    let place = path.firstIndex(of: "whatsapp")
    // …/whatsapp/{app}/{company} and …/whatsapp/callback/{app}/{company}; the provider's own address has neither.
    let names = place.map { path[($0 + 1)...].filter { $0 != "callback" } } ?? []
    let tenant =
      names.count == 2 && path.last != "webhook"
      ? Tenant(app: names[0], company: names[1]) : nil
    var query: FormFields?
    if let text = head?["query"]?.string { query = try FormFields(Array(text.utf8)) }
    return [
      try TwilioWebhook.read(
        try FormFields(event.body), query: query, tenant: tenant,
        receivedAt: event.receivedAt)
    ]
  }
}
