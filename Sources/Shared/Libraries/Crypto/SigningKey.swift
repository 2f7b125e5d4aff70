internal import CCrypto

package struct KeyUnreadable: Error, CustomStringConvertible {
  package var description: String { "the private key is not an unencrypted RSA key in PEM form" }
}

/// An RSA private key that signs by PKCS #1 v1.5 with SHA-256.
package final class SigningKey: @unchecked Sendable {
  // libcrypto locks a key's reference count by itself; the key is never changed after it is read.
  private let key: OpaquePointer

  /// PKCS #8 (`BEGIN PRIVATE KEY`) or PKCS #1 (`BEGIN RSA PRIVATE KEY`).
  package init(pem: String) throws(KeyUnreadable) {
    let text = Array(pem.utf8)
    guard let source = BIO_new_mem_buf(text, Int32(text.count)) else { throw KeyUnreadable() }
    defer { BIO_free(source) }
    // The closure stands in for the terminal: an encrypted key is refused, nobody is asked.
    guard let read = PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil) else {
      throw KeyUnreadable()
    }
    guard EVP_PKEY_get_base_id(read) == EVP_PKEY_RSA else {
      EVP_PKEY_free(read)
      throw KeyUnreadable()
    }
    key = read
  }

  deinit { EVP_PKEY_free(key) }

  package func signature(of message: [UInt8]) -> [UInt8] {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    var length = 0
    var isDone = EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1
    isDone = isDone && EVP_DigestSign(context, nil, &length, message, message.count) == 1
    var signature = [UInt8](repeating: 0, count: length)
    isDone = isDone && EVP_DigestSign(context, &signature, &length, message, message.count) == 1
    precondition(isDone, "a key that was read refused to sign")
    return Array(signature.prefix(length))
  }
}
