/// One thing wrong with a request: where, as a JSON pointer, and what was expected there.
package struct FieldFault: Hashable, Sendable, CustomStringConvertible {
  package var pointer: String
  package let detail: String

  package init(_ pointer: String, _ detail: String) {
    self.pointer = pointer
    self.detail = detail
  }

  package var description: String { "\(pointer): \(detail)" }
}

/// Everything wrong with a request, told at once.
package struct FieldFaults: Error, Hashable, Sendable, CustomStringConvertible {
  package private(set) var all: [FieldFault] = []

  package init() {}

  package var isEmpty: Bool { all.isEmpty }
  package var description: String { all.map(\.description).joined(separator: "; ") }

  /// A request can be made of nothing but faults; nobody reads more than these.
  package static let limit = 100

  package mutating func add(_ pointer: String, _ detail: String) {
    if all.count < Self.limit { all.append(FieldFault(pointer, detail)) }
  }

  package mutating func add(_ faults: some Sequence<FieldFault>) {
    all.append(contentsOf: faults.prefix(Self.limit - all.count))
  }

  /// Lengths are counted in Unicode code points: what a person would call characters, or a little more.
  package mutating func check(_ text: String, at pointer: String, length: ClosedRange<Int>) {
    let count = text.unicodeScalars.count
    if length.lowerBound > 0, text.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
      add(pointer, "must not be empty")
    } else if count > length.upperBound {
      add(pointer, "must have at most \(length.upperBound) characters; it has \(count)")
    }
  }

  package mutating func check(_ text: String?, at pointer: String, length: ClosedRange<Int>) {
    if let text { check(text, at: pointer, length: length) }
  }

  /// `http` or `https`, a host, and no character that a URL cannot have.
  package mutating func check(url: String, at pointer: String) {
    let lower = url.prefix(8).lowercased()
    let start = lower.hasPrefix("https://") ? 8 : lower.hasPrefix("http://") ? 7 : 0
    let host = url.utf8.dropFirst(start).prefix { !"/?#".utf8.contains($0) }
    let isClean = url.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
    if start == 0 || host.isEmpty || !isClean {
      add(pointer, "must be an http or https URL that the provider can reach, without spaces")
    }
  }

  mutating func checkDistinct(_ texts: [(text: String, pointer: String)], _ what: String) {
    var seen: Set<String> = []
    for (text, pointer) in texts where !seen.insert(text).inserted {
      add(pointer, "must differ from the other \(what)")
    }
  }
}

extension FieldFaults {
  package init(_ pointer: String, _ detail: String) {
    self.init()
    add(pointer, detail)
  }
}
