package import JSON

/// Where reading of an upload stands between two rows, so that one that was cut goes on there: the client sends the rest
/// from `offset` on, and the rows are the same as if it had never been cut.
package struct UploadPosition: Hashable, Sendable {
  /// Of the upload: it is read up to here.
  package let offset: Int
  /// Of the row that comes next.
  package let line: Int
  /// nil at the beginning, before anything was told about the upload.
  package let layout: Layout?

  /// What was told from the beginning of an upload.
  package struct Layout: Hashable, Sendable {
    package let encoding: TextEncoding
    /// nil for objects, one a line.
    package let separator: Separator?
    package let header: UploadHeader
  }

  package static let beginning = UploadPosition(offset: 0, line: 1, layout: nil)

  init(offset: Int, line: Int, layout: Layout?) {
    (self.offset, self.line, self.layout) = (offset, line, layout)
  }

  package var json: [UInt8] {
    JSONWriter.object { writer in
      writer.field("offset", offset)
      writer.field("line", line)
      guard let layout else { return }
      writer.field("encoding", layout.encoding.rawValue)
      writer.field("separator", layout.separator?.rawValue)
      writer.name("columns")
      writer.array { list in
        for name in layout.header.names { list.value(name) }
      }
    }
  }

  /// As `json` gave it.
  package init?(_ value: JSONValue) {
    guard let offset = value["offset"]?.integer, let line = value["line"]?.integer, offset >= 0,
      line >= 1
    else { return nil }
    (self.offset, self.line) = (Int(offset), Int(line))
    guard let encoding = value["encoding"]?.string else {
      guard offset == 0 else { return nil }
      layout = nil
      return
    }
    let names = value["columns"]?.items?.compactMap(\.string) ?? []
    let separator = value["separator"]?.string
    do throws(UploadRefusal) {
      guard let encoding = TextEncoding(rawValue: encoding),
        separator == nil || separator.flatMap(Separator.init) != nil
      else { return nil }
      layout = Layout(
        encoding: encoding, separator: separator.flatMap(Separator.init),
        header: try UploadHeader(names))
    } catch {
      return nil
    }
  }
}
