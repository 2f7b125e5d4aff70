import Domain
import HTTP
import Running
import JSON
import SendStore
import Simulator
import TestSupport
import Testing
import Time

extension OpenAPICaller {
  private static let phone = Demo.phoneNumberID
  /// Its Meta is away.
  private static let silentPhone = "3"
  private static let (messages, media) = (
    "/v{version}/{phone}/messages", "/v{version}/{phone}/media"
  )
  private static let templates = "/v{version}/{account}/message_templates"
  private static let (node, file) = ("/v{version}/{node}", "/v{version}/{media}/file")
  private static let edge = "/v{version}/{node}/{edge}"

  func callMeta() async throws {
    try fillMeta()
    for key in ["admin-key", "nobody", "reader-key", "crawling-key", "crawling-key"] {
      try await ask("POST", Self.messages, key, body: MetaDropInTests.text)
    }
    try await ask("POST", Self.messages, body: "{")
    let template =
      #""type":"template","template":{"name":"nobody","language":{"code":"it"}}"#
    try await ask("POST", Self.messages, body: MetaDropInTests.body(template))
    try await ask("POST", Self.messages, body: MetaDropInTests.text, idempotencyKey: "taken")
    try await ask("POST", Self.messages, body: String(repeating: "x", count: 300_000))
    let read = #"{"messaging_product":"whatsapp","status":"read","message_id":"wamid.IN"}"#
    try await ask("POST", Self.messages, of: Self.silentPhone, body: read)
    try await callMetaFiles()
    for key in ["admin-key", "nobody", "inline-key", "crawling-key"] {
      try await ask("GET", Self.templates, key, of: Demo.wabaID)
      try await ask("GET", Self.node, key)
    }
    try await ask("GET", Self.templates, of: "9")
    try await ask("GET", Self.node, of: "me")
    try await ask("GET", Self.node, of: Self.silentPhone)
    for key in ["admin-key", "nobody", "webhook-key"] {
      try await ask("POST", Self.node, key, body: "{}")
      for method in ["GET", "POST", "DELETE"] { try await ask(method, Self.edge, key, body: "{}") }
    }
  }

  private func callMetaFiles() async throws {
    let type = "multipart/form-data; boundary=b-1"
    for key in ["admin-key", "nobody", "reader-key", "crawling-key"] {
      try await ask("POST", Self.media, key, body: "--b-1--", type: type)
    }
    let large = String(repeating: "x", count: 33 << 20)
    try await ask("POST", Self.media, body: large, type: type)
    let form = String(decoding: MetaResourceTests.form(), as: UTF8.self)
    try await ask("POST", Self.media, of: Self.silentPhone, body: form, type: type)
    let uploaded = try await ask("POST", Self.media, body: form, type: type)
    let id = try uploaded.json["id"]?.string ?? "0"
    let (own, silent) = ("?phone_number_id=\(Self.phone)", "?phone_number_id=\(Self.silentPhone)")
    for key in ["nobody", "inline-key", "crawling-key", "admin-key"] {
      try await ask("GET", Self.file, key, of: id, query: own)
    }
    for query in ["", silent] { try await ask("GET", Self.file, of: id, query: query) }
    for query in ["", silent] { try await ask("DELETE", Self.node, of: id, query: query) }
    for key in ["nobody", "reader-key", "crawling-key", "admin-key"] {
      try await ask("DELETE", Self.node, key, of: id, query: own)
    }
  }

  /// A list of templates, and what stands under a key that is used again.
  private func fillMeta() throws {
    guard let store = store?.store else { return }
    try store.save([], of: AccountID(Demo.wabaID))
    try stand.templates.look(at: store)
    let now = try store.now()
    let send = NewSend(
      id: .derived(
        tenant: Tenant(app: "other", company: "answered"),
        idempotencyKey: "meta:\(Self.phone):taken", item: 0),
      sender: SenderID("answered"), recipient: "+393331234567",
      content: Array("{\"body\":\"other\"}".utf8), due: now + .seconds(600),
      expires: now + .seconds(3600))
    _ = try store.take(IntakeBatch(log: "log", partition: 90, from: 0, next: 1, sends: [send]))
  }

  @discardableResult
  private func ask(
    _ method: String, _ path: String, _ key: String = "admin-key", of id: String = phone,
    query: String = "", body: String = "", type: String = "application/json",
    idempotencyKey: String? = nil
  ) async throws -> IngestStand.Answer {
    var target = path.replacing("{version}", with: "24.0").replacing("{edge}", with: "register")
    for name in ["{phone}", "{account}", "{node}", "{media}"] {
      target = target.replacing(name, with: id)
    }
    var headers = [
      HTTPHeader("Authorization", "Bearer \(key)"), HTTPHeader("Content-Type", type),
    ]
    if let idempotencyKey { headers.append(HTTPHeader("Idempotency-Key", idempotencyKey)) }
    let answer = try await stand.call(method, target + query, headers, Array(body.utf8))
    note("\(method) \(path)", answer)
    return answer
  }
}
