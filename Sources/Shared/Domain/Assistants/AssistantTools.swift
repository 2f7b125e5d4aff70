/// What it may use, besides handing over and ending, which it always may.
package struct AssistantTools: Hashable, Sendable {
  /// Of the tenant: gives what is known of the contact.
  package var contact: String?
  /// Lets us in there.
  package var contactKey: Secret?
  /// The objects that it may send.
  package var objects: [ObjectName] = []

  package init() {}

  /// Where the data of this contact are. It is always the conversation's own: a model cannot name one.
  package func contactURL(of contact: PersonAddress) -> String? {
    guard let url = self.contact else { return nil }
    let value = contact.text.utf8.map { byte in
      let character = Character(Unicode.Scalar(byte))
      return character.isASCII && (character.isLetter || character.isNumber) || byte == 0x2E
        ? String(character) : Self.escaped(byte)
    }.joined()
    return url + (url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + "contact=" + value
  }

  private static func escaped(_ byte: UInt8) -> String {
    let code = String(byte, radix: 16, uppercase: true)
    return byte < 16 ? "%0\(code)" : "%\(code)"
  }
}
