internal import CCrypto

package enum HashAlgorithm: Sendable {
  case sha1, sha256

  var length: Int { self == .sha1 ? 20 : 32 }
}

package func sha256(_ message: [UInt8]) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: 32)
  SHA256(message, message.count, &digest)
  return digest
}

/// An empty key is a key like any other here; whoever holds secrets refuses an empty one.
package func hmac(_ algorithm: HashAlgorithm, key: [UInt8], _ message: [UInt8]) -> [UInt8] {
  HMACKey(algorithm, key: key).code(of: message)
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
