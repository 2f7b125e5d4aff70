package import Domain
internal import JSON
package import Time

/// A message as Twilio shows it.
package struct TwilioMessage: Hashable, Sendable {
  package let sid: ProviderID
  package let status: String
  package let body: String?
  package let to: ChannelAddress?
  /// nil until a service has picked a sender.
  package let from: ChannelAddress?
  package let service: String?
  package let created: CalendarTime?
  package let errorCode: Int?
  package let errorText: String?
  package let mediaCount: Int

  init?(_ value: JSONValue) {
    guard let sid = value["sid"]?.string, ProviderID(sid).isMessageSid,
      let status = value["status"]?.string
    else { return nil }
    self.sid = ProviderID(sid)
    self.status = status
    body = value["body"]?.string
    to = (value["to"]?.string).map { ChannelAddress($0) }
    from = (value["from"]?.string).map { ChannelAddress($0) }
    service = value["messaging_service_sid"]?.string
    created = value["date_created"]?.string.flatMap { CalendarTime(rfc2822: $0) }
    errorCode = value["error_code"]?.wholeNumber
    errorText = value["error_message"]?.string
    mediaCount = value["num_media"]?.wholeNumber ?? 0
  }
}

extension ProviderID {
  /// `SM` or `MM` and 32 hexadecimal digits.
  package var isMessageSid: Bool {
    text.utf8.count == 34 && (text.hasPrefix("SM") || text.hasPrefix("MM"))
      && text.utf8.dropFirst(2).allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
          || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0)
      }
  }
}

extension JSONValue {
  /// Written as a number or as a text of digits.
  var wholeNumber: Int? {
    integer.flatMap { Int(exactly: $0) } ?? string.flatMap { Int($0) }
  }
}
