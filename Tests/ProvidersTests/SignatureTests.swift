import Crypto
import Domain
import Forms
import JSON
import Providers
import Testing

@Suite struct SignatureTests {
  @Test("the vectors are all there")
  func count() {
    #expect(Vector.twilio.count == 23)
    #expect(Vector.meta.count == 10)
    #expect(Vector.gcs.count == 9)
  }

  @Test("agrees with Twilio's own libraries", arguments: Vector.twilio)
  func twilio(vector: Vector) throws {
    let token = Secret(vector.text("auth_token"))
    #expect(
      try Self.signature(vector).matches(
        TwilioSignature.Keys(tokens: [token], sharedKeys: ["webhooks_sharedkey_01": token]))
        == vector.isValid)
  }

  private static func signature(_ vector: Vector) throws -> TwilioSignature {
    let pairs = (vector.json["params"]?.items ?? []).compactMap { pair in
      pair.items.map { (name: $0[0].string ?? "", value: $0[1].string ?? "") }
    }
    let payload: TwilioSignature.Payload =
      vector.text("type") == "json"
      ? .body(Array(vector.text("body").utf8))
      : pairs.isEmpty ? .none : .form(try FormFields(FormPair.encoded(pairs)))
    return TwilioSignature(
      url: vector.text("received_url"), payload: payload, header: vector.text("signature"),
      settings: vector.json["settings_header"]?.string)
  }

  @Test("accepts the secondary token while tokens are rotated, and never an empty one")
  func rotation() throws {
    let vector = try #require(Vector.twilio.first)
    let signature = try Self.signature(vector)
    #expect(
      signature.matches(
        TwilioSignature.Keys(tokens: [Secret("old"), Secret(vector.text("auth_token"))])))
    #expect(!signature.matches(TwilioSignature.Keys(tokens: [])))
    let empty = TwilioSignature(
      url: "https://h/", payload: .none,
      header: base64(hmac(.sha1, key: [], Array("https://h/".utf8))))
    #expect(!empty.matches(TwilioSignature.Keys(tokens: [Secret("")])))
  }

  @Test(
    "a JSON body counts only with its own hash in the signed address",
    arguments: [
      "https://h.example/s", "https://h.example/s?bodySHA256=", "https://h.example/s?x=1",
    ])
  func unboundBody(url: String) {
    let code = base64(hmac(.sha1, key: Array("k".utf8), Array(url.utf8)))
    let signature = TwilioSignature(url: url, payload: .body(Array("{}".utf8)), header: code)
    #expect(!signature.matches(TwilioSignature.Keys(tokens: [Secret("k")])))
  }

  @Test(
    "refuses an algorithm that it does not know, and a shared key that it does not have",
    arguments: [
      "key=a,algorithm=HMAC_MD5", "algorithm=", "nonsense", "key=b,algorithm=HMAC_SHA256", "",
    ])
  func settings(settings: String) {
    let code = base64(hmac(.sha256, key: Array("k".utf8), Array("https://h/s".utf8)))
    let signature = TwilioSignature(
      url: "https://h/s", payload: .none, header: code, settings: settings)
    #expect(
      !signature.matches(
        TwilioSignature.Keys(tokens: [Secret("k")], sharedKeys: ["a": Secret("k")])))
  }

  @Test(
    "writes and leaves out the port of any kind of host",
    arguments: [
      ("https://[::1]/s", "https://[::1]:443/s"), ("https://[::1]:8443/s", "https://[::1]/s"),
      ("https://u:p@h/s", "https://u:p@h:443/s"), ("https://h?a=1", "https://h:443?a=1"),
      ("https://h/s#rc=5&rp=all", "https://h/s"),
    ])
  func hosts(received: String, signed: String) {
    let code = base64(hmac(.sha1, key: Array("k".utf8), Array(signed.utf8)))
    #expect(
      TwilioSignature(url: received, payload: .none, header: code).matches(
        TwilioSignature.Keys(tokens: [Secret("k")])))
  }

  @Test(
    "takes a name that comes twice both ways: values distinct and sorted, or all as they came",
    arguments: ["Fromx1TagaTagb", "Fromx1TagbTagaTagb"])
  func repeatedNames(ending: String) throws {
    let pairs = [("Tag", "b"), ("From", "x1"), ("Tag", "a"), ("Tag", "b")]
    let fields = try FormFields(FormPair.encoded(pairs.map { (name: $0.0, value: $0.1) }))
    let code = base64(hmac(.sha1, key: Array("k".utf8), Array("https://h/s\(ending)".utf8)))
    #expect(
      TwilioSignature(url: "https://h/s", payload: .form(fields), header: code)
        .matches(TwilioSignature.Keys(tokens: [Secret("k")])))
  }

  @Test("agrees with Meta on the very bytes", arguments: Vector.meta)
  func meta(vector: Vector) throws {
    let body = try #require(bytes(fromBase64: vector.text("body_base64")))
    let secrets = [Secret("other app"), Secret(vector.text("app_secret"))]
    let signer = MetaSignature.signer(of: body, header: vector.text("header"), secrets: secrets)
    #expect(signer == (vector.isValid ? 1 : nil))
  }

  @Test("every character of Meta's signature counts", arguments: 0..<71)
  func everyCharacter(place: Int) throws {
    let body = Array("{}".utf8)
    let header = "sha256=" + lowerHex(hmac(.sha256, key: Array("k".utf8), body))
    #expect(header.utf8.count == 71)
    #expect(MetaSignature.signer(of: body, header: header, secrets: [Secret("k")]) == 0)
    var other = Array(header.utf8)
    other[place] ^= 1
    let forged = String(decoding: other, as: UTF8.self)
    #expect(MetaSignature.signer(of: body, header: forged, secrets: [Secret("k")]) == nil)
  }

  @Test(
    "answers Meta's verification only with one of our tokens",
    arguments: [
      (["hub.mode": "subscribe", "hub.verify_token": "b", "hub.challenge": "1158"], "1158"),
      (["hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"], nil),
      (["hub.mode": "subscribe", "hub.verify_token": "c", "hub.challenge": "1"], nil),
      (["hub.mode": "else", "hub.verify_token": "b", "hub.challenge": "1"], nil),
      (["hub.mode": "subscribe", "hub.verify_token": "b"], nil),
    ] as [([String: String], String?)])
  func verification(query: [String: String], challenge: String?) {
    let tokens = [Secret("a"), Secret("b"), Secret("")]
    #expect(MetaVerification.challenge(query, tokens: tokens) == challenge)
  }

  @Test("a secret shows itself nowhere")
  func secrets() {
    let secret = Secret("hunter2")
    #expect(!"\(secret) \(String(reflecting: secret)) \([secret])".contains("hunter2"))
    var dumped = ""
    dump(secret, to: &dumped)
    let account = TwilioAccount(sid: AccountID("AC1"), authToken: secret)
    dump(account, to: &dumped)
    dump(TwilioRequest.health(account: account), to: &dumped)
    dump(MetaSender(phoneNumberID: "1", token: secret), to: &dumped)
    #expect(!dumped.contains("hunter2"))
    #expect(!dumped.contains(base64(Array("AC1:hunter2".utf8))))
  }
}
