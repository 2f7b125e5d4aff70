internal import JSON

/// A file on its way to Meta in an upload that can go on where it broke off.
package struct PictureUpload: Hashable, Sendable {
  package static let limit = 5 << 20

  /// By the content itself: what a caller says of it may be wrong.
  package static func type(of bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
    return nil
  }

  /// `upload:` and what Meta put behind it, a query as well.
  private let id: String

  package init(_ answer: ProviderAnswer) throws(LookupFailed) {
    let id = JSONValue(whole: answer.body)?["id"]?.string ?? ""
    guard answer.status == 200, id.hasPrefix("upload:"),
      id.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw LookupFailed(meta: answer) }
    self.id = id
  }

  package static func begin(
    _ name: String, type: String, length: Int, app: String, by sender: MetaSender
  ) -> ProviderRequest {
    sender.query(
      sender.path(of: app, "/uploads"),
      [("file_name", name), ("file_length", String(length)), ("file_type", type)])
  }

  package func send(_ bytes: ArraySlice<UInt8>, from offset: Int, by sender: MetaSender)
    -> ProviderRequest
  {
    ProviderRequest(
      method: "POST", path: "/\(id)",
      headers: [
        sender.uploadAuthorization, ProviderHeader("file_offset", String(offset)),
        ProviderHeader("Content-Type", "application/octet-stream"),
      ], body: Array(bytes))
  }

  /// How much of it is there.
  package func look(by sender: MetaSender) -> ProviderRequest {
    ProviderRequest(
      method: "GET", path: "/\(id)", headers: [sender.uploadAuthorization], body: [])
  }

  package static func offset(
    _ answer: ProviderAnswer, of length: Int
  ) throws(LookupFailed) -> Int {
    let offset = JSONValue(whole: answer.body)?["file_offset"]?.wholeNumber
    guard answer.status == 200, let offset, (0...length).contains(offset) else {
      throw LookupFailed(meta: answer)
    }
    return offset
  }

  /// What names the file from then on.
  package static func handle(_ answer: ProviderAnswer) throws(LookupFailed) -> String {
    guard answer.status == 200, let handle = JSONValue(whole: answer.body)?["h"]?.string,
      !handle.isEmpty
    else { throw LookupFailed(meta: answer) }
    return handle
  }

  package static func show(_ handle: String, by sender: MetaSender) -> ProviderRequest {
    sender.post(sender.path("/whatsapp_business_profile")) { writer in
      writer.field("messaging_product", "whatsapp")
      writer.field("profile_picture_handle", handle)
    }
  }
}
