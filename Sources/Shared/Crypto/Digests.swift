internal import CCrypto

package enum HashAlgorithm: Sendable {
  case sha1, sha256

  fileprivate var method: OpaquePointer? {
    switch self {
    case .sha1: EVP_sha1()
    case .sha256: EVP_sha256()
    }
  }

  var length: Int { self == .sha1 ? 20 : 32 }
  var name: String { self == .sha1 ? "SHA1" : "SHA256" }
}

package func sha256(_ message: [UInt8]) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: 32)
  SHA256(message, message.count, &digest)
  return digest
}

/// An empty key is a key like any other here; whoever holds secrets refuses an empty one.
package func hmac(_ algorithm: HashAlgorithm, key: [UInt8], _ message: [UInt8]) -> [UInt8] {
  var code = [UInt8](repeating: 0, count: algorithm.length)
  var length = UInt32(algorithm.length)
  // The one-shot call can only fail for want of memory, and then nothing else would work either.
  let done = HMAC(
    algorithm.method, key.isEmpty ? [0] : key, Int32(key.count), message, message.count, &code,
    &length)
  precondition(done != nil, "HMAC found no memory")
  return code
}

/// Takes as long for a near miss as for a far one.
package func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}

package func equalInConstantTime(_ left: String, _ right: String) -> Bool {
  var (left, right) = (left, right)
  return left.withUTF8 { left in
    right.withUTF8 { right in
      left.count == right.count
        && CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
    }
  }
}

/// From the kernel by way of libcrypto.
package func randomBytes(_ count: Int) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count)
  let done = RAND_bytes(&bytes, Int32(count))
  precondition(done == 1, "the random generator has no seed")
  return bytes
}
