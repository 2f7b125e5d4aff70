internal import Crypto
package import Domain

extension SendID {
  /// The send as an id of Twilio's: `SM` and our 32 digits, `MM` where it has a file.
  package func messageSid(hasMedia: Bool) -> String {
    (hasMedia ? "MM" : "SM") + lowerHex(bytes)
  }

  /// nil for what no send of ours can have: its digits say that they are a UUID of version 7 or 8, which one in 32 of
  /// Twilio's own do as well.
  package init?(messageSid text: String) {
    guard ProviderID(text).isMessageSid, let digits = Crypto.bytes(fromHex: text.dropFirst(2)),
      let id = SendID(bytes: digits)
    else { return nil }
    guard [7, 8].contains(id.high >> 12 & 0xF), id.low >> 62 == 2 else { return nil }
    self = id
  }

  /// When a send of its own time was taken; nil where the id hangs on something else.
  package var messageTime: Int64? { high >> 12 & 0xF == 7 ? Int64(high >> 16) * 1000 : nil }
}
