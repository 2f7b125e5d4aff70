internal import Crypto
internal import Forms
internal import HTTP
internal import Platform
internal import SendStore
internal import Settings

/// Where what is in files lies: by its hash, which is checked whenever one is read, and by the id of the one row that it
/// belongs to, so that forgetting one never takes another's. Several machines see the same folder, or there is one.
struct MediaFolder: Sendable {
  private let path: String

  init(_ path: String) { self.path = path }

  private func folder(of media: StoredMedia) -> String { "\(path)/\(media.hash.prefix(2))" }

  private func file(of media: StoredMedia) -> String {
    "\(folder(of: media))/\(media.hash).\(media.key.id)"
  }

  /// False where the disk does not take it.
  func write(_ bytes: [UInt8], of media: StoredMedia) -> Bool {
    makeFolder(folder(of: media)) && replaceFile(file(of: media), by: bytes)
  }

  /// nil where there is no such file, or another one.
  func bytes(of media: StoredMedia) -> [UInt8]? {
    guard let bytes = content(ofFile: file(of: media), first: media.size + 1),
      lowerHex(sha256(bytes)) == media.hash
    else { return nil }
    return bytes
  }

  func remove(_ media: StoredMedia) -> Bool { removeFile(file(of: media)) }
}

extension StoredMedia {
  static let path = "/media/{token}/{name}"
}

/// A file as an answer: to be kept, and never to be run or shown by a browser in our name.
enum FileAnswer {
  static func answer(_ bytes: [UInt8], type: String, name: String) -> HTTPAnswer {
    let escaped = String(decoding: percentEncoded(name), as: UTF8.self)
    return HTTPAnswer(
      status: 200,
      headers: [
        HTTPHeader("Content-Type", type),
        HTTPHeader("Content-Disposition", "attachment; filename*=UTF-8''\(escaped)"),
        HTTPHeader("X-Content-Type-Options", "nosniff"),
        HTTPHeader("Content-Security-Policy", "sandbox; default-src 'none'"),
        HTTPHeader("Cache-Control", "private, no-store"),
      ], body: bytes)
  }
}
