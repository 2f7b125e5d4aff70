internal import Domain
internal import HTTP
internal import JSON
internal import Providers
internal import Settings

/// `PUT /api/phones/{sender}/picture`: the picture goes up, from where it broke off if it does, and is shown then.
struct PictureChange {
  private let request: NumberRequest
  private let bytes: [UInt8]
  private let type: String
  private let app: String

  private static let tries = 3

  init(_ request: NumberRequest) throws {
    self.request = request
    bytes = request.request.body
    guard let type = PictureUpload.type(of: bytes) else {
      throw NumberRequest.refuse(.init("", "must be a picture, as JPEG or PNG"))
    }
    guard let app = request.number.own.appId else {
      throw NumberRequest.refuse(
        .init("", "cannot be taken up: the sender has no appId in the settings"))
    }
    (self.type, self.app) = (type, app)
  }

  func answer() throws -> HTTPAnswer {
    let handle: String
    do { handle = try upload() } catch let failed as LookupFailed {
      throw ProviderAsking.refused(failed)
    }
    try request.demand(PictureUpload.show(handle, by: request.number.meta))
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("done", "picture")
        writer.field("phone", json: request.present)
      })
  }

  private func upload() throws -> String {
    let meta = request.number.meta
    let name = type == "image/png" ? "picture.png" : "picture.jpg"
    let upload = try PictureUpload(
      try request.ask(
        PictureUpload.begin(name, type: type, length: bytes.count, app: app, by: meta)))
    var offset = 0
    for _ in 1..<Self.tries {
      let answer: ProviderAnswer
      do { answer = try request.ask(upload.send(bytes[offset...], from: offset, by: meta)) } catch {
        // It broke off: what is there already is not sent again.
        offset = try PictureUpload.offset(try request.ask(upload.look(by: meta)), of: bytes.count)
        continue
      }
      return try PictureUpload.handle(answer)
    }
    let last = try request.ask(upload.send(bytes[offset...], from: offset, by: meta))
    return try PictureUpload.handle(last)
  }
}
