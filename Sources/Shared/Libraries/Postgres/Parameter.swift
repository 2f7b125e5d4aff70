/// A one-dimensional array in PostgreSQL's binary form: the way a whole batch travels in one statement.
package struct Parameter: Sendable {
  let bytes: [UInt8]

  package static func integers(_ values: [Int64?]) -> Parameter {
    array(of: 20, values) { value, bytes in
      bytes.append(bigEndian: UInt32(8))
      bytes.append(bigEndian: value)
    }
  }

  package static func texts(_ values: [String?]) -> Parameter {
    array(of: 25, values) { value, bytes in
      bytes.append(bigEndian: UInt32(value.utf8.count))
      bytes.append(contentsOf: value.utf8)
    }
  }

  package static func bytes(_ values: [[UInt8]?]) -> Parameter {
    array(of: 17, values) { value, bytes in
      bytes.append(bigEndian: UInt32(value.count))
      bytes.append(contentsOf: value)
    }
  }

  private static func array<Value>(
    of element: UInt32, _ values: [Value?], _ append: (Value, inout [UInt8]) -> Void
  ) -> Parameter {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20 + values.count * 16)
    bytes.append(bigEndian: UInt32(values.isEmpty ? 0 : 1))  // dimensions
    bytes.append(bigEndian: UInt32(1))  // may hold nulls
    bytes.append(bigEndian: element)
    if !values.isEmpty {
      bytes.append(bigEndian: UInt32(values.count))
      bytes.append(bigEndian: UInt32(1))  // first index
    }
    for value in values {
      if let value { append(value, &bytes) } else { bytes.append(bigEndian: UInt32.max) }
    }
    return Parameter(bytes: bytes)
  }
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian integer: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: integer.bigEndian) { append(contentsOf: $0) }
  }
}
