/// The state of a budget as the stores keep it: numbers in as few bytes as they need.
package struct ByteWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// Zigzag and 7 bits a byte: small numbers of either sign are short.
  package mutating func number(_ number: Int64) {
    var rest = UInt64(bitPattern: number << 1 ^ number >> 63)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

package struct ByteReader {
  private var rest: ArraySlice<UInt8>

  package init(_ bytes: [UInt8]) { rest = bytes[...] }

  package mutating func number() throws(Unreadable) -> Int64 {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { throw Unreadable() }
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1) }
    }
    throw Unreadable()
  }

  package mutating func count() throws(Unreadable) -> Int {
    let number = try number()
    guard number >= 0, let count = Int(exactly: number) else { throw Unreadable() }
    return count
  }
}

package struct Unreadable: Error, CustomStringConvertible {
  package init() {}
  package var description: String { "the kept state of a budget cannot be read" }
}
