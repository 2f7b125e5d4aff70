/// One try to hand a send to the provider, numbered from 1. It travels with the request, so that a
/// callback can name the very try it is about.
package struct AttemptID: Hashable, Sendable, CustomStringConvertible {
  package let send: SendID
  package let number: Int

  package init(_ send: SendID, _ number: Int) {
    self.send = send
    self.number = number
  }

  /// `<SendID>.<n>`: the form in Meta's `biz_opaque_callback_data`.
  package var description: String { "\(send).\(number)" }

  package init?(_ text: String) {
    guard let dot = text.lastIndex(of: "."), let send = SendID(String(text[..<dot])) else {
      return nil
    }
    self.init(send, digits: text[text.index(after: dot)...])
  }

  /// `send=<SendID>&attempt=<n>`: the form in the query of Twilio's StatusCallback.
  package var query: String { "send=\(send)&attempt=\(number)" }

  package init?(send: String, attempt: String) {
    guard let send = SendID(send) else { return nil }
    self.init(send, digits: attempt[...])
  }

  private init?(_ send: SendID, digits: Substring) {
    guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let number = Int(digits), (1...SendProgress.attemptLimit).contains(number)
    else { return nil }
    self.init(send, number)
  }
}
