import Compression
import Testing

@Suite struct PackedTests {
  @Test(
    "what is unpacked is what was packed",
    arguments: [
      [], [0], [1, 2, 3], [UInt8](repeating: 7, count: 100_000),
      Array(String(repeating: #"{"MessageStatus": "delivered"}"#, count: 50).utf8),
      (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 2_654_435_761 >> 13) },
    ])
  func roundTrip(plain: [UInt8]) {
    let packed = Packed(plain)
    #expect(packed.unpacked() == plain)
    #expect(packed.bytes.count <= plain.count)
    #expect((packed.unpackedCount == nil) == (packed.bytes.count == plain.count))
  }

  @Test("what repeats itself gets much shorter")
  func shorter() {
    let plain = Array(String(repeating: #"{"MessageStatus": "delivered"}"#, count: 50).utf8)
    #expect(Packed(plain).bytes.count < plain.count / 10)
  }

  @Test("bytes that are not what was packed are told, not read")
  func damaged() {
    let plain = Array(String(repeating: "delivered ", count: 50).utf8)
    let packed = Packed(plain)
    let sizes = [0, 1, plain.count - 1, plain.count + 1, -1, .max]
    for size in sizes {
      #expect(Packed(bytes: packed.bytes, unpackedCount: size).unpacked() == nil)
    }
    for place in packed.bytes.indices {
      var bytes = packed.bytes
      bytes[place] ^= 0x80
      let found = Packed(bytes: bytes, unpackedCount: plain.count).unpacked()
      #expect(found == nil || found?.count == plain.count)
    }
    let cut = Packed(bytes: Array(packed.bytes.dropLast()), unpackedCount: plain.count)
    #expect(cut.unpacked() == nil)
  }
}
