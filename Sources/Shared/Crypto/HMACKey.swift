internal import CCrypto
internal import Platform

/// A key for many codes: what depends on it alone is computed once.
package final class HMACKey: @unchecked Sendable {
  // Set up once; libcrypto only reads a context that it copies.
  private let context: OpaquePointer
  private let length: Int
  /// Copies that nobody uses now: one goes back to the key's own state in a fifth of the time that another
  /// copy takes.
  private let idle = Locked<[Copy]>([])

  private struct Copy: @unchecked Sendable {
    // In one thread's hands at a time.
    let context: OpaquePointer
  }

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

  deinit {
    for copy in idle.withLock({ $0 }) { EVP_MAC_CTX_free(copy.context) }
    EVP_MAC_CTX_free(context)
  }

  package func code(of message: [UInt8]) -> [UInt8] {
    let copy = fresh()
    defer { idle.withLock { $0.append(copy) } }
    var written = 0
    return [UInt8](unsafeUninitializedCapacity: length) { code, count in
      // Both can only fail for want of memory, and then nothing else would work either.
      let isDone =
        EVP_MAC_update(copy.context, message, message.count) == 1
        && EVP_MAC_final(copy.context, code.baseAddress, &written, length) == 1
      precondition(isDone && written == length, "HMAC found no memory")
      count = written
    }
  }

  private func fresh() -> Copy {
    if let copy = idle.withLock({ $0.popLast() }), EVP_MAC_init(copy.context, nil, 0, nil) == 1 {
      return copy
    }
    guard let made = EVP_MAC_CTX_dup(context) else { preconditionFailure("HMAC found no memory") }
    return Copy(context: made)
  }
}
