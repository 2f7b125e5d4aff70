package import Domain
package import Time

/// The values of one row, by their place in the result.
package protocol Cells {
  func isNull(_ place: Int) -> Bool
  func integer(_ place: Int) -> Int64
  func text(_ place: Int) -> String
  func bytes(_ place: Int) -> [UInt8]
}

/// A row that a statement gave, read by the names of its columns. Reading one costs an index into an array.
package struct Row<Gives: Columns> {
  @usableFromInline let cells: any Cells
  /// Where each column stands in the result.
  @usableFromInline let places: [Int]

  @inlinable init(_ cells: any Cells, _ places: [Int]) {
    self.cells = cells
    self.places = places
  }

  @inlinable package func isNull(_ column: Gives) -> Bool {
    cells.isNull(places[column.rawValue])
  }
  @inlinable package func integer(_ column: Gives) -> Int64 {
    cells.integer(places[column.rawValue])
  }
  @inlinable package func text(_ column: Gives) -> String {
    cells.text(places[column.rawValue])
  }
  @inlinable package func bytes(_ column: Gives) -> [UInt8] {
    cells.bytes(places[column.rawValue])
  }
}

extension Row {
  @inlinable package func key<Kind>(_ column: Gives) -> Key<Kind> { Key(integer(column)) }
  @inlinable package func int(_ column: Gives) -> Int { Int(integer(column)) }
  @inlinable package func isTrue(_ column: Gives) -> Bool { integer(column) != 0 }
  @inlinable package func time(_ column: Gives) -> Timestamp {
    Timestamp(microseconds: integer(column))
  }
  @inlinable package func span(_ column: Gives) -> Duration { .microseconds(integer(column)) }
  @inlinable package func optionalInteger(_ column: Gives) -> Int64? {
    isNull(column) ? nil : integer(column)
  }
  @inlinable package func optionalInt(_ column: Gives) -> Int? {
    isNull(column) ? nil : int(column)
  }
  @inlinable package func optionalTime(_ column: Gives) -> Timestamp? {
    isNull(column) ? nil : time(column)
  }
  @inlinable package func optionalCalendar(_ column: Gives) -> CalendarTime? {
    isNull(column) ? nil : CalendarTime(microseconds: integer(column))
  }
  @inlinable package func optionalText(_ column: Gives) -> String? {
    isNull(column) ? nil : text(column)
  }
  @inlinable package func optionalBytes(_ column: Gives) -> [UInt8]? {
    isNull(column) ? nil : bytes(column)
  }
}
