internal import Domain
internal import Forms
internal import JSON
internal import Providers
internal import Time

/// A message as Twilio's API is asked to send it, with the faults that Twilio would find at once.
struct TwilioCreate {
  let to: String
  let from: String?
  let service: String?
  let body: String
  let media: [String]
  let content: (sid: String, variables: JSONValue?)?
  let callback: String?
  let validity: Duration?
  let sendAt: CalendarTime?

  static let mostFields = 500
  private static let mostMedia = 10
  /// In characters as Unicode counts them.
  private static let longestBody = 1600
  private static let longestAddress = 2048

  init(_ bytes: [UInt8], at now: Timestamp) throws(TwilioRefused) {
    let fields = try TwilioFields(bytes)
    guard let to = fields["To"] else {
      throw TwilioRefused(21604, "A 'To' phone number is required.")
    }
    (self.to, from, service) = (to, fields["From"], fields["MessagingServiceSid"])
    guard from != nil || service != nil else {
      throw TwilioRefused(21603, "A 'From' phone number is required.")
    }
    content = try Self.content(fields)
    // Twilio takes the content and leaves the rest away.
    body = content == nil ? fields.text("Body") ?? "" : ""
    media = content == nil ? fields.all("MediaUrl").filter { !$0.isEmpty } : []
    if content == nil { try Self.check(body, isThere: fields.text("Body") != nil, media) }
    callback = fields["StatusCallback"]
    if let callback, StatusCallbackAddress(callback) == nil {
      throw TwilioRefused(
        21609, "The StatusCallback URL \(callback.prefix(200)) is not a valid URL.")
    }
    validity = try Self.validity(fields)
    sendAt = try Self.sendAt(fields, now)
  }

  private static func check(
    _ body: String, isThere: Bool, _ media: [String]
  ) throws(TwilioRefused) {
    guard isThere || !media.isEmpty else {
      throw TwilioRefused(21602, "Message body is required.")
    }
    let isBlank = body.unicodeScalars.allSatisfy(\.properties.isWhitespace)
    guard !isBlank || !media.isEmpty else {
      throw TwilioRefused(21619, "A text message body or media urls must be specified.")
    }
    guard body.unicodeScalars.count <= longestBody else {
      throw TwilioRefused(
        21617,
        "The concatenated message body exceeds the \(longestBody) character limit")
    }
    guard media.count <= mostMedia else {
      throw TwilioRefused(
        21623, "The number of media files exceeds the limit of \(mostMedia)")
    }
    for url in media {
      var faults = FieldFaults()
      faults.check(url: url, at: "")
      guard faults.isEmpty, url.utf8.count <= longestAddress else {
        throw TwilioRefused(21620, "Invalid media URL(s): \(url.prefix(200))")
      }
    }
  }

  private static func content(
    _ fields: TwilioFields
  ) throws(TwilioRefused) -> (sid: String, variables: JSONValue?)? {
    let variables = fields["ContentVariables"]
    guard let sid = fields["ContentSid"] else {
      if variables != nil { throw TwilioRefused(21654, "ContentSid Required") }
      return nil
    }
    guard Template.isContentSid(sid) else {
      throw TwilioRefused(21655, "The ContentSid is invalid: \(sid.prefix(64))")
    }
    guard let variables else { return (sid, nil) }
    let value = JSONValue(whole: Array(variables.utf8))
    guard let value, let named = value.fields,
      named.allSatisfy({ [.string, .integer, .double].contains($0.value.kind) })
    else { throw TwilioRefused(21656, "The ContentVariables Parameter is invalid") }
    return (sid, value)
  }

  private static func validity(_ fields: TwilioFields) throws(TwilioRefused) -> Duration? {
    guard let text = fields["ValidityPeriod"] else { return nil }
    guard let seconds = Int(text), (1...36_000).contains(seconds) else {
      throw TwilioRefused(21624, "The ValidityPeriod must be from 1 to 36000")
    }
    return .seconds(seconds)
  }

  private static func sendAt(
    _ fields: TwilioFields, _ now: Timestamp
  ) throws(TwilioRefused) -> CalendarTime? {
    guard let type = fields["ScheduleType"] else {
      if fields["SendAt"] != nil {
        throw TwilioRefused(20001, "SendAt needs ScheduleType=fixed")
      }
      return nil
    }
    guard type == "fixed" else { throw TwilioRefused(20001, "ScheduleType must be fixed") }
    let time = fields["SendAt"].flatMap { CalendarTime(rfc3339: $0) }
    guard let time, Timestamp(promised: time) > now,
      Timestamp(promised: time) - now <= Self.farthest
    else {
      throw TwilioRefused(
        35114, "SendAt must be a time to come within 35 days, such as 2030-01-31T09:00:00Z")
    }
    return time
  }

  private static let farthest = Duration.seconds(35 * 86400)

  /// As requests of our own to that sender: several files are several messages, the text goes with the first.
  func requests(to sender: SenderID) -> [[UInt8]] {
    let media = media.isEmpty ? [nil] : media.map { Optional($0) }
    return media.enumerated().map { place, url in
      JSONWriter.object { writer in
        writer.field("sender", sender.text)
        writer.field("to", to)
        if let url {
          write(file: url, caption: place == 0 && !body.isEmpty ? body : nil, to: &writer)
        } else {
          writeWords(to: &writer)
        }
        writer.field("sendAt", sendAt?.description)
        guard let service else { return }
        writer.name("metadata")
        writer.object { metadata in
          metadata.name("twilio")
          metadata.object { $0.field("messagingServiceSid", service) }
        }
      }
    }
  }

  private func writeWords(to writer: inout JSONWriter) {
    guard let content else { return writer.field("body", body) }
    writer.field("template_name", content.sid)
    writer.field("parameters", json: content.variables?.text)
  }

  /// Twilio finds out itself what the file is; here its kind only says how it is shown.
  private func write(file url: String, caption: String?, to writer: inout JSONWriter) {
    var kind = FileKind.of(url) ?? .document
    if caption != nil, ![.image, .video, .document].contains(kind) { kind = .document }
    writer.field("type", kind.rawValue)
    writer.name(kind.rawValue)
    writer.object { file in
      file.field("link", url)
      file.field("caption", caption)
    }
  }
}

/// The fields of the form; an empty one counts as left away, but for a body.
struct TwilioFields {
  private let pairs: [(name: String, value: String)]

  init(_ bytes: [UInt8]) throws(TwilioRefused) {
    let form = DecodedForm(bytes[...], atMost: TwilioCreate.mostFields + 1)
    guard form.pairs.count <= TwilioCreate.mostFields else {
      throw TwilioRefused(20001, "The request has more than \(TwilioCreate.mostFields) parameters")
    }
    pairs = form.pairs.map { pair in
      (
        String(decoding: form.bytes[pair.name], as: UTF8.self),
        String(decoding: form.bytes[pair.value], as: UTF8.self)
      )
    }
    for (name, value) in pairs {
      if let refusal = TwilioParameters.refusal(name, value) { throw refusal }
    }
  }

  subscript(_ name: String) -> String? { text(name).flatMap { $0.isEmpty ? nil : $0 } }

  func text(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

  func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }
}
