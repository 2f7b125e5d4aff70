internal import CPostgres
internal import Glibc

/// What PostgreSQL said, by its SQLSTATE; empty where the connection itself is gone.
package struct PostgresError: Error, CustomStringConvertible, Sendable {
  package let state: String
  package let message: String

  package var description: String {
    state.isEmpty ? "PostgreSQL: \(message)" : "PostgreSQL: \(message) (\(state))"
  }

  /// Two transactions stood in each other's way; the same one may pass at its next try.
  package var isConflict: Bool { state == "40001" || state == "40P01" }
  package var isUniqueViolation: Bool { state == "23505" }
  /// The server is away, starting or stopping, or out of connections.
  package var isUnreachable: Bool {
    state.isEmpty || state.hasPrefix("08") || state.hasPrefix("57P") || state == "53300"
  }
  /// A value that the server cannot keep: of the wrong form, against a rule of its table, or too large.
  package var isOfData: Bool { ["22", "23", "54"].contains(state.prefix(2)) }
  /// Out of disk or memory.
  package var isOutOfRoom: Bool { state.hasPrefix("53") && state != "53300" }
}

/// One connection, used by one thread at a time.
package final class Connection {
  private let handle: OpaquePointer

  /// `url` is a libpq connection string or URI. Its password is in no error of libpq's.
  package init(_ url: String) throws(PostgresError) {
    guard let opened = Self.open(url) else {
      throw PostgresError(state: "", message: "no memory for a connection")
    }
    handle = opened
    guard PQstatus(handle) == CONNECTION_OK else {
      throw PostgresError(state: "", message: Self.trimmed(PQerrorMessage(handle)))
    }
    // Notices would go to the terminal.
    PQsetNoticeProcessor(handle, { _, _ in }, nil)
  }

  deinit { PQfinish(handle) }

  /// A server that is gone without a word is noticed within these; libpq by itself waits for minutes, or
  /// for ever. What the URL says goes before.
  private static let defaults: KeyValuePairs = [
    "connect_timeout": "5", "tcp_user_timeout": "10000", "keepalives_idle": "10",
    "keepalives_interval": "5", "keepalives_count": "3",
  ]

  /// libpq keeps the last value of a word, so the URL, which it expands, stands behind the defaults.
  private static func open(_ url: String) -> OpaquePointer? {
    let settings = defaults.map { $0 } + [(key: "dbname", value: url)]
    let words = settings.map { strdup($0.key) }
    let values = settings.map { strdup($0.value) }
    defer { for text in words + values { free(text) } }
    return PQconnectdbParams(
      words.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
  }

  /// The value that is in force for a libpq option.
  func option(_ name: String) -> String? {
    guard let options = PQconninfo(handle) else { return nil }
    defer { PQconninfoFree(options) }
    var place = options
    while let keyword = place.pointee.keyword {
      if String(cString: keyword) == name { return place.pointee.val.map { String(cString: $0) } }
      place += 1
    }
    return nil
  }

  package var isAlive: Bool { PQstatus(handle) == CONNECTION_OK }

  /// Runs statements without parameters or rows, for instance a schema.
  package func execute(_ sql: String) throws(PostgresError) {
    _ = try checked(PQexec(handle, sql))
  }

  /// Prepares a statement under `name`; answers the names of the columns that it gives. The types of its
  /// parameters are what the text says.
  package func prepare(_ name: String, _ sql: String) throws(PostgresError) -> [String] {
    _ = try checked(PQprepare(handle, name, sql, 0, nil))
    return try checked(PQdescribePrepared(handle, name)).columnNames
  }

  /// Runs a statement that is prepared. Parameters and rows travel in binary.
  package func run(_ name: String, _ parameters: [Parameter]) throws(PostgresError) -> Rows {
    let bytes = parameters.flatMap(\.bytes)
    let lengths = parameters.map { Int32($0.bytes.count) }
    let formats = [Int32](repeating: 1, count: parameters.count)
    let result = bytes.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var start = 0
      let values = parameters.map { parameter -> UnsafePointer<CChar>? in
        defer { start += parameter.bytes.count }
        guard let base = buffer.baseAddress else { return nil }
        return UnsafeRawPointer(base + start).assumingMemoryBound(to: CChar.self)
      }
      return PQexecPrepared(handle, name, Int32(values.count), values, lengths, formats, 1)
    }
    return try checked(result)
  }

  private func checked(_ result: OpaquePointer?) throws(PostgresError) -> Rows {
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
      guard let result else { break }
      return Rows(result)
    default: break
    }
    defer { PQclear(result) }
    // The field codes are characters, and C macros of characters are not imported.
    let (sqlState, messagePrimary) = (Int32(UInt8(ascii: "C")), Int32(UInt8(ascii: "M")))
    let state = PQresultErrorField(result, sqlState).map { String(cString: $0) } ?? ""
    let primary = PQresultErrorField(result, messagePrimary).map { String(cString: $0) }
    throw PostgresError(state: state, message: primary ?? Self.trimmed(PQerrorMessage(handle)))
  }

  private static func trimmed(_ message: UnsafeMutablePointer<CChar>?) -> String {
    guard let message else { return "no message" }
    return String(String(cString: message).prefix { $0 != "\n" })
  }
}
