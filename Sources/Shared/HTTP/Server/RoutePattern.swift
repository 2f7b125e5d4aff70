internal import Forms

/// The segments that stood where a pattern has names.
package struct RouteParameters: Sendable {
  fileprivate(set) var pairs: [(name: String, value: String)] = []

  package subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }
}

/// A path between its slashes, percent-decoded after it was split: an escaped slash divides nothing.
struct PathSegments {
  let segments: [ArraySlice<UInt8>]

  init(_ path: ArraySlice<UInt8>) {
    let raw = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    segments = raw.map {
      $0.contains(UInt8(ascii: "%")) ? percentDecoded($0, plusIsSpace: false)[...] : $0
    }
  }
}

struct RoutePattern: Sendable {
  private enum Part: Sendable {
    case text([UInt8])
    case name(String)
  }

  private let parts: [Part]

  init(_ pattern: String) {
    parts = pattern.split(separator: "/", omittingEmptySubsequences: false).map { part in
      part.hasPrefix("{") && part.hasSuffix("}")
        ? .name(String(part.dropFirst().dropLast())) : .text(Array(part.utf8))
    }
  }

  func match(_ path: PathSegments) -> RouteParameters? {
    guard path.segments.count == parts.count else { return nil }
    var parameters = RouteParameters()
    for (part, segment) in zip(parts, path.segments) {
      switch part {
      case .text(let text):
        guard segment.elementsEqual(text) else { return nil }
      case .name(let name):
        guard !segment.isEmpty else { return nil }
        parameters.pairs.append((name, String(decoding: segment, as: UTF8.self)))
      }
    }
    return parameters
  }
}
