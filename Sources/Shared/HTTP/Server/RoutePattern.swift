internal import Forms

/// The segments that stood where a pattern has names.
package struct RouteParameters: Sendable {
  fileprivate(set) var pairs: [(name: String, value: String)] = []

  package subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }
}

/// A path between its slashes, percent-decoded after it was split: an escaped slash divides nothing.
struct PathSegments {
  private(set) var bytes: [UInt8] = []
  private(set) var segments: [Range<Int>] = []

  init(_ path: ArraySlice<UInt8>) {
    bytes.reserveCapacity(path.count)
    segments.reserveCapacity(8)
    var rest = path
    while let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
      append(rest[..<slash])
      rest = rest[(slash + 1)...]
    }
    append(rest)
  }

  private mutating func append(_ segment: ArraySlice<UInt8>) {
    let start = bytes.count
    if segment.contains(UInt8(ascii: "%")) {
      bytes += percentDecoded(segment, plusIsSpace: false)
    } else {
      bytes += segment
    }
    segments.append(start..<bytes.count)
  }
}

struct RoutePattern: Sendable {
  private enum Part: Sendable {
    case text([UInt8])
    /// A name, behind what its segment begins with.
    case name(String, after: [UInt8])
  }

  private let parts: [Part]
  /// What every path of this pattern begins with.
  private let start: [UInt8]

  init(_ pattern: String) {
    start = Array(pattern.utf8.prefix { $0 != UInt8(ascii: "{") })
    parts = pattern.split(separator: "/", omittingEmptySubsequences: false).map { part in
      guard let brace = part.firstIndex(of: "{"), part.hasSuffix("}") else {
        return .text(Array(part.utf8))
      }
      return .name(
        String(part[brace...].dropFirst().dropLast()), after: Array(part[..<brace].utf8))
    }
  }

  /// False where the path, as it was called, cannot be one of these.
  func mayMatch(_ path: Span<UInt8>) -> Bool {
    for place in start.indices {
      guard place < path.count else { return false }
      // From the first escape on, only the decoded path tells.
      if path[place] == UInt8(ascii: "%") { return true }
      guard path[place] == start[place] else { return false }
    }
    return true
  }

  func match(_ path: PathSegments) -> RouteParameters? {
    guard path.segments.count == parts.count else { return nil }
    var parameters = RouteParameters()
    for (part, segment) in zip(parts, path.segments) {
      switch part {
      case .text(let text):
        guard path.bytes[segment].elementsEqual(text) else { return nil }
      case .name(let name, let before):
        let bytes = path.bytes[segment]
        guard bytes.count > before.count, bytes.starts(with: before) else { return nil }
        parameters.pairs.append(
          (name, String(decoding: bytes.dropFirst(before.count), as: UTF8.self)))
      }
    }
    return parameters
  }
}
