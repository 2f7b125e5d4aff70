import Crypto
import HTTP
import JSON
import Platform
import Simulator
import TestSupport
import Testing
import Time

/// A simulator whose time stands still unless it is moved, and a caller.
final class Stand: Sendable {
  let simulator: Simulator
  let client: HTTPClient
  let clock = ManualClock()

  init(_ change: (inout SimulatorSettings) -> Void = { _ in }) throws {
    var settings = SimulatorSettings()
    settings.life.sent = .none
    settings.life.delivered = .none
    settings.life.read = .none
    settings.life.readShare = 1
    settings.life.batchDelay = .zero
    settings.clock = { [clock] in clock.now }
    change(&settings)
    simulator = try Simulator(settings)
    client = try HTTPClient()
  }

  deinit {
    client.close()
    simulator.stop(within: .zero)
  }

  func call(
    _ method: String, _ path: String, _ headers: [HTTPHeader] = [], _ body: [UInt8] = []
  ) -> Answer {
    var call = HTTPCall(
      method: method, url: "http://127.0.0.1:\(simulator.port)\(path)", headers: headers, body: body
    )
    call.totalTimeout = .seconds(10)
    return answer(to: call)
  }

  func answer(to call: HTTPCall) -> Answer {
    let outcome = Locked<HTTPOutcome?>(nil)
    let done = Gate()
    client.send(call) { found in
      outcome.withLock { $0 = found }
      done.open()
    }
    _ = done.wait(for: .seconds(60))
    return Answer(outcome: outcome.withLock { $0 })
  }

  func twilio(
    _ form: [(String, String)], user: String = Demo.accountSid, secret: String = Demo.authToken,
    account: String = Demo.accountSid
  ) -> Answer {
    call(
      "POST", "/2010-04-01/Accounts/\(account)/Messages.json",
      [
        authorization(user, secret),
        HTTPHeader("Content-Type", "application/x-www-form-urlencoded"),
      ], encoded(form))
  }

  func twilioGet(_ path: String) -> Answer {
    call("GET", path, [authorization(Demo.accountSid, Demo.authToken)])
  }

  func meta(
    _ body: String, _ path: String = "/v24.0/\(Demo.phoneNumberID)/messages",
    token: String = Demo.accessToken
  ) -> Answer {
    call(
      "POST", path,
      [
        HTTPHeader("Authorization", "Bearer \(token)"),
        HTTPHeader("Content-Type", "application/json"),
      ], Array(body.utf8))
  }

  func metaGet(_ path: String) -> Answer {
    call("GET", path, [HTTPHeader("Authorization", "Bearer \(Demo.accessToken)")])
  }

  func ledger(_ query: String = "") -> JSONValue? { call("GET", "/_sim/ledger\(query)").json }
}

extension Stand {
  /// Asks the ledger until that number is reached, for a minute at most; what it says then.
  func ledgerReaches(_ number: Int64, _ read: (JSONValue?) -> Int64?) -> Int64 {
    let patience = ContinuousClock.now + .seconds(60)
    var found = read(ledger()) ?? 0
    while found < number, ContinuousClock.now < patience { found = read(ledger()) ?? 0 }
    return found
  }
}

struct Answer {
  let outcome: HTTPOutcome?

  private var received: HTTPAnswerReceived? {
    if case .answered(let answer) = outcome { answer } else { nil }
  }

  var status: Int? { received?.status }
  var headers: [HTTPHeader] { received?.headers ?? [] }
  var bytes: [UInt8] { received?.body ?? [] }
  var text: String { String(decoding: bytes, as: UTF8.self) }

  var json: JSONValue? {
    do { return try received.map { try JSONDocument($0.body).root } } catch { return nil }
  }

  /// Twilio's, or Meta's.
  var code: Int64? { json?["code"]?.integer ?? json?["error"]?["code"]?.integer }
  var sid: String { json?["sid"]?.string ?? "" }
  var wamid: String { json?["messages"]?.items?.first?["id"]?.string ?? "" }

  var isCut: Bool {
    if case .unknown(.cut, _) = outcome { true } else { false }
  }
}

func authorization(_ user: String, _ secret: String) -> HTTPHeader {
  HTTPHeader("Authorization", "Basic " + base64Text(Array("\(user):\(secret)".utf8)))
}

func encoded(_ form: [(String, String)]) -> [UInt8] {
  let text = form.map { "\(escaped($0.0))=\(escaped($0.1))" }.joined(separator: "&")
  return Array(text.utf8)
}

func escaped(_ text: String) -> String {
  text.utf8.map { byte in
    let isPlain =
      Character(Unicode.Scalar(byte)).isLetter && byte < 0x80 || (48...57).contains(byte)
    return isPlain ? String(Unicode.Scalar(byte)) : "%" + lowerHex([byte]).uppercased()
  }.joined()
}

let sandboxForm = [
  ("To", "whatsapp:+393331234567"), ("From", Demo.sandboxAddress), ("Body", "ciao"),
]
let whatsAppForm = [
  ("To", "whatsapp:+393331234567"), ("From", Demo.whatsAppAddress), ("Body", "ciao"),
]

func replacing(_ form: [(String, String)], _ name: String, _ value: String?) -> [(String, String)] {
  let rest = form.filter { $0.0 != name }
  return value.map { rest + [(name, $0)] } ?? rest
}

func metaText(_ to: String = "+393331234567", _ body: String = "ciao", opaque: String? = nil)
  -> String
{
  let data = opaque.map { ",\"biz_opaque_callback_data\":\"\($0)\"" } ?? ""
  return
    #"{"messaging_product":"whatsapp","to":"\#(to)","type":"text","text":{"body":"\#(body)"}\#(data)}"#
}

func tag(_ number: Int) -> String {
  "0190a0b0-c0d0-7000-8000-" + String(repeating: "0", count: 12 - "\(number)".count) + "\(number)"
}

/// Written for the tests alone, so that they share nothing with what they check.
func base64Text(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  let bits = bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
  var text = ""
  for start in stride(from: 0, to: bits.count, by: 6) {
    let group = bits[start..<min(start + 6, bits.count)] + Array(repeating: 0, count: 6)
    text.append(alphabet[group.prefix(6).reduce(0) { $0 << 1 | Int($1) }])
  }
  return text + String(repeating: "=", count: (4 - text.count % 4) % 4)
}
