internal import Domain
package import Events
internal import JSON

/// A message from a person as Twilio would post it.
package enum TwilioInboundForm {
  /// Twilio's own as they came; of Meta's what means the same, without files.
  package static func fields(of message: InboundMessage) -> [(name: String, value: String)] {
    guard message.provider != .twilio else {
      let fields = JSONValue(whole: message.raw)?.fields ?? []
      return fields.compactMap { name, value in value.string.map { (name, $0) } }
    }
    let number = message.displayNumber ?? message.address
    let to = number.hasPrefix("+") ? number : "+\(number)"
    let sid = message.providerID.text
    var fields = [
      (name: "MessageSid", value: sid), ("SmsSid", sid), ("SmsMessageSid", sid),
      ("AccountSid", message.account.text),
      ("From", ChannelAddress(message.contact.text).byWhatsApp.text),
      ("To", ChannelAddress(to).byWhatsApp.text), ("Body", message.text ?? ""),
      ("NumMedia", "0"), ("NumSegments", "1"), ("SmsStatus", "received"),
      ("ApiVersion", "2010-04-01"), ("MessageType", message.kind),
    ]
    if let id = message.waID { fields.append(("WaId", id)) }
    if let name = message.profileName { fields.append(("ProfileName", name)) }
    return fields
  }
}
