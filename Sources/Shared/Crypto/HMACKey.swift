internal import CCrypto

/// A key for many codes: what depends on it alone is computed once.
package final class HMACKey: @unchecked Sendable {
  // Set up once; libcrypto only reads a context that it copies.
  private let context: OpaquePointer
  private let length: Int

  package init(_ algorithm: HashAlgorithm, key: [UInt8]) {
    length = algorithm.length
    let method = EVP_MAC_fetch(nil, "HMAC", nil)
    defer { EVP_MAC_free(method) }
    guard let made = EVP_MAC_CTX_new(method) else { preconditionFailure("HMAC found no memory") }
    context = made
    var name = Array(algorithm.name.utf8CString)
    let isSet = name.withUnsafeMutableBufferPointer { name in
      let parameters = [
        OSSL_PARAM_construct_utf8_string("digest", name.baseAddress, 0), OSSL_PARAM_construct_end(),
      ]
      return EVP_MAC_init(made, key.isEmpty ? [0] : key, key.count, parameters)
    }
    precondition(isSet == 1, "libcrypto has no \(algorithm.name)")
  }

  deinit { EVP_MAC_CTX_free(context) }

  package func code(of message: [UInt8]) -> [UInt8] {
    let copy = EVP_MAC_CTX_dup(context)
    defer { EVP_MAC_CTX_free(copy) }
    var code = [UInt8](repeating: 0, count: length)
    var written = 0
    // Both can only fail for want of memory, and then nothing else would work either.
    var isDone = EVP_MAC_update(copy, message, message.count) == 1
    isDone = isDone && EVP_MAC_final(copy, &code, &written, length) == 1
    precondition(isDone, "HMAC found no memory")
    return code
  }
}
