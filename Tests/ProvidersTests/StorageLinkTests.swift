import Crypto
import Domain
import JSON
import Providers
import Testing
import Time

@Suite struct StorageLinkTests {
  private static func serviceAccount(_ pem: String) -> Secret {
    let email = Vector.root?["gcs"]?["client_email"]?.string ?? ""
    let json = JSONWriter.object { writer in
      writer.field("type", "service_account")
      writer.field("client_email", email)
      writer.field("private_key", pem)
    }
    return Secret(text(json))
  }

  private static let pem = Vector.root?["gcs"]?["private_key_pem"]?.string ?? ""

  @Test("signs byte by byte like Google's own library", arguments: Vector.gcs)
  func vectors(vector: Vector) throws {
    let account = try ServiceAccount(json: Self.serviceAccount(Self.pem))
    let time = try #require(Timestamp(rfc3339: "2025-01-15T10:30:00Z"))
    #expect(try Self.link(vector).signed(by: account, at: time) == vector.text("url"))
  }

  private static func link(_ vector: Vector) -> StorageLink {
    let extra = vector.json["extra"]
    let host: StorageLink.Host =
      switch vector.text("style") {
      case "path": .path
      case "virtual": .virtual
      case let own: .own(own)
      }
    var headers: [String: String] = [:]
    for (name, value) in extra?["headers"]?.fields ?? [] { headers[name] = value.string }
    return StorageLink(
      StoredFile(bucket: vector.text("bucket"), file: vector.text("object")), host: host,
      expires: .seconds(vector.json["expires_seconds"]?.integer ?? 0),
      contentType: extra?["response_type"]?.string,
      disposition: extra?["response_disposition"]?.string,
      generation: extra?["generation"]?.integer, headers: headers)
  }

  @Test("is good for a second to seven days", arguments: [0, -1, 604_801])
  func expiry(seconds: Int64) throws {
    let account = try ServiceAccount(json: Self.serviceAccount(Self.pem))
    let file = StoredFile(bucket: "b", file: "f")
    #expect(throws: StorageLink.Fault.expiry) {
      try StorageLink(file, expires: .seconds(seconds)).signed(
        by: account, at: Timestamp(seconds: 0))
    }
    #expect(throws: StorageLink.Fault.noName) {
      try StorageLink(StoredFile(bucket: "", file: "f")).signed(
        by: account, at: Timestamp(seconds: 0))
    }
  }

  @Test("takes the key in the older form as well, and signs the same with it")
  func olderForm() throws {
    let older = try #require(Self.pkcs1(Self.pem))
    let time = Timestamp(seconds: 1_736_937_000)
    let link = StorageLink(StoredFile(bucket: "b", file: "f"))
    let one = try link.signed(by: ServiceAccount(json: Self.serviceAccount(Self.pem)), at: time)
    let other = try link.signed(by: ServiceAccount(json: Self.serviceAccount(older)), at: time)
    #expect(one == other)
  }

  /// The key inside PKCS #8 stands after 26 bytes of wrapping for a key of 2048 bits.
  private static func pkcs1(_ pem: String) -> String? {
    let lines = pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }
    guard let wrapped = bytes(fromBase64: lines.joined()) else { return nil }
    let inner = base64(Array(wrapped.dropFirst(26)))
    return "-----BEGIN RSA PRIVATE KEY-----\n\(inner)\n-----END RSA PRIVATE KEY-----\n"
  }

  @Test(
    "says what is wrong with a service account and not what stands in it",
    arguments: [
      ("secret-no-json", ServiceAccount.Fault.notJSON), ("[\"secret\"]", .notJSON),
      ("{\"private_key\":\"secret\"}", .noEmail), ("{\"client_email\":\"secret@x\"}", .noKey),
      ("{\"client_email\":\"a@b\",\"private_key\":\"secret\"}", .badKey),
      ("{\"client_email\":5,\"private_key\":\"secret\"}", .noEmail),
    ])
  func badAccounts(json: String, fault: ServiceAccount.Fault) {
    #expect(throws: fault) { try ServiceAccount(json: Secret(json)) }
    #expect(!fault.description.contains("secret"))
  }
}
