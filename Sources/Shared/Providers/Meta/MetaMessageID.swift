internal import Crypto
package import Domain

extension SendID {
  /// The send as an id of Meta's: `wamid.` and our 16 bytes in base64. Meta's own are longer.
  package var wamid: ProviderID { ProviderID(Self.mark + base64(bytes)) }

  /// nil for what no send of ours can have.
  package init?(wamid: ProviderID) {
    guard wamid.text.hasPrefix(Self.mark),
      let bytes = Crypto.bytes(fromBase64: wamid.text.dropFirst(Self.mark.count)),
      let id = SendID(bytes: bytes)
    else { return nil }
    // One spelling for one send: other texts stand for the same bytes.
    guard [7, 8].contains(id.high >> 12 & 0xF), id.low >> 62 == 2, id.wamid == wamid else {
      return nil
    }
    self = id
  }

  private static let mark = "wamid."
}

extension ProviderID {
  /// Whether Meta could have given it to a message.
  package var isWamid: Bool {
    text.hasPrefix("wamid.") && (7...512).contains(text.utf8.count) && text.isPlainID
  }
}
