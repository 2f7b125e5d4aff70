/// The headers of one record as one run of bytes, in the order they were added: one allocation a record,
/// and what the embedded log stores as it is. Per header:
///
///     name length | name | value length + 1, or 0 for no value | value
///
/// Lengths are LEB128.
package struct RecordHeaders: Hashable, Sendable {
  @usableFromInline package var block: [UInt8]

  package init() { block = [] }

  package init(capacity: Int) {
    block = []
    block.reserveCapacity(capacity)
  }

  /// Bytes that `block` gave once. Where they are not such, reading ends there.
  package init(block: [UInt8]) { self.block = block }

  package mutating func add(_ name: String, _ value: String) {
    add(name: name.utf8, value: value.utf8)
  }

  package mutating func add(_ name: String, bytes value: [UInt8]?) {
    add(name: name.utf8, value: value)
  }

  @inlinable package mutating func add<Name: Collection<UInt8>, Value: Collection<UInt8>>(
    name: Name, value: Value?
  ) {
    append(length: name.count)
    block.append(contentsOf: name)
    append(length: value.map { $0.count + 1 } ?? 0)
    if let value { block.append(contentsOf: value) }
  }

  @usableFromInline package mutating func append(length: Int) {
    var rest = UInt64(length)
    while rest >= 0x80 {
      block.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    block.append(UInt8(rest))
  }
}

extension RecordHeaders: Sequence {
  package struct Header: Hashable, Sendable {
    package let name: ArraySlice<UInt8>
    package let value: ArraySlice<UInt8>?
  }

  package struct Iterator: IteratorProtocol {
    private let block: [UInt8]
    private var reader = HeaderReader()

    fileprivate init(_ block: [UInt8]) { self.block = block }

    package mutating func next() -> Header? {
      let block = block
      guard let place = reader.next(in: block.span) else { return nil }
      return Header(name: block[place.name], value: place.value.map { block[$0] })
    }
  }

  package func makeIterator() -> Iterator { Iterator(block) }
}

/// Goes from header to header.
package struct HeaderReader {
  package struct Place {
    package let name: Range<Int>
    package let value: Range<Int>?
  }

  private var index = 0

  package init() {}

  package mutating func next(in block: Span<UInt8>) -> Place? {
    guard let nameLength = length(in: block), let name = part(nameLength, of: block),
      let tag = length(in: block)
    else { return nil }
    guard tag > 0 else { return Place(name: name, value: nil) }
    guard let value = part(tag - 1, of: block) else { return nil }
    return Place(name: name, value: value)
  }

  private mutating func part(_ count: Int, of block: Span<UInt8>) -> Range<Int>? {
    guard count <= block.count - index else { return nil }
    defer { index += count }
    return index..<index + count
  }

  private mutating func length(in block: Span<UInt8>) -> Int? {
    var (length, shift) = (0, 0)
    while index < block.count, shift < 35 {
      let byte = block[index]
      index += 1
      length |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return length }
      shift += 7
    }
    return nil
  }
}
