import Domain
import Events
import HTTP
import JSON
import Settings
import Simulator
import Testing
import Time

@testable import SendStore

extension OpenAPICaller {
  func callMedia() async throws {
    let (one, owner) = ("GET /media/{token}/{name}", "app=crm&company=acme")
    let large = String(repeating: " ", count: 16_870_000)
    for (query, body) in [("name=a.txt&\(owner)", "Hi"), ("name=a.txt", "Hi")] {
      try await call("POST /api/media", "/api/media?\(query)", body: body)
    }
    let key = [HTTPHeader("Authorization", "Bearer admin-key")]
    let refused = try await stand.call("POST", "/api/media?\(owner)", key, Array(large.utf8))
    note("POST /api/media", refused)
    try await call(one, "/media/\(String(repeating: "a", count: 32))/a.txt")
    guard stand.settings.publicURL != nil, store != nil else { return }
    let taken = try await stand.call(
      "POST", "/api/media?name=a.pdf&\(owner)", key, Array("%PDF-1.7".utf8))
    let id = try #require(try taken.json["id"]?.string)
    let send = #"{"to":"+393331234567","sender":"twilio","media":"\#(id)"}"#
    #expect(try await SendTests.send(stand, send, to: "/api/whatsapp/send").status == 202)
    let event = try #require(try SendTests.events(stand).last)
    let link = try #require(try JSONDocument(event.request).root["document"]?["link"]?.string)
    try await call(one, String(link.dropFirst("https://hooks.example.com".count)))
  }

  /// Files that people sent: one that is there, one that is gone, of a sender that the provider refuses, of one whose
  /// provider is away, and of one that is in the settings no more.
  func callReceivedMedia() async throws {
    let id = try await simulator.uploaded(Array("Hi".utf8))
    let route = "GET /api/conversations/{id}/messages/{message}/media/{n}"
    let senders = stand.settings.senders.map(\.sender)
    var former = try #require(senders.first { $0.id.text == "answered" })
    former.id = SenderID("former")
    if let store = store?.store { try store.define(senders + [former]) }
    for (name, file) in [
      ("answered", id), ("answered", "1"), ("refused", id), ("silent-app", id), ("former", id),
    ] {
      let sender = try #require((senders + [former]).first { $0.id.text == name })
      let conversation = try receive(file, from: sender)
      let path = "/api/conversations/\(conversation)/messages/wamid.\(file)/media"
      try await call(route, "\(path)/0")
      try await call(route, "\(path)/1")
    }
    try await call(route, "/api/conversations/nothing/messages/x/media/0?x=%00")
  }

  private func receive(_ file: String, from sender: Sender) throws -> ConversationID {
    let person = PersonAddress("+39333600000\(file == "1" ? 1 : 0)")
    guard let store = store?.store else {
      return ConversationID(of: sender.id, with: person, tenant: sender.tenant)
    }
    let now = try store.now()
    var message = InboundMessage(
      provider: .meta, account: sender.account, address: sender.address, contact: person,
      providerID: ProviderID("wamid.\(file)"), kind: "document", receivedAt: now)
    message.media = [InboundMedia(id: file)]
    var report = InboundReport(
      account: sender.account, sender: sender.id, contact: person, providerID: message.providerID,
      at: now)
    report.words = InboundWords(
      kind: "document", words: "", content: JSONWriter.object { message.write(to: &$0) },
      received: now)
    _ = try store.receive([report])
    return ConversationID(of: sender.id, with: person, tenant: sender.tenant)
  }
}

extension Simulator {
  /// The id of a file at Meta, from then on.
  fileprivate func uploaded(_ bytes: [UInt8]) async throws -> String {
    let client = try HTTPClient()
    defer { client.close() }
    let parts = [
      "--xx\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n",
      "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n",
      "Content-Type: text/plain\r\n\r\n",
    ]
    let outcome = await client.send(
      HTTPCall(
        method: "POST", url: "http://127.0.0.1:\(port)/v24.0/\(Demo.phoneNumberID)/media",
        headers: [
          HTTPHeader("Authorization", "Bearer \(Demo.accessToken)"),
          HTTPHeader("Content-Type", "multipart/form-data; boundary=xx"),
        ], body: Array(parts.joined().utf8) + bytes + Array("\r\n--xx--\r\n".utf8)))
    guard case .answered(let answer) = outcome else { throw IngestStand.NoAnswer(outcome: outcome) }
    return try #require(try JSONDocument(answer.body).root["id"]?.string)
  }
}
