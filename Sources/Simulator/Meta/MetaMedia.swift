internal import Crypto
internal import HTTP
internal import JSON

/// Files that were uploaded. All of them together stay under `limit`; the rest is refused.
extension World {
  private static let limit = 256 << 20

  mutating func uploadMedia(
    _ request: HTTPRequest, _ app: Int, to phone: String
  ) throws(MetaRefusal) -> HTTPAnswer {
    let parts = try Multipart(request).parts
    guard parts.contains(where: { $0.name == "messaging_product" && $0.text == "whatsapp" }) else {
      throw .parameter("(#100) The parameter messaging_product is required.")
    }
    guard let file = parts.first(where: { $0.name == "file" }) else {
      throw .parameter("(#100) The parameter file is required.")
    }
    let type = file.type ?? ""
    guard let largest = largestSize(of: type) else {
      throw .parameter("Param file must be a file with one of the supported types, not '\(type)'")
    }
    let held = media.values.reduce(0) { $0 + $1.bytes.count }
    guard file.bytes.count <= largest, held + file.bytes.count <= Self.limit else {
      throw MetaRefusal(131053, "Media upload error", "The file is too large")
    }
    let id = String(600_000_000_000_000 + media.count + requests)
    media[id] = MediaItem(type: type, bytes: file.bytes, app: app, phone: phone)
    return HTTPAnswer(json: JSONWriter.object { $0.field("id", id) })
  }

  /// nil where there is none, it is another app's, or the number that is named with it is another one.
  func file(_ id: String, _ app: Int, _ request: HTTPRequest) -> MediaItem? {
    guard let item = media[id] ?? files[id], item.app == app else { return nil }
    let asked = request.queryValue("phone_number_id")
    guard let own = item.phone, let asked, own != asked else { return item }
    return nil
  }

  func mediaAnswer(_ id: String, _ item: MediaItem, _ request: HTTPRequest) -> HTTPAnswer {
    let host = request.headers.first("host")
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("messaging_product", "whatsapp")
        writer.field("url", mediaURL(id, host: host))
        writer.field("mime_type", item.type)
        writer.field("sha256", lowerHex(sha256(item.bytes)))
        writer.field("file_size", item.bytes.count)
        writer.field("id", id)
      })
  }

  func mediaURL(_ id: String, host: String? = nil) -> String {
    "http://\(host ?? "127.0.0.1:\(port)")/_media/\(id)"
  }

  func downloadMedia(_ id: String, _ app: Int) throws(MetaRefusal) -> HTTPAnswer {
    guard let item = media[id] ?? files[id], item.app == app else { throw .unknownObject(id) }
    return HTTPAnswer(
      status: 200, headers: [HTTPHeader("Content-Type", item.type)], body: item.bytes)
  }

  /// nil for what Meta does not take.
  private func largestSize(of type: String) -> Int? {
    switch type.prefix(while: { $0 != ";" }) {
    case "image/jpeg", "image/png": 5 << 20
    case "image/webp": 500 << 10
    case "video/mp4", "video/3gpp", "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4",
      "audio/ogg":
      16 << 20
    case "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
      "application/vnd.ms-powerpoint",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      "application/vnd.openxmlformats-officedocument.presentationml.presentation":
      100 << 20
    default: nil
    }
  }
}

/// `multipart/form-data`.
struct Multipart {
  struct Part {
    let name: String
    let type: String?
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  private(set) var parts: [Part] = []

  init(_ request: HTTPRequest) throws(MetaRefusal) {
    let type = request.headers.first("content-type") ?? ""
    guard type.hasPrefix("multipart/form-data"), let mark = type.rest(behind: "boundary=") else {
      throw .parameter("(#100) The body must be multipart/form-data")
    }
    let boundary = mark.filter { $0 != "\"" }
    let body = request.body
    let delimiter = Array("\r\n--\(boundary)".utf8)
    // The first boundary has no line end before it.
    var rest = Array("\r\n".utf8) + body
    while let start = find(delimiter, in: rest) {
      rest.removeFirst(start + delimiter.count)
      guard rest.starts(with: [0x0D, 0x0A]), let end = find(delimiter, in: rest) else { return }
      if let part = part(rest[2..<end]) { parts.append(part) }
    }
  }

  private func part(_ bytes: ArraySlice<UInt8>) -> Part? {
    let blank = Array("\r\n\r\n".utf8)
    let bytes = Array(bytes)
    guard let end = find(blank, in: bytes) else { return nil }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
    var (name, type): (String?, String?) = (nil, nil)
    for line in lines {
      let lower = line.lowercased()
      if lower.hasPrefix("content-disposition:") { name = value(of: " name=\"", in: line) }
      if lower.hasPrefix("content-type:") {
        type = String(line.dropFirst(13).drop { $0 == " " })
      }
    }
    return name.map { Part(name: $0, type: type, bytes: Array(bytes[(end + 4)...])) }
  }

  private func value(of field: String, in line: Substring) -> String? {
    String(line).rest(behind: field).map { String($0.prefix { $0 != "\"" }) }
  }

  private func find(_ needle: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= needle.count, let first = needle.first else { return nil }
    var place = 0
    while let next = bytes[place...].firstIndex(of: first) {
      if bytes[next...].starts(with: needle) { return next }
      place = next + 1
    }
    return nil
  }
}

extension String {
  /// What follows its first occurrence.
  fileprivate func rest(behind text: String) -> Substring? {
    var place = startIndex
    while place < endIndex {
      if self[place...].hasPrefix(text) { return self[place...].dropFirst(text.count) }
      formIndex(after: &place)
    }
    return nil
  }
}
