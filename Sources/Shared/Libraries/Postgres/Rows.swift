internal import CPostgres

/// The rows that a statement gave, in binary. Columns count from 0.
package final class Rows {
  private let result: OpaquePointer

  init(_ result: OpaquePointer) { self.result = result }

  deinit { PQclear(result) }

  package var count: Int { Int(PQntuples(result)) }

  package var columnNames: [String] {
    (0..<PQnfields(result)).map { column in
      PQfname(result, column).map { String(cString: $0) } ?? ""
    }
  }

  /// How many rows a statement that changes some has changed.
  package var changed: Int {
    guard let text = PQcmdTuples(result) else { return 0 }
    return Int(String(cString: text)) ?? 0
  }

  package func isNull(_ row: Int, _ column: Int) -> Bool {
    PQgetisnull(result, Int32(row), Int32(column)) == 1
  }

  /// Of any integer type, or a truth value as 0 and 1.
  package func integer(_ row: Int, _ column: Int) -> Int64 {
    let raw = raw(row, column)
    let start: Int64 = raw.count < 8 && (raw.first ?? 0) >= 0x80 ? -1 : 0
    return raw.reduce(start) { $0 << 8 | Int64($1) }
  }

  /// Of a statement that gives one row with one number.
  package var number: Int64 { integer(0, 0) }

  package func text(_ row: Int, _ column: Int) -> String {
    String(decoding: raw(row, column), as: UTF8.self)
  }

  package func bytes(_ row: Int, _ column: Int) -> [UInt8] { Array(raw(row, column)) }

  private func raw(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: PQgetvalue(result, Int32(row), Int32(column)),
      count: Int(PQgetlength(result, Int32(row), Int32(column))))
  }
}
