import Crypto
import Forms
import Foundation
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing

/// Software that was written for Twilio, with the real program and the simulator behind it.
@Suite(.timeLimit(.minutes(5))) struct TwilioDropInTests {
  /// What gets status callbacks.
  private final class Receiver: Sendable {
    struct Call: Sendable {
      let fields: [String: String]
      let signature: String?
      let token: String?
      let path: String
    }

    private let told = Locked<[Call]>([])
    /// Answered with, before 200.
    private let refusals: Locked<[String: Int]>
    private let server: HTTPServer

    init(refusing refusals: [String: Int] = [:]) throws {
      let (told, left) = (told, Locked(refusals))
      self.refusals = left
      server = try HTTPServer { request, responder in
        let fields = QueryItem.all(in: request.body).map { ($0.name, $0.value) }
        told.withLock {
          $0.append(
            Call(
              fields: Dictionary(fields) { $1 },
              signature: request.headers.first("X-Twilio-Signature"),
              token: request.headers.first("I-Twilio-Idempotency-Token"),
              path: request.target.description))
        }
        let isRefused = left.withLock { left in
          guard let count = left[request.path], count > 0 else { return false }
          left[request.path] = count - 1
          return true
        }
        responder.answer(HTTPAnswer(status: isRefused ? 500 : 200))
      }
    }

    var host: String { "127.0.0.1:\(server.port)" }
    var all: [Call] { told.withLock { $0 } }

    func statuses(of sid: String) -> [String] {
      all.filter { $0.fields["MessageSid"] == sid }.compactMap { $0.fields["MessageStatus"] }
    }
  }

  private static func settings(_ simulator: Simulator, _ receiver: Receiver) -> String {
    """
    {
      listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db",
      secretsKey: "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
      spool: { path: "spool.db" }, publicURL: "http://127.0.0.1:1", apiKeys: ["key"],
      senders: [{
        id: "main", provider: "twilio", from: "\(Demo.whatsAppAddress)", accountSid: "\(Demo.accountSid)",
        authToken: "\(Demo.authToken)", baseURL: "http://127.0.0.1:\(simulator.port)",
        statusCallbacks: { url: "http://\(receiver.host)/usual", privateHosts: ["\(receiver.host)"] },
      }],
    }
    """
  }

  private static func signature(_ call: Receiver.Call, _ url: String) -> String {
    let signed = call.fields.sorted { $0.key < $1.key }.reduce(url) { $0 + $1.key + $1.value }
    return base64(hmac(.sha1, key: Array(Demo.authToken.utf8), Array(signed.utf8)))
  }

  private static func create(
    _ postrider: RunningPostrider, _ to: String, callback: String? = nil
  ) throws -> String {
    var pairs: [(name: String, value: String)] = [
      (name: "To", value: "whatsapp:\(to)"), ("From", Demo.whatsAppAddress), ("Body", "ciao"),
    ]
    if let callback { pairs.append(("StatusCallback", callback)) }
    let credentials = base64(Array("\(Demo.accountSid):\(Demo.authToken)".utf8))
    let answer = try postrider.ask(
      "POST", "/2010-04-01/Accounts/\(Demo.accountSid)/Messages.json",
      String(decoding: FormPair.encoded(pairs), as: UTF8.self),
      headers: [HTTPHeader("Authorization", "Basic \(credentials)")], key: nil,
      type: "application/x-www-form-urlencoded")
    return try #require(answer.json?["sid"]?.string, "\(answer.text)")
  }

  @Test("its messages go out, and what becomes of them is told as Twilio tells it, signed")
  func told() async throws {
    try await onOwnThread {
      let simulator = try Simulator()
      let receiver = try Receiver(refusing: ["/again": 2, "/once": 1])
      let folder = try TemporaryFolder()
      defer { simulator.stop(within: .zero) }
      let file = folder.file("settings.json5")
      try Self.settings(simulator, receiver).write(
        toFile: file, atomically: true, encoding: .utf8)
      let postrider = try RunningPostrider(settings: file)
      defer { postrider.end() }
      let own = "http://\(receiver.host)/own?order=1"
      let first = try Self.create(postrider, "+393331234567", callback: "\(own)#rc=0")
      let usual = try Self.create(postrider, "+393331234568")
      let again = try Self.create(
        postrider, "+393331234569", callback: "http://\(receiver.host)/again#rc=5&rp=5xx")
      let once = try Self.create(
        postrider, "+393331234570", callback: "http://\(receiver.host)/once")
      let ids = try [first, usual, again, once].map { sid -> String in
        let id = try #require(Self.id(sid))
        waitUntil("for the provider to take it") {
          postrider.call("GET", "/api/sends/\(id)")?["providerId"]?.string != nil
        }
        return try #require(postrider.call("GET", "/api/sends/\(id)")?["providerId"]?.string)
      }
      for id in ids {
        for status in ["sent", "delivered"] { try Self.report(postrider, id, status) }
      }
      for sid in [first, usual, again] {
        waitUntil("for \(sid) to be told of") { receiver.statuses(of: sid).contains("delivered") }
      }
      waitUntil("for the last one") { receiver.statuses(of: once).contains("delivered") }
      #expect(receiver.statuses(of: first) == ["sent", "delivered"])
      // Twice refused, and as often repeated under one token.
      #expect(receiver.statuses(of: again) == ["sent", "sent", "sent", "delivered"])
      #expect(
        Set(receiver.all.filter { $0.fields["MessageSid"] == again }.map(\.token)).count == 2)
      // By default only what found no connection is repeated.
      #expect(receiver.statuses(of: once) == ["sent", "delivered"])
      let call = try #require(receiver.all.first { $0.fields["MessageSid"] == first })
      #expect(call.signature == Self.signature(call, own))
      #expect(call.path == "/own?order=1")
      let fields = [
        "SmsSid": first, "SmsStatus": "sent", "To": "whatsapp:+393331234567",
        "From": Demo.whatsAppAddress, "AccountSid": Demo.accountSid, "ApiVersion": "2010-04-01",
        "ChannelPrefix": "whatsapp", "ChannelToAddress": "+39333123XXXX",
      ]
      for (name, value) in fields { #expect(call.fields[name] == value, "\(name)") }
      #expect(receiver.all.contains { $0.path == "/usual" })
      #expect(!postrider.log.contains(Demo.authToken) && !postrider.log.contains("order=1"))
    }
  }

  /// The send that a sid names.
  private static func id(_ sid: String) -> String? {
    let digits = sid.dropFirst(2)
    guard digits.count == 32 else { return nil }
    let parts = [(0, 8), (8, 4), (12, 4), (16, 4), (20, 12)].map { start, count in
      digits.dropFirst(start).prefix(count)
    }
    return parts.joined(separator: "-")
  }

  /// As Twilio would call back.
  private static func report(
    _ postrider: RunningPostrider, _ sid: String, _ status: String
  ) throws {
    let fields: [(name: String, value: String)] = [
      (name: "MessageSid", value: sid), ("MessageStatus", status),
      ("AccountSid", Demo.accountSid), ("From", Demo.whatsAppAddress),
    ]
    let path = "/whatsapp/callback/NODEFINED/NODEFINED"
    let signed = fields.sorted { $0.name < $1.name }.reduce("http://127.0.0.1:1\(path)") {
      $0 + $1.name + $1.value
    }
    let code = base64(hmac(.sha1, key: Array(Demo.authToken.utf8), Array(signed.utf8)))
    let answer = try postrider.ask(
      "POST", path, String(decoding: FormPair.encoded(fields), as: UTF8.self),
      headers: [HTTPHeader("X-Twilio-Signature", code)], key: nil,
      type: "application/x-www-form-urlencoded")
    #expect(answer.status == 200, "\(answer.text)")
  }
}
