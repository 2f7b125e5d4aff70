/// Reads an upload as it comes, in parts of any size and in any of the usual encodings, row by row.
///
///     var reader = UploadReader(.table)
///     reader.feed(part)                                   // and finish() behind the last one
///     while let reading = try reader.next() { … }
///     reader.position                                     // to be kept with the rows
package struct UploadReader: Sendable {
  package enum Form: String, Hashable, Sendable, CaseIterable {
    /// Fields between commas, semicolons or tabs.
    case table = "csv"
    /// Objects, one a line.
    case objects = "ndjson"
  }

  private let form: Form
  private let from: UploadPosition
  private var decoder: TextDecoder
  /// One of them, once the encoding is told.
  private var table: CSVReader?
  private var objects: NDJSONReader?
  private var received: Int
  private var isFinished = false
  private var refusal: UploadRefusal?

  /// Where it goes on from a position, what is fed begins at the position's offset.
  package init(_ form: Form, from position: UploadPosition = .beginning) {
    (self.form, from, received) = (form, position, position.offset)
    guard let layout = position.layout else {
      decoder = TextDecoder()
      return
    }
    decoder = TextDecoder(layout.encoding)
    if let separator = layout.separator {
      table = CSVReader(
        encoding: layout.encoding, offset: position.offset, line: position.line,
        separator: separator, header: layout.header)
    } else {
      objects = NDJSONReader(
        encoding: layout.encoding, offset: position.offset, line: position.line,
        header: layout.header)
    }
  }

  package mutating func feed(_ part: [UInt8]) {
    received += part.count
    pass(on: decoder.decode(part))
  }

  /// No more will come.
  package mutating func finish() {
    guard !isFinished else { return }
    isFinished = true
    pass(on: decoder.finish())
    table?.finish()
    objects?.finish()
  }

  private mutating func pass(on text: [UInt8]) {
    guard let encoding = decoder.encoding else { return }
    if table == nil, objects == nil {
      switch form {
      case .table: table = CSVReader(encoding: encoding, offset: decoder.markLength)
      case .objects: objects = NDJSONReader(encoding: encoding, offset: decoder.markLength)
      }
    }
    table?.feed(text)
    objects?.feed(text)
  }

  /// nil where more has to be fed first, or where all has been read. The upload is refused where it has no header that
  /// can be used.
  package mutating func next() throws(UploadRefusal) -> UploadReading? {
    if let refusal { throw refusal }
    let reading: UploadReading?
    do throws(UploadRefusal) {
      reading = form == .table ? try table?.next() : try objects?.next()
    } catch {
      refusal = error
      throw error
    }
    if reading == nil, isFinished, header == nil {
      throw UploadRefusal(line: 1, "the upload has no row; its first one must name the columns")
    }
    // A byte that was cut off its character of UTF-16 counts as a whole one.
    return reading?.ending(atMost: received)
  }

  /// nil until the first row has been read.
  package var header: UploadHeader? { table?.header ?? objects?.header }

  /// At the end of the last row that `next` gave.
  package var position: UploadPosition {
    if let table, let header = table.header, let separator = table.separator {
      return position(table.offset, table.line, separator, header, table.encoding)
    }
    if let objects, let header = objects.header {
      return position(objects.offset, objects.line, nil, header, objects.encoding)
    }
    return from
  }

  private func position(
    _ offset: Int, _ line: Int, _ separator: Separator?, _ header: UploadHeader,
    _ encoding: TextEncoding
  ) -> UploadPosition {
    UploadPosition(
      offset: min(offset, received), line: line,
      layout: .init(encoding: encoding, separator: separator, header: header))
  }

  /// How many bytes it holds on to, whatever the length of the upload.
  package var heldBytes: Int {
    table?.heldBytes ?? objects?.heldBytes ?? min(received, UploadLimits.sampleLength)
  }
}
