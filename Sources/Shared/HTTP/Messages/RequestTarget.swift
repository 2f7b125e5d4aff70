/// What stands between the method and the version in a request line.
package struct RequestTarget: Sendable, CustomStringConvertible {
  package let bytes: ArraySlice<UInt8>
  private let pathRange: Range<Int>

  init(bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    let start = Self.startOfPath(bytes)
    let end = bytes[start...].firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
    pathRange = start..<end
  }

  package init(_ text: String) { self.init(bytes: Array(text.utf8)[...]) }

  package var description: String { String(decoding: bytes, as: UTF8.self) }
  package var path: String { String(decoding: pathBytes, as: UTF8.self) }
  package var pathBytes: ArraySlice<UInt8> { bytes[pathRange] }

  package var query: String? {
    queryBytes.map { String(decoding: $0, as: UTF8.self) }
  }

  package var queryBytes: ArraySlice<UInt8>? {
    pathRange.upperBound == bytes.endIndex ? nil : bytes[(pathRange.upperBound + 1)...]
  }

  package var queryItems: [QueryItem] { queryBytes.map { QueryItem.all(in: $0) } ?? [] }

  /// Proxies may be asked by `http://host/path`; a server has to take that form too.
  private static func startOfPath(_ bytes: ArraySlice<UInt8>) -> Int {
    let slash = UInt8(ascii: "/")
    guard let first = bytes.first, first != slash, first != UInt8(ascii: "*") else {
      return bytes.startIndex
    }
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      bytes[(colon + 1)...].starts(with: [slash, slash])
    else { return bytes.startIndex }
    return bytes[(colon + 3)...].firstIndex { $0 == slash || $0 == UInt8(ascii: "?") }
      ?? bytes.endIndex
  }
}
