/// `multipart/form-data`, as browsers and curl send files. What is no whole part is no part.
package struct MultipartForm: Sendable {
  package struct Part: Sendable {
    package let name: String
    /// nil for what is no file.
    package let filename: String?
    package let contentType: String?
    package let body: ArraySlice<UInt8>
  }

  package private(set) var parts: [Part] = []

  private static let mostParts = 64
  private static let lineEnd: [UInt8] = [0x0D, 0x0A]

  /// nil where the type has no boundary, or the body does not end as it should.
  package init?(_ body: [UInt8], type: String) {
    guard let boundary = Self.parameter("boundary", of: type),
      (1...70).contains(boundary.utf8.count)
    else { return nil }
    let mark = Array("--\(boundary)".utf8)
    guard body.starts(with: mark) else { return nil }
    var rest = body[mark.count...]
    while !rest.starts(with: Array("--".utf8)) {
      guard rest.starts(with: Self.lineEnd), parts.count < Self.mostParts,
        let end = Self.place(of: Self.lineEnd + mark, in: rest.dropFirst(2))
      else { return nil }
      if let part = Self.part(rest[(rest.startIndex + 2)..<end]) { parts.append(part) }
      rest = rest[(end + 2 + mark.count)...]
    }
  }

  private static func part(_ bytes: ArraySlice<UInt8>) -> Part? {
    guard let end = place(of: lineEnd + lineEnd, in: bytes), end - bytes.startIndex <= 8192 else {
      return nil
    }
    var (name, filename, type): (String?, String?, String?) = (nil, nil, nil)
    let head = String(decoding: bytes[..<end], as: UTF8.self)
    for line in head.split(separator: "\r\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = String(line[line.index(after: colon)...].drop { $0 == " " })
      switch line[..<colon].lowercased() {
      case "content-disposition":
        name = parameter("name", of: value)
        filename = parameter("filename", of: value)
      case "content-type": type = value
      default: continue
      }
    }
    return name.map {
      Part(name: $0, filename: filename, contentType: type, body: bytes[(end + 4)...])
    }
  }

  /// Of a header's value: `; name="…"`, where browsers write a quote as `%22` and others as `\"`.
  static func parameter(_ wanted: String, of value: String) -> String? {
    var rest = value.unicodeScalars.drop { $0 != ";" }
    while rest.first == ";" {
      rest = rest.dropFirst().drop { $0 == " " }
      let name = String(rest.prefix { $0 != "=" && $0 != ";" })
      rest = rest.dropFirst(name.unicodeScalars.count)
      guard rest.first == "=" else { continue }
      rest = rest.dropFirst()
      var text = String.UnicodeScalarView()
      if rest.first == "\"" {
        rest = rest.dropFirst()
        while let scalar = rest.first, scalar != "\"" {
          let isEscape = scalar == "\\" && ["\"", "\\"].contains(rest.dropFirst().first)
          rest = rest.dropFirst(isEscape ? 1 : 0)
          if let next = rest.popFirst() { text.append(next) }
        }
        rest = rest.drop { $0 != ";" }
      } else {
        let plain = rest.prefix { $0 != ";" && $0 != " " }
        text.append(contentsOf: plain)
        rest = rest.drop { $0 != ";" }
      }
      if name.lowercased() == wanted { return String(text) }
    }
    return nil
  }

  private static func place(of wanted: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = wanted.first else { return nil }
    var rest = bytes
    while let next = rest.firstIndex(of: first) {
      rest = rest[next...]
      if rest.starts(with: wanted) { return next }
      rest = rest.dropFirst()
    }
    return nil
  }
}
