import Crypto
import Domain
import Events
import Foundation
import HTTP
import JSON
import SendStore
import Settings
import TestSupport
import Testing
import Time

@testable import API

/// Files that are handed to us, sent by their id, and fetched from us.
@Suite struct MediaRouteTests {
  private static let pdf = Array("%PDF-1.7 an offer".utf8)
  private static let beta = "&app=other&company=beta"

  private func upload(
    _ stand: IngestStand, _ query: String, _ bytes: [UInt8] = pdf,
    type: String = "application/octet-stream", key: String = "admin-key"
  ) async throws -> IngestStand.Answer {
    try await stand.call(
      "POST", "/in/api/media?\(query)",
      [HTTPHeader("Authorization", "Bearer \(key)"), HTTPHeader("Content-Type", type)], bytes)
  }

  private func stocked(_ more: String = "") throws -> (IngestStand, StockedStore) {
    let stand = try IngestStand(more)
    return (stand, try StockedStore(stand))
  }

  /// The path of the link in the last send.
  private func link(_ stand: IngestStand) throws -> String {
    let event = try #require(try SendTests.events(stand).last)
    let request = try JSONDocument(event.request).root
    let link = try #require(request["document"]?["link"]?.string)
    #expect(link.hasPrefix("https://hooks.example.com/in/media/"))
    return String(link.dropFirst("https://hooks.example.com".count))
  }

  @Test("a file is taken, sent by its id, and fetched by its link with what keeps browsers safe")
  func sent() async throws {
    let (stand, stock) = try stocked()
    defer { withExtendedLifetime(stock) {} }
    let taken = try await upload(stand, "name=my%20offer.pdf\(Self.beta)")
    #expect(taken.status == 201, "\(taken.text)")
    let root = try taken.json
    let id = try #require(root["id"]?.string)
    #expect(root["kind"]?.string == "document" && root["type"]?.string == "application/pdf")
    #expect(root["name"]?.string == "my offer.pdf" && root["bytes"]?.integer == 17)
    #expect(root["sha256"]?.string == lowerHex(sha256(Self.pdf)))
    let send = try await SendTests.send(
      stand, #"{"to":"+393331234567","sender":"meta","media":"\#(id)","body":"Here"}"#)
    #expect(send.status == 202, "\(send.text)")
    let event = try #require(try SendTests.events(stand).last)
    let request = try JSONDocument(event.request).root
    #expect(request["media"] == nil && request["document"]?["caption"]?.string == "Here")
    let path = try link(stand)
    #expect(path.hasSuffix("/my%20offer.pdf") && !path.contains(id))
    let fetched = try await stand.call("GET", path)
    #expect(fetched.status == 200 && fetched.body == Self.pdf)
    func header(_ name: String) -> String? {
      fetched.headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
    #expect(header("Content-Type") == "application/pdf")
    #expect(header("Content-Disposition") == "attachment; filename*=UTF-8''my%20offer.pdf")
    #expect(header("X-Content-Type-Options") == "nosniff")
    #expect(header("Content-Security-Policy")?.contains("sandbox") == true)
    let other = path.replacing(try #require(path.firstMatch(of: /[0-9a-f]{32}/)?.output), with: id)
    #expect(try await stand.call("GET", other).status == 404)
    #expect(try await stand.call("GET", "/in/media/x/a.pdf").status == 404)
  }

  @Test("a form of a browser is taken as well, and one file in it alone")
  func form() async throws {
    let (stand, stock) = try stocked()
    defer { withExtendedLifetime(stock) {} }
    let part = "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n"
    let body = Array(part.utf8) + Self.pdf + Array("\r\n".utf8)
    let (type, end) = ("multipart/form-data; boundary=xx", Array("--xx--\r\n".utf8))
    let taken = try await upload(stand, String(Self.beta.dropFirst()), body + end, type: type)
    #expect(taken.status == 201, "\(taken.text)")
    #expect(try taken.json["sha256"]?.string == lowerHex(sha256(Self.pdf)))
    let two = try await upload(stand, String(Self.beta.dropFirst()), body + body + end, type: type)
    #expect(two.status == 422 && two.text.contains("/file"))
  }

  @Test(
    "what cannot be sent is refused where it stands",
    arguments: [
      ("name=a.png", "/file"), ("name=a.exe", "/name"), ("x=1", "/x"), ("kind=image", "/name"),
      ("name=a.pdf&kind=film", "/kind"), ("name=a.pdf&kind=image", "/name"),
    ])
  func refused(query: String, pointer: String) async throws {
    let (stand, stock) = try stocked()
    defer { withExtendedLifetime(stock) {} }
    let answer = try await upload(stand, query + Self.beta)
    #expect(answer.status == 422, "\(answer.text)")
    #expect(try answer.json["errors"]?.items?.first?["pointer"]?.string == pointer)
  }

  @Test("a file is of its tenant, and of nobody else")
  func tenants() async throws {
    let (stand, stock) = try stocked()
    defer { withExtendedLifetime(stock) {} }
    let taken = try await upload(stand, "name=a.pdf", key: "acme-key")
    let id = try #require(try taken.json["id"]?.string)
    func send(_ sender: String) async throws -> IngestStand.Answer {
      try await SendTests.send(
        stand, #"{"to":"+393331234567","sender":"\#(sender)","media":"\#(id)"}"#)
    }
    #expect(try await send("twilio").status == 202)
    let theirs = try await send("meta")
    #expect(theirs.status == 422 && theirs.text.contains("/media"))
    #expect(try await upload(stand, "name=a.pdf", key: "acme-reader").status == 403)
    #expect(try await upload(stand, "name=a.pdf").status == 422)
  }

  @Test("a send that would come after the end of a file is refused")
  func tooLate() async throws {
    let (stand, stock) = try stocked("media: { retention: \"2h\" },")
    defer { withExtendedLifetime(stock) {} }
    let id = try #require(try await upload(stand, "name=a.pdf\(Self.beta)").json["id"]?.string)
    let answer = try await SendTests.send(
      stand,
      #"{"to":"+393331234567","sender":"meta","media":"\#(id)","sendAt":"2099-01-01T00:00:00Z"}"#)
    #expect(answer.status == 422 && answer.text.contains("/sendAt"))
  }

  @Test("without room, or an address for providers, a file is not taken")
  func settings() async throws {
    let (small, stock) = try stocked("media: { limit: \"1KB\" },")
    defer { withExtendedLifetime(stock) {} }
    for _ in 0..<2 { _ = try await upload(small, "name=a.pdf\(Self.beta)") }
    let full = try await upload(small, "name=a.pdf\(Self.beta)")
    #expect(full.status == 409 && full.text.contains("media.limit"))
    let hidden = try IngestStand(publicURL: nil)
    let store = try StockedStore(hidden)
    defer { withExtendedLifetime(store) {} }
    let answer = try await hidden.call(
      "POST", "/api/media?name=a.pdf\(Self.beta)",
      [HTTPHeader("Authorization", "Bearer admin-key")], Self.pdf)
    #expect(answer.status == 409 && answer.text.contains("publicURL"))
  }

  @Test("a file that the folder does not take takes no room either")
  func unwritten() async throws {
    let (stand, stock) = try stocked("media: { limit: \"1KB\" },")
    defer { withExtendedLifetime(stock) {} }
    let folder = try #require(stand.settings.mediaFolder)
    try FileManager.default.createDirectory(
      atPath: (folder as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try "no folder".write(toFile: folder, atomically: true, encoding: .utf8)
    let large = Self.pdf + [UInt8](repeating: 0x20, count: 600)
    #expect(try await upload(stand, "name=a.pdf\(Self.beta)", large).status == 503)
    try FileManager.default.removeItem(atPath: folder)
    let taken = try await upload(stand, "name=a.pdf\(Self.beta)", large)
    #expect(taken.status == 201, "\(taken.text)")
  }

  @Test("a file whose time is over, or that somebody changed, is not given out")
  func ended() async throws {
    let (stand, stock) = try stocked()
    defer { withExtendedLifetime(stock) {} }
    let folder = try #require(stand.settings.mediaFolder)
    let (files, now) = (MediaFolder(folder), try stock.store.now())
    func file(_ digit: String, until: Timestamp) throws -> StoredMedia {
      let id = try #require(MediaID(String(repeating: digit, count: MediaID.length)))
      let media = StoredMedia(
        MediaKey(Tenant(app: "crm", company: "acme"), id), token: id.text,
        hash: lowerHex(sha256(Self.pdf)),
        FileForm(kind: .document, contentType: "application/pdf"), name: "a.pdf",
        size: Self.pdf.count, created: now, until: until)
      #expect(try stock.store.add(media, room: 1 << 20))
      #expect(files.write(Self.pdf, of: media))
      return media
    }
    let (gone, changed, kept) = (
      try file("a", until: now - .seconds(1)), try file("b", until: now + .seconds(3600)),
      try file("c", until: now + .seconds(3600))
    )
    #expect(files.write(Array("%PDF-1.7 another!".utf8), of: changed))
    for (file, status) in [(gone, 404), (changed, 404), (kept, 200)] {
      #expect(try await stand.call("GET", "/in/media/\(file.token)/a.pdf").status == status)
    }
    #expect(files.bytes(of: gone) == Self.pdf)
    #expect(try MediaSweep.round(files, stock.store) == 1)
    #expect(files.bytes(of: gone) == nil && files.bytes(of: kept) == Self.pdf)
    #expect(try stock.store.endedMedia(limit: 10).isEmpty)
  }
}
