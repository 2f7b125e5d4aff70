internal import HTTP

/// The parameters of a create request, as far as one can judge them by themselves.
struct TwilioForm {
  let to: String
  let from: String?
  let service: String?
  let body: String
  let media: [String]
  let contentSid: String?
  let contentVariables: String?
  let statusCallback: String?
  let validity: Int?
  let sendAt: String?
  let fallbackFrom: String?

  private static let names: Set<String> = [
    "To", "From", "MessagingServiceSid", "Body", "MediaUrl", "ContentSid", "ContentVariables",
    "StatusCallback", "ApplicationSid", "ValidityPeriod", "ScheduleType", "SendAt",
    "PersistentAction", "ProvideFeedback", "Attempt", "SmartEncoded", "ShortenUrls", "SendAsMms",
    "ContentRetention", "AddressRetention", "RiskCheck", "TrafficType", "FallbackFrom", "MaxPrice",
    "ForceDelivery", "MessageIntent",
  ]

  init(_ items: [QueryItem]) throws(TwilioRefusal) {
    if let stranger = items.first(where: { !Self.names.contains($0.name) }) {
      throw TwilioRefusal(20001, "Unknown parameter \(stranger.name)")
    }
    func value(_ name: String) -> String? { items.first { $0.name == name }?.value }
    to = value("To") ?? ""
    from = value("From")
    service = value("MessagingServiceSid")
    body = value("Body") ?? ""
    media = items.filter { $0.name == "MediaUrl" }.map(\.value)
    contentSid = value("ContentSid")
    contentVariables = value("ContentVariables")
    statusCallback = value("StatusCallback")
    validity = value("ValidityPeriod").map { Int($0) ?? -1 }
    sendAt = value("ScheduleType") == "fixed" ? value("SendAt") ?? "" : nil
    fallbackFrom = value("FallbackFrom")
    try check(isBodyThere: value("Body") != nil)
  }

  var isWhatsApp: Bool { channel == "whatsapp:" }

  /// What stands before the person's number.
  var channel: String { channelPrefix(to) }

  /// Without the channel.
  var address: String { String(to.dropFirst(channel.count)) }

  private func check(isBodyThere: Bool) throws(TwilioRefusal) {
    guard !to.isEmpty else { throw TwilioRefusal(21604, "A 'To' phone number is required.") }
    guard from?.isEmpty == false || service?.isEmpty == false else {
      throw TwilioRefusal(21603, "A 'From' phone number is required.")
    }
    if fallbackFrom != nil, from?.isEmpty == false || service?.isEmpty != false {
      throw TwilioRefusal(21664, "FallbackFrom needs a MessagingServiceSid without From")
    }
    guard isE164(address) || isWhatsApp && isUserID(address) else {
      throw TwilioRefusal(21211, "Invalid 'To' Phone Number: \(to)")
    }
    guard isBodyThere || !media.isEmpty || contentSid != nil else {
      throw TwilioRefusal(21602, "Message body is required.")
    }
    guard !body.isEmpty || !media.isEmpty || contentSid != nil else {
      throw TwilioRefusal(21619, "A text message body or media urls must be specified.")
    }
    // Characters are counted as Unicode's, not as a reader sees them.
    guard body.unicodeScalars.count <= 1600 else {
      throw TwilioRefusal(21617, "The concatenated message body exceeds the 1600 character limit")
    }
    try checkMedia()
    try checkCallback()
    if let validity, !(1...36000).contains(validity) {
      throw TwilioRefusal(21624, "The ValidityPeriod must be from 1 to 36000")
    }
    if sendAt != nil, service == nil {
      throw TwilioRefusal(20422, status: 422, "ScheduleType needs a MessagingServiceSid")
    }
  }

  private func checkMedia() throws(TwilioRefusal) {
    guard media.allSatisfy(isWebURL) else { throw TwilioRefusal(21620, "Invalid media URL(s)") }
    guard media.count <= 10 else {
      throw TwilioRefusal(21623, "The number of media files exceeds the limit of 10")
    }
  }

  private func checkCallback() throws(TwilioRefusal) {
    guard let url = statusCallback else { return }
    let start = url.hasPrefix("https://") ? 8 : 7
    guard isWebURL(url), !hostAndPort(of: url, from: start).contains("_") else {
      throw TwilioRefusal(21609, "The StatusCallback URL \(url) is not a valid URL.")
    }
  }
}

/// `whatsapp:`, `rcs:`, or nothing for SMS.
func channelPrefix(_ address: String) -> String {
  ["whatsapp:", "rcs:"].first { address.hasPrefix($0) } ?? ""
}
