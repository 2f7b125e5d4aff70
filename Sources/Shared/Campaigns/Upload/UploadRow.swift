/// One row of an upload: its fields in the order of the header, as UTF-8.
package struct UploadRow: Hashable, Sendable {
  /// On which it begins, counted from 1. A field in quotes may go over several.
  package let line: Int
  /// How many bytes of the upload end with it.
  package internal(set) var end: Int
  /// The fields one after the other, without quotes.
  private let bytes: [UInt8]
  private let ends: [Int]

  init(line: Int, end: Int, bytes: [UInt8], ends: [Int]) {
    (self.line, self.end, self.bytes, self.ends) = (line, end, bytes, ends)
  }

  package var fieldCount: Int { ends.count }

  /// Empty where the row is shorter than the header.
  package subscript(column: Int) -> ArraySlice<UInt8> {
    guard column < ends.count else { return [] }
    return bytes[(column == 0 ? 0 : ends[column - 1])..<ends[column]]
  }

  package func text(_ column: Int) -> String { String(decoding: self[column], as: UTF8.self) }
}

/// What the next line of an upload is.
package enum UploadReading: Hashable, Sendable {
  case row(UploadRow)
  /// Reading goes on behind it.
  case fault(RowFault, end: Int)

  package var end: Int {
    switch self {
    case .row(let row): row.end
    case .fault(_, let end): end
    }
  }

  /// As an upload of so many bytes has it.
  func ending(atMost length: Int) -> UploadReading {
    guard end > length else { return self }
    switch self {
    case .row(var row):
      row.end = length
      return .row(row)
    case .fault(let fault, _): return .fault(fault, end: length)
    }
  }

  package var line: Int {
    switch self {
    case .row(let row): row.line
    case .fault(let fault, _): fault.line
    }
  }
}
