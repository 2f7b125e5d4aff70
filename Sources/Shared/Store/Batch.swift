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
    .integers(keys.map { $0.value })
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
  @usableFromInline let elements: [(Takes, Column)]

  @inlinable package init(dictionaryLiteral elements: (Takes, Column)...) {
    self.elements = elements
  }

  /// In the order in which the statement counts them. Closures, as a key path of a generic type is made anew each time.
  @inlinable package func columns(for statement: Statement) throws(StoreError) -> [Column] {
    guard elements.count == statement.takes.count else { throw .broken(incomplete(statement)) }
    var columns: [Column] = []
    columns.reserveCapacity(elements.count)
    for place in elements.indices {
      // Most stand in that order.
      if elements[place].0.rawValue == place {
        columns.append(elements[place].1)
      } else if let found = elements.firstIndex(where: { $0.0.rawValue == place }) {
        columns.append(elements[found].1)
      } else {
        throw .broken(incomplete(statement))
      }
    }
    return columns
  }

  @usableFromInline func incomplete(_ statement: Statement) -> String {
    let given = Set(elements.map { $0.0.rawValue })
    let missing = statement.takes.indices.filter { !given.contains($0) }.map { statement.takes[$0] }
    return missing.isEmpty
      ? "the statement \(statement) is given a parameter twice"
      : "the statement \(statement) is not given \(missing.joined(separator: ", "))"
  }
}
