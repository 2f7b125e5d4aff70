import Testing

@testable import Crypto

@Suite struct SealingKeyTests {
  private let key: SealingKey
  private let other: SealingKey

  init() throws {
    key = try #require(SealingKey([UInt8](repeating: 7, count: 32)))
    other = try #require(SealingKey([UInt8](repeating: 8, count: 32)))
  }

  @Test("what is sealed opens with its key, for its owner", arguments: [0, 1, 15, 16, 17, 5000])
  func opens(length: Int) {
    let plain = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
    let sealed = key.seal(plain, for: "meta:1")
    #expect(key.open(sealed, for: "meta:1") == plain)
    #expect(length < 8 || !sealed.indices.contains { sealed[$0...].starts(with: plain.prefix(8)) })
    #expect(key.seal(plain, for: "meta:1") != sealed)
  }

  @Test("with another key, for another owner or changed at any place it does not open")
  func refuses() {
    let sealed = key.seal(Array("a token".utf8), for: "meta:1")
    #expect(other.open(sealed, for: "meta:1") == nil && !other.fits(sealed))
    #expect(key.open(sealed, for: "meta:2") == nil)
    for place in sealed.indices {
      var changed = sealed
      changed[place] ^= 1
      #expect(key.open(changed, for: "meta:1") == nil)
    }
    for length in 0..<sealed.count {
      #expect(key.open(Array(sealed.prefix(length)), for: "meta:1") == nil)
    }
  }

  @Test("a key has 32 bytes", arguments: [(0, false), (31, false), (32, true), (33, false)])
  func length(count: Int, isKey: Bool) {
    #expect((SealingKey([UInt8](repeating: 1, count: count)) != nil) == isKey)
  }
}
