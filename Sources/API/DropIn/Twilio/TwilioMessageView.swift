internal import Domain
internal import Events
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// A send as Twilio's Message resource, with all of its fields.
struct TwilioMessageView {
  private let sid: String
  private let account: AccountID
  private let body: String
  private let created: Timestamp
  private(set) var sent: Timestamp?
  private var updated: Timestamp
  private var error: (code: Int, message: String?)?
  private let from: String?
  private let service: String?
  private let mediaCount: Int
  private let segments: Int
  private let status: String
  private let to: String

  /// As it was just taken.
  init(_ event: SendEvent, of sender: SenderSettings) {
    self.init(
      event.id, SendContent(json: event.request), .queued, to: event.to, of: sender,
      isWaiting: event.due > event.receivedAt, at: event.receivedAt)
  }

  init(_ send: StoredSend, of sender: SenderSettings, at now: Timestamp) {
    self.init(
      send.id, send.content, send.progress.state, to: send.recipient, of: sender,
      isWaiting: send.due > now, at: send.history.first?.at ?? send.due)
    let state = send.progress.state
    updated = send.history.last?.at ?? created
    sent =
      (send.history.first { [.sent, .delivered, .read].contains($0.state) }
      ?? send.history.first { $0.state == .accepted })?.at
    if state == .undelivered || state == .failed || state == .expired {
      let last = send.history.last { $0.state == state }
      let detail = last?.detail?.value
      error = (
        TwilioReport.errorCode(last?.code, of: state),
        detail?["providerText"]?.string ?? detail?["reason"]?.string
      )
    }
  }

  private init(
    _ id: SendID, _ content: SendContent, _ state: SendState, to person: PersonAddress,
    of sender: SenderSettings, isWaiting: Bool, at time: Timestamp
  ) {
    let said = TwilioContentView(content)
    sid = id.messageSid(hasMedia: said.hasMedia)
    account = sender.sender.account
    body = said.body
    (created, updated) = (time, time)
    service = said.service ?? sender.ownService
    status = TwilioStatus.word(
      state, isOfService: service != nil, isScheduled: isWaiting && said.isScheduled)
    let spelling = TwilioSender(
      channel: sender.sender.channel, address: sender.sender.address)
    let isChosen = service == nil || state != .queued
    from = isChosen ? spelling.from.map { spelling.spelled($0).text } : nil
    to = spelling.spelled(person).text
    mediaCount = said.hasMedia ? 1 : 0
    let isPlain = sender.sender.channel == .twilioSMS && !said.hasMedia
    segments = isChosen ? isPlain ? SMSSegments(body).count : 1 : 0
  }

  var json: [UInt8] {
    var writer = JSONWriter(capacity: 1024)
    write(to: &writer)
    return writer.bytes
  }

  func write(to writer: inout JSONWriter) {
    let uri = "/2010-04-01/Accounts/\(account)/Messages/\(sid)"
    writer.object { writer in
      writer.field("sid", sid)
      writer.field("account_sid", account.text)
      writer.field("api_version", "2010-04-01")
      writer.field("body", body)
      writer.field("date_created", created.mailDate)
      writer.orNull("date_sent", sent?.mailDate)
      writer.field("date_updated", updated.mailDate)
      writer.field("direction", "outbound-api")
      writer.name("error_code")
      if let error { writer.value(error.code) } else { writer.null() }
      writer.orNull("error_message", error.map { $0.message ?? "Message failed" })
      writer.orNull("from", from)
      writer.orNull("messaging_service_sid", service)
      writer.field("num_media", String(mediaCount))
      writer.field("num_segments", String(segments))
      writer.orNull("price", nil)
      writer.orNull("price_unit", nil)
      writer.field("status", status)
      writer.name("subresource_uris")
      writer.object { $0.field("media", "\(uri)/Media.json") }
      writer.field("to", to)
      writer.field("uri", "\(uri).json")
    }
  }
}

/// What a request of ours says, in the fields that Twilio has for it.
struct TwilioContentView {
  let body: String
  let hasMedia: Bool
  let isScheduled: Bool
  /// As the request named it.
  let service: String?

  init(_ content: SendContent) {
    let root = JSONValue(whole: content.json)
    let media = Media.Kind.allCases.lazy.compactMap { root?[$0.rawValue] }.first
    body = root?["body"]?.string ?? media?["caption"]?.string ?? ""
    hasMedia = media != nil
    isScheduled = root?["sendAt"]?.string != nil
    service = root?["metadata"]?["twilio"]?["messagingServiceSid"]?.string
  }
}

extension SenderSettings {
  /// The service that sends in place of a number.
  var ownService: String? {
    sender.address.hasPrefix("MG") ? sender.address : nil
  }
}

extension JSONWriter {
  mutating func orNull(_ name: StaticString, _ text: String?) {
    self.name(name)
    if let text { value(text) } else { null() }
  }
}
