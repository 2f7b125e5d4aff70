internal import CCrypto

/// Keeps what must not be read at rest: AES-256-GCM, with what it belongs to as the authenticated part, so that one thing's
/// secret put in another's place does not open. What is sealed names its key, so that several may be in use.
package struct SealingKey: Hashable, Sendable {
  private let key: [UInt8]
  /// The first bytes of the key's own hash: they say which it is, and nothing of it.
  private let name: [UInt8]

  package static let length = 32
  private static let (nameLength, nonceLength, tagLength) = (8, 12, 16)
  private static let version: UInt8 = 1

  /// nil unless it has 32 bytes.
  package init?(_ key: [UInt8]) {
    guard key.count == Self.length else { return nil }
    self.key = key
    name = Array(sha256(Array("postrider sealing key".utf8) + key).prefix(Self.nameLength))
  }

  /// Whether this key sealed it.
  package func fits(_ sealed: [UInt8]) -> Bool {
    sealed.count >= 1 + Self.nameLength + Self.nonceLength + Self.tagLength
      && sealed[0] == Self.version && Array(sealed[1...Self.nameLength]) == name
  }

  package func seal(_ plain: [UInt8], for owner: String) -> [UInt8] {
    let nonce = randomBytes(Self.nonceLength)
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    var sealed = [UInt8](repeating: 0, count: plain.count)
    var tag = [UInt8](repeating: 0, count: Self.tagLength)
    var length: Int32 = 0
    let owner = Array(owner.utf8)
    var isDone = EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1
    isDone =
      isDone && EVP_EncryptUpdate(context, nil, &length, owner, Int32(owner.count)) == 1
    isDone =
      isDone && EVP_EncryptUpdate(context, &sealed, &length, plain, Int32(plain.count)) == 1
    isDone = isDone && EVP_EncryptFinal_ex(context, nil, &length) == 1
    isDone =
      isDone
      && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, Int32(Self.tagLength), &tag) == 1
    precondition(isDone, "AES-256-GCM refused to encrypt")
    return [Self.version] + name + nonce + sealed + tag
  }

  /// nil where it was sealed by another key, for something else, or was changed.
  package func open(_ sealed: [UInt8], for owner: String) -> [UInt8]? {
    guard fits(sealed) else { return nil }
    let start = 1 + Self.nameLength
    let nonce = Array(sealed[start..<start + Self.nonceLength])
    let body = Array(sealed[(start + Self.nonceLength)..<(sealed.count - Self.tagLength)])
    var tag = Array(sealed.suffix(Self.tagLength))
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    var plain = [UInt8](repeating: 0, count: body.count)
    var rest = [UInt8](repeating: 0, count: 16)
    var length: Int32 = 0
    let owner = Array(owner.utf8)
    guard EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
      EVP_DecryptUpdate(context, nil, &length, owner, Int32(owner.count)) == 1,
      EVP_DecryptUpdate(context, &plain, &length, body, Int32(body.count)) == 1,
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, Int32(Self.tagLength), &tag) == 1,
      EVP_DecryptFinal_ex(context, &rest, &length) == 1
    else { return nil }
    return plain
  }
}
