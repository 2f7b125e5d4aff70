/// Reads a table row by row from UTF-8 as it comes, in parts of any size. What it holds is bounded by the longest row that
/// may be, whatever the upload is.
///
///     reader.feed(text)
///     while let reading = try reader.next() { … }
///
/// The first row that is not empty is the header. Empty rows are passed over, and so are those in which spreadsheets left
/// nothing but separators. A row that cannot be read is a fault of its own and reading goes on with the next line.
package struct CSVReader: Sendable {
  package private(set) var header: UploadHeader?
  package private(set) var separator: Separator?
  /// Of the upload, at the end of the last row that was read; the next one begins on `line`.
  package private(set) var offset: Int
  package private(set) var line: Int

  package let encoding: TextEncoding
  /// From `start` on it was not read.
  private var text: [UInt8] = []
  private var start = 0
  private var isLast = false
  private var scan: RowScan?
  /// Of the next row: what the last one had, and a little more.
  private var likelyLength = 64

  /// `offset` is where the text begins in the upload, behind a byte order mark.
  package init(encoding: TextEncoding, offset: Int = 0) {
    (self.encoding, self.offset) = (encoding, offset)
    line = 1
  }

  /// Goes on at the beginning of a row.
  package init(
    encoding: TextEncoding, offset: Int, line: Int, separator: Separator, header: UploadHeader
  ) {
    (self.encoding, self.offset, self.line) = (encoding, offset, line)
    (self.separator, self.header) = (separator, header)
  }

  package mutating func feed(_ more: [UInt8]) {
    if start > 0 {
      text.removeSubrange(..<start)
      scan?.move(by: start)
      start = 0
    }
    if text.isEmpty { text = more } else { text += more }
  }

  /// No more will come.
  package mutating func finish() { isLast = true }

  /// How many bytes it holds on to.
  package var heldBytes: Int { text.count - start + (scan?.bytes.count ?? 0) }

  /// nil where more has to be fed first, or where all has been read.
  package mutating func next() throws(UploadRefusal) -> UploadReading? {
    guard let separator = try tellSeparator() else { return nil }
    while true {
      let columns = header?.names.count ?? UploadLimits.columns * 20
      var scan =
        self.scan
        ?? RowScan(
          at: start, columns: columns, separator: separator.byte, likelyLength: likelyLength)
      self.scan = nil
      switch scan.run(text, from: start, isLast: isLast) {
      case .nothing: return nil
      case .more:
        if let end = scan.readUpTo { pass(to: end) }
        self.scan = scan
        return nil
      case .fault(let reason, let end):
        // A quote is told where it opened, anything else where the row began.
        let breaks = reason == .rowTooLong ? 0 : scan.breaksBeforeFault
        let fault = RowFault(line: line + breaks, reason, Self.sentence(reason))
        pass(to: end)
        line += scan.breaksBeforeFault + 1
        if header == nil { throw UploadRefusal(line: fault.line, "the header: \(fault.detail)") }
        return .fault(fault, end: offset)
      case .row(let end):
        let rowStart = start
        let rowLine = line
        pass(to: end)
        line += 1 + scan.innerBreaks
        if scan.longField == nil, Self.isEmpty(scan) { continue }
        likelyLength = min(scan.bytes.count + 16, 4_096)
        let isText = isUTF8(text, rowStart..<end)
        guard let header else {
          header = try Self.header(scan, line: rowLine, isText: isText)
          continue
        }
        return read(scan, line: rowLine, isText: isText, header)
      }
    }
  }

  private mutating func tellSeparator() throws(UploadRefusal) -> Separator? {
    if let separator { return separator }
    guard isLast || text.count - start >= UploadLimits.sampleLength else { return nil }
    let sample = Array(text[start...].prefix(UploadLimits.sampleLength))
    if let said = Separator.said(by: sample) {
      pass(to: start + said.end)
      line += 1
      separator = said.separator
    } else {
      separator = Separator.told(by: sample, isWhole: sample.count == text.count - start && isLast)
    }
    return separator
  }

  private mutating func pass(to end: Int) {
    offset += encoding.sourceLength(of: text[start..<end])
    start = end
  }

  private static func isEmpty(_ scan: RowScan) -> Bool {
    scan.fieldCount <= scan.ends.count
      && scan.bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }

  private static func header(
    _ scan: RowScan, line: Int, isText: Bool
  ) throws(UploadRefusal) -> UploadHeader {
    guard isText else { throw UploadRefusal(line: line, "the header: \(sentence(.notText))") }
    if let column = scan.longField {
      throw UploadRefusal(
        line: line,
        "the name of column \(column + 1) is longer than \(UploadLimits.nameLength) bytes")
    }
    let row = UploadRow(line: line, end: 0, bytes: scan.bytes, ends: scan.ends)
    let names = (0..<row.fieldCount).map { row.text($0).trimmed }
    // Spreadsheets leave separators behind the last column.
    let named = names.prefix(scan.fieldCount)
    return try UploadHeader(Array(named), line: line)
  }

  private func read(
    _ scan: RowScan, line: Int, isText: Bool, _ header: UploadHeader
  ) -> UploadReading {
    func fault(_ reason: RowFault.Reason, _ column: Int? = nil) -> UploadReading {
      let name = column.map { header.names[$0] }
      return .fault(RowFault(line: line, field: name, reason, Self.sentence(reason)), end: offset)
    }
    guard isText else { return fault(.notText) }
    if let column = scan.longField { return fault(.fieldTooLong, column) }
    if scan.fieldCount > header.names.count {
      let detail =
        "has \(scan.fieldCount) fields where the header has \(header.names.count); "
        + "put a field that contains the separator in quotes"
      return .fault(RowFault(line: line, .tooManyFields, detail), end: offset)
    }
    return .row(UploadRow(line: line, end: offset, bytes: scan.bytes, ends: scan.ends))
  }

  private static func sentence(_ reason: RowFault.Reason) -> String {
    switch reason {
    case .openQuote:
      "the quote that opens here never closes; close it, or write two quotes for one that is text"
    case .textAfterQuote:
      "text follows a closing quote; write two quotes for one that is part of a text"
    case .rowTooLong: "is longer than \(UploadLimits.rowLength) bytes"
    case .fieldTooLong: "is longer than \(UploadLimits.fieldLength) bytes"
    case .notText:
      "has bytes that are no text in the encoding in which the upload begins; save it as UTF-8"
    default: "cannot be read"
    }
  }
}

func isUTF8(_ text: [UInt8], _ range: Range<Int>) -> Bool {
  do {
    _ = try UTF8Span(validating: text.span.extracting(range))
    return true
  } catch {
    return false
  }
}
