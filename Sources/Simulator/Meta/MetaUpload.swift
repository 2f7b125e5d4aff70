internal import HTTP
internal import JSON

/// A file that comes piece by piece: `POST /{app}/uploads`, then `/upload:…`.
struct Upload: Sendable {
  let app: Int
  let length: Int
  let type: String
  var bytes: [UInt8] = []
}

extension World {
  private static let limit = 16 << 20
  private static let types: Set<String> = [
    "application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4",
  ]

  mutating func beginUpload(
    _ request: HTTPRequest, _ app: Int
  ) throws(MetaRefusal) -> HTTPAnswer {
    let parameters = try GraphParameters(request)
    let length = parameters.text("file_length").flatMap { Int($0) } ?? 0
    guard (1...Self.limit).contains(length) else {
      throw .parameter("Param file_length must be a size in bytes")
    }
    guard let type = parameters.text("file_type"), Self.types.contains(type) else {
      throw .parameter("Param file_type must be one of the supported types")
    }
    guard uploads.values.reduce(length, { $0 + $1.length }) <= 16 * Self.limit else {
      throw MetaRefusal(4, "Application request limit reached")
    }
    let id = "upload:\(700_000_000_000_000 + requests)"
    uploads[id] = Upload(app: app, length: length, type: type)
    // What stands behind the question mark belongs to the id.
    return HTTPAnswer(json: JSONWriter.object { $0.field("id", "\(id)?sig=demo") })
  }

  mutating func upload(
    _ id: String, _ request: HTTPRequest, _ app: Int
  ) throws(MetaRefusal) -> HTTPAnswer {
    guard var upload = uploads[id], upload.app == app, request.queryValue("sig") == "demo" else {
      throw .unknownObject(id)
    }
    if request.method == "GET" {
      return HTTPAnswer(
        json: JSONWriter.object { writer in
          writer.field("id", id)
          writer.field("file_offset", upload.bytes.count)
        })
    }
    let offset = request.headers.first("file_offset").flatMap { Int($0) }
    guard offset == upload.bytes.count else {
      throw .parameter("file_offset must be \(upload.bytes.count)")
    }
    upload.bytes += request.body
    guard upload.bytes.count <= upload.length else {
      throw .parameter("The file is longer than file_length")
    }
    uploads[id] = upload
    guard upload.bytes.count == upload.length else {
      throw .parameter("The upload is not whole yet")
    }
    return HTTPAnswer(
      json: JSONWriter.object {
        $0.field("h", "4::\(id.dropFirst("upload:".count)):\(upload.type)")
      })
  }
}
