/// A person as the log and the store know them: a number with `+`, or the id by which Meta hides one. It never has a
/// channel before it: that is the one of the sender who writes there, or was written to.
package struct PersonAddress: Name {
  package let text: String
  package init(_ text: String) { self.text = text }

  package init(_ recipient: Recipient) { text = recipient.description }
}

/// An address with its channel, as Twilio spells both in one: `whatsapp:+1…`, and `+1…` for SMS.
package struct ChannelAddress: Hashable, Sendable, CustomStringConvertible {
  package let isWhatsApp: Bool
  package let bare: String

  package init(_ text: String) {
    isWhatsApp = text.hasPrefix(Self.prefix)
    bare = isWhatsApp ? String(text.dropFirst(Self.prefix.count)) : text
  }

  private init(whatsApp bare: String) { (isWhatsApp, self.bare) = (true, bare) }

  package var text: String { isWhatsApp ? Self.prefix + bare : bare }
  package var description: String { text }

  /// The same number or id by WhatsApp.
  package var byWhatsApp: ChannelAddress { ChannelAddress(whatsApp: bare) }

  private static let prefix = "whatsapp:"
}
