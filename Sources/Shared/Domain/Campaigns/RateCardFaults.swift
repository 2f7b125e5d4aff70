/// Everything wrong with a rate card, told at once.
package struct RateCardFaults: Error, Hashable, Sendable, CustomStringConvertible {
  /// By line, counted from 1.
  package private(set) var all: [Fault] = []

  package struct Fault: Hashable, Sendable, CustomStringConvertible {
    package let line: Int
    package let detail: String

    package var description: String { "line \(line): \(detail)" }
  }

  package init() {}

  /// Nobody reads more than these.
  package static let limit = 100

  package var isEmpty: Bool { all.isEmpty }
  package var description: String { all.map(\.description).joined(separator: "; ") }

  mutating func add(_ line: Int, _ detail: String) {
    if all.count < Self.limit { all.append(Fault(line: line, detail: detail)) }
  }
}
