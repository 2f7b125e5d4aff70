/// One header field, as it is written.
package struct HTTPHeader: Sendable, Equatable {
  package let name: String
  package let value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// A line break in a value would start another header.
  var isSendable: Bool {
    isToken(name) && value.utf8.allSatisfy(isFieldByte)
  }
}

extension Sequence<HTTPHeader> {
  /// Names of header fields know no case.
  package func first(named name: String) -> String? {
    first { equalIgnoringCase($0.name.utf8, name.utf8) }?.value
  }

  package func all(named name: String) -> [String] {
    filter { equalIgnoringCase($0.name.utf8, name.utf8) }.map(\.value)
  }
}

/// ASCII only.
func equalIgnoringCase(
  _ left: some Collection<UInt8>, _ right: some Collection<UInt8>
) -> Bool {
  left.count == right.count && zip(left, right).allSatisfy { lowercase($0) == lowercase($1) }
}

func lowercase(_ byte: UInt8) -> UInt8 {
  (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
