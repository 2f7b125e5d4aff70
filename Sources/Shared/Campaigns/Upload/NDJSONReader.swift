internal import Domain
internal import JSON

/// Reads objects, one a line, as rows of a table. The columns are the names that the objects of the first megabyte have
/// among them: later ones may lack some, and what only they have is passed over, as nothing can refer to it.
package struct NDJSONReader: Sendable {
  package private(set) var header: UploadHeader?
  /// Of the upload, at the end of the last line that was read; the next one is `line`.
  package private(set) var offset: Int
  package private(set) var line: Int

  package let encoding: TextEncoding
  /// From `start` on it was not read, and up to `scanned` it has no line break.
  private var text: [UInt8] = []
  private var start = 0
  private var scanned = 0
  private var isLast = false
  /// The rest of a line that is too long is passed over.
  private var isSkipping = false

  package init(encoding: TextEncoding, offset: Int = 0) {
    (self.encoding, self.offset) = (encoding, offset)
    line = 1
  }

  /// Goes on at the beginning of a line.
  package init(encoding: TextEncoding, offset: Int, line: Int, header: UploadHeader) {
    (self.encoding, self.offset, self.line, self.header) = (encoding, offset, line, header)
  }

  package mutating func feed(_ more: [UInt8]) {
    if start > 0 {
      text.removeSubrange(..<start)
      scanned -= start
      start = 0
    }
    if text.isEmpty { text = more } else { text += more }
  }

  /// No more will come.
  package mutating func finish() { isLast = true }

  /// How many bytes it holds on to.
  package var heldBytes: Int { text.count - start }

  /// nil where more has to be fed first, or where all has been read.
  package mutating func next() throws(UploadRefusal) -> UploadReading? {
    if header == nil {
      guard isLast || text.count >= UploadLimits.rowLength else { return nil }
      header = try Self.header(of: text[start...].prefix(UploadLimits.rowLength))
    }
    guard let header else { return nil }
    while let content = nextLine() {
      let here = line
      line += 1
      guard let content else {
        let detail = "is longer than \(UploadLimits.rowLength) bytes"
        return .fault(RowFault(line: here, .rowTooLong, detail), end: offset)
      }
      if content.allSatisfy({ Self.space.contains($0) }) { continue }
      do throws(RowFault) {
        return .row(try Self.row(content, line: here, end: offset, header))
      } catch {
        return .fault(error, end: offset)
      }
    }
    return nil
  }

  private static let space: Set<UInt8> = [0x20, 0x09, 0x0D]

  /// nil where none has come in whole; nil in it where it is too long.
  private mutating func nextLine() -> ArraySlice<UInt8>?? {
    let lineFeed = UInt8(ascii: "\n")
    while true {
      let bound = isSkipping ? text.count : min(text.count, start + UploadLimits.rowLength)
      scanned = max(scanned, start)
      while scanned < bound, text[scanned] != lineFeed { scanned += 1 }
      if scanned < bound {
        let content = text[start..<scanned]
        pass(to: scanned + 1)
        if isSkipping {
          isSkipping = false
          return .some(nil)
        }
        return content
      }
      if !isSkipping, scanned - start >= UploadLimits.rowLength { isSkipping = true }
      if isSkipping {
        pass(to: scanned)
        if scanned < text.count { continue }
      }
      guard isLast else { return nil }
      if isSkipping {
        isSkipping = false
        return .some(nil)
      }
      guard start < text.count else { return nil }
      let content = text[start...]
      pass(to: text.count)
      return content
    }
  }

  private mutating func pass(to end: Int) {
    offset += encoding.sourceLength(of: text[start..<end])
    start = end
  }

  private static func header(of sample: ArraySlice<UInt8>) throws(UploadRefusal) -> UploadHeader {
    if sample.first(where: { !space.contains($0) && $0 != UInt8(ascii: "\n") })
      == UInt8(ascii: "[")
    {
      throw UploadRefusal(
        line: 1, "the upload is one JSON list; write its objects one a line, without brackets")
    }
    var names: [String] = []
    var known: Set<String> = []
    var hasObject = false
    for content in sample.split(separator: UInt8(ascii: "\n")) {
      guard let fields = JSONValue(whole: content)?.fields else { continue }
      hasObject = true
      for (name, _) in fields where known.insert(UploadHeader.folded(name)).inserted {
        names.append(name.trimmed)
      }
      if names.count > UploadLimits.columns { break }
    }
    guard hasObject else {
      throw UploadRefusal(
        line: 1, "no line of the first megabyte is a JSON object, such as {\"to\": \"+39…\"}")
    }
    return try UploadHeader(names)
  }

  private static func row(
    _ content: ArraySlice<UInt8>, line: Int, end: Int, _ header: UploadHeader
  ) throws(RowFault) -> UploadRow {
    let fields = try Self.fields(of: content, line: line)
    var values = [String?](repeating: nil, count: header.names.count)
    for (name, value) in fields {
      guard let column = header.place(of: name) else { continue }
      guard values[column] == nil else {
        throw RowFault(line: line, field: name, .doubledField, "stands twice in the object")
      }
      if value.kind == .double, hasExponent(content) {
        throw RowFault(
          line: line, field: name, .shortenedNumber,
          "is a number with an exponent, whose last digits may be lost; write it as a text, in quotes"
        )
      }
      let text = try Self.text(of: value, name, line: line)
      guard text.utf8.count <= UploadLimits.fieldLength else {
        throw RowFault(
          line: line, field: name, .fieldTooLong,
          "is longer than \(UploadLimits.fieldLength) bytes")
      }
      values[column] = text
    }
    var bytes: [UInt8] = []
    let ends = values.map { value in
      bytes.append(contentsOf: (value ?? "").utf8)
      return bytes.count
    }
    return UploadRow(line: line, end: end, bytes: bytes, ends: ends)
  }

  /// Whether a number of the line is written like `3.93E+11`.
  private static func hasExponent(_ content: ArraySlice<UInt8>) -> Bool {
    var (isText, isEscaped) = (false, false)
    var last: UInt8 = 0
    for byte in content {
      if isEscaped {
        isEscaped = false
      } else if isText {
        isEscaped = byte == UInt8(ascii: "\\")
        isText = byte != UInt8(ascii: "\"")
      } else if byte == UInt8(ascii: "\"") {
        isText = true
      } else if byte | 0x20 == UInt8(ascii: "e"), UInt8(ascii: "0")...UInt8(ascii: "9") ~= last {
        return true
      }
      last = byte
    }
    return false
  }

  private static func fields(
    of content: ArraySlice<UInt8>, line: Int
  ) throws(RowFault) -> [(name: String, value: JSONValue)] {
    guard isUTF8(Array(content), 0..<content.count) else {
      throw RowFault(
        line: line, .notText,
        "has bytes that are no text in the encoding in which the upload begins; save it as UTF-8")
    }
    do throws(NotJSON) {
      if let fields = try JSONDocument.ofCaller(content).root.fields { return fields }
    } catch {
      throw RowFault(line: line, .notJSON, "is \(error)")
    }
    throw RowFault(line: line, .notJSON, "must be a JSON object, such as {\"to\": \"+39…\"}")
  }

  private static func text(
    of value: JSONValue, _ name: String, line: Int
  ) throws(RowFault) -> String {
    switch value.kind {
    case .null: return ""
    case .string: return value.string ?? ""
    case .bool, .integer, .double: return String(decoding: value.text, as: UTF8.self)
    case .array, .object:
      throw RowFault(
        line: line, field: name, .nestedValue, "must be a text, a number, true, false or null")
    }
  }
}
