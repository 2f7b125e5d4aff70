/// A person as the log and the store know them: a number with `+`, or the id by which Meta hides one. It never has a
/// channel before it: that is the one of the sender who writes there, or was written to.
package struct PersonAddress: Name {
  package let text: String
  package init(_ text: String) { self.text = text }

  package init(_ recipient: Recipient) { text = recipient.description }
}

/// An address with its channel, as Twilio spells both in one: `whatsapp:+1…`, `rcs:+1…`, and `+1…` for SMS.
package struct ChannelAddress: Hashable, Sendable, CustomStringConvertible {
  private enum Kind: String, CaseIterable {
    case whatsApp = "whatsapp:"
    case rcs = "rcs:"
    case plain = ""
  }

  private let kind: Kind
  package let bare: String

  package init(_ text: String) {
    kind = Kind.allCases.first { text.hasPrefix($0.rawValue) } ?? .plain
    bare = String(text.dropFirst(kind.rawValue.count))
  }

  private init(_ kind: Kind, _ bare: String) { (self.kind, self.bare) = (kind, bare) }

  package var isWhatsApp: Bool { kind == .whatsApp }
  package var isRCS: Bool { kind == .rcs }

  package var text: String { kind.rawValue + bare }
  package var description: String { text }

  /// The same number or id by WhatsApp.
  package var byWhatsApp: ChannelAddress { ChannelAddress(.whatsApp, bare) }

  /// The same number by RCS.
  package var byRCS: ChannelAddress { ChannelAddress(.rcs, bare) }
}
