import Campaigns

/// Uploads made of fields.
enum Lists {
  static func table(_ names: [String], _ rows: [[String]]) -> [UInt8] {
    let lines = ([names] + rows).map { fields in
      fields.map {
        "\"" + $0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
          + "\""
      }
      .joined(separator: ",")
    }
    return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
  }

  static func read(_ upload: [UInt8]) throws -> (header: UploadHeader, rows: [UploadRow]) {
    var reader = UploadReader(.table)
    reader.feed(upload)
    reader.finish()
    var rows: [UploadRow] = []
    while let reading = try reader.next() {
      guard case .row(let row) = reading else { throw Unread(reading: reading) }
      rows.append(row)
    }
    guard let header = reader.header else { throw Unread(reading: nil) }
    return (header, rows)
  }

  static func firstRow(of upload: [UInt8]) throws -> (UploadHeader, UploadRow) {
    let (header, rows) = try read(upload)
    guard let row = rows.first else { throw Unread(reading: nil) }
    return (header, row)
  }

  struct Unread: Error {
    let reading: UploadReading?
  }
}
