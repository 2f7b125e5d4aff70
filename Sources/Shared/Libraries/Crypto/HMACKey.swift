internal import CCrypto

/// A key for many codes (RFC 2104): what depends on it alone is computed once. libcrypto's own object for
/// that takes twice as long for each code, most of it to copy itself.
package struct HMACKey: Sendable {
  private enum State: Sendable {
    case sha1(Keyed<SHA_CTX>)
    case sha256(Keyed<SHA256_CTX>)
  }

  private let state: State

  package init(_ algorithm: HashAlgorithm, key: [UInt8]) {
    state =
      switch algorithm {
      case .sha1: .sha1(Keyed(key))
      case .sha256: .sha256(Keyed(key))
      }
  }

  package func code(of message: [UInt8]) -> [UInt8] {
    switch state {
    case .sha1(let keyed): keyed.code(of: message)
    case .sha256(let keyed): keyed.code(of: message)
    }
  }
}

/// Both hashes after they have taken in the key.
private struct Keyed<Hash: RunningHash>: Sendable {
  private let inner: Hash
  private let outer: Hash

  init(_ key: [UInt8]) {
    let blockLength = 64
    var block = key.count > blockLength ? Hash.hash(of: key) : key
    block += Array(repeating: 0, count: blockLength - block.count)
    inner = Hash.started(with: block.map { $0 ^ 0x36 })
    outer = Hash.started(with: block.map { $0 ^ 0x5C })
  }

  func code(of message: [UInt8]) -> [UInt8] {
    var (inner, outer) = (inner, outer)
    inner.add(message)
    outer.add(inner.end())
    return outer.end()
  }
}

private protocol RunningHash: Sendable {
  init()
  mutating func start()
  mutating func add(_ bytes: [UInt8])
  /// Nothing may be added after it.
  mutating func end() -> [UInt8]
}

extension RunningHash {
  fileprivate static func started(with block: [UInt8]) -> Self {
    var hash = Self()
    hash.start()
    hash.add(block)
    return hash
  }

  fileprivate static func hash(of bytes: [UInt8]) -> [UInt8] {
    var hash = started(with: bytes)
    return hash.end()
  }
}

// None of these calls can fail: they work on the value alone.

extension SHA_CTX: RunningHash {
  fileprivate mutating func start() { SHA1_Init(&self) }
  fileprivate mutating func add(_ bytes: [UInt8]) { SHA1_Update(&self, bytes, bytes.count) }

  fileprivate mutating func end() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: HashAlgorithm.sha1.length) { code, count in
      SHA1_Final(code.baseAddress, &self)
      count = HashAlgorithm.sha1.length
    }
  }
}

extension SHA256_CTX: RunningHash {
  fileprivate mutating func start() { SHA256_Init(&self) }
  fileprivate mutating func add(_ bytes: [UInt8]) { SHA256_Update(&self, bytes, bytes.count) }

  fileprivate mutating func end() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: HashAlgorithm.sha256.length) { code, count in
      SHA256_Final(code.baseAddress, &self)
      count = HashAlgorithm.sha256.length
    }
  }
}
