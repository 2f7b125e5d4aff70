package import Domain
package import Time

/// One column of a batch of parameters; all columns of a batch are of the same length.
package enum Column: Sendable {
  case integers([Int64])
  case optionalIntegers([Int64?])
  case texts([String])
  case optionalTexts([String?])
  case bytes([[UInt8]])
  case optionalBytes([[UInt8]?])

  package var count: Int {
    switch self {
    case .integers(let values): values.count
    case .optionalIntegers(let values): values.count
    case .texts(let values): values.count
    case .optionalTexts(let values): values.count
    case .bytes(let values): values.count
    case .optionalBytes(let values): values.count
    }
  }

  package static func integer(_ value: Int64) -> Column { .integers([value]) }
  package static func integer(_ value: Int) -> Column { .integers([Int64(value)]) }
  package static func time(_ time: Timestamp) -> Column { .integers([time.microseconds]) }
  package static func text(_ value: String) -> Column { .texts([value]) }

  @inlinable package static func key<Kind>(_ key: Key<Kind>) -> Column { .integers([key.value]) }
  @inlinable package static func keys<Kind>(_ keys: [Key<Kind>]) -> Column {
    .integers(keys.map(\.value))
  }
  /// Of each of these its key: `.keys(rows, \.lane)`, with no array between.
  @inlinable package static func keys<Element, Kind>(
    _ elements: some Collection<Element>, _ key: (Element) -> Key<Kind>
  ) -> Column {
    .integers(elements.map { key($0).value })
  }
}

/// What a statement takes: each of its columns once, in any order.
///
///     [.lane: .integer(lane), .until: .time(until)]
package struct Batch<Takes: Columns>: ExpressibleByDictionaryLiteral, Sendable {
  private let elements: [(name: Takes, column: Column)]

  package init(dictionaryLiteral elements: (Takes, Column)...) {
    self.elements = elements.map { (name: $0.0, column: $0.1) }
  }

  /// In the order in which the statement counts them.
  package func columns(for statement: Statement) throws(StoreError) -> [Column] {
    let places = elements.map(\.name.rawValue)
    guard places.count == statement.takes.count else { throw .broken(incomplete(statement)) }
    if places.indices.allSatisfy({ places[$0] == $0 }) { return elements.map(\.column) }
    var columns: [Column] = []
    for place in places.indices {
      guard let found = places.firstIndex(of: place) else { throw .broken(incomplete(statement)) }
      columns.append(elements[found].column)
    }
    return columns
  }

  private func incomplete(_ statement: Statement) -> String {
    let given = Set(elements.map(\.name.rawValue))
    let missing = statement.takes.indices.filter { !given.contains($0) }.map { statement.takes[$0] }
    return missing.isEmpty
      ? "the statement \(statement) is given a parameter twice"
      : "the statement \(statement) is not given \(missing.joined(separator: ", "))"
  }
}
