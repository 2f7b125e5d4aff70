import Domain
import Forms
import JSON
import Providers
import Testing
import Time

@Suite struct TwilioRequestTests {
  static let account = TwilioAccount(sid: AccountID("AC01"), authToken: Secret("token"))
  static let attempt = AttemptID("0191d0c5-7b3a-7c11-8f00-0123456789ab.2")
  static let contentSid = "HX" + String(repeating: "a", count: 32)
  static let service = "MG" + String(repeating: "1", count: 32)

  private func form(
    _ message: Message, to: String = "+393331234567",
    _ sender: TwilioSender = TwilioSender(channel: .twilioWhatsApp, address: "+14155238886")
  ) throws -> [String: String] {
    let request = try TwilioRequest.create(
      message, to: Recipient(to), from: sender, attempt: #require(Self.attempt),
      statusCallback: "https://h.example/cb", account: Self.account)
    #expect(request.method == "POST")
    #expect(request.path == "/2010-04-01/Accounts/AC01/Messages.json")
    let pairs = FormPair.all(in: request.body[...]).map {
      (String(decoding: $0.name, as: UTF8.self), String(decoding: $0.value, as: UTF8.self))
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  @Test("writes a text to the byte")
  func text() throws {
    let request = try TwilioRequest.create(
      Message(.text(TextMessage("è 1+1 & 2"))), to: Recipient("+393331234567"),
      from: TwilioSender(channel: .twilioWhatsApp, address: "whatsapp:+14155238886"),
      attempt: #require(Self.attempt), statusCallback: "https://h.example/cb?x=1",
      validity: .seconds(99999), account: Self.account)
    #expect(
      ProvidersTests.text(request.body)
        == "To=whatsapp%3A%2B393331234567&From=whatsapp%3A%2B14155238886&Body=%C3%A8%201%2B1%20%26%202"
        + "&StatusCallback=https%3A%2F%2Fh.example%2Fcb%3Fx%3D1%26send%3D0191d0c5-7b3a-7c11-8f00-0123456789ab"
        + "%26attempt%3D2%23rc%3D5%26rp%3Dall&ValidityPeriod=36000")
    #expect(
      request.headers == [
        ProviderHeader("Authorization", "Basic QUMwMTp0b2tlbg=="),
        ProviderHeader("Accept", "application/json"),
        ProviderHeader("Content-Type", "application/x-www-form-urlencoded"),
      ])
  }

  @Test("reaches a person by RCS alone, or through a service that may fall back to SMS")
  func rcs() throws {
    let text = Message(.text(TextMessage("x")))
    let direct = try form(text, TwilioSender(channel: .twilioRCS, address: "rcs:acme_agent"))
    #expect(direct["From"] == "rcs:acme_agent" && direct["To"] == "rcs:+393331234567")
    #expect(direct["FallbackFrom"] == nil)
    let served = try form(
      text, TwilioSender(service: Self.service, fallbackFrom: "+15550001111"))
    #expect(served["MessagingServiceSid"] == Self.service && served["From"] == nil)
    #expect(served["FallbackFrom"] == "+15550001111")
    // With rcs: before it there would be no fallback.
    #expect(served["To"] == "+393331234567")
  }

  @Test("names the service, and the number of its pool where one is pinned")
  func services() throws {
    let sender = TwilioSender(channel: .twilioSMS, address: Self.service, pinned: "+15550001111")
    let fields = try form(Message(.text(TextMessage("x"))), sender)
    #expect(fields["MessagingServiceSid"] == Self.service)
    #expect(fields["From"] == "+15550001111")
    #expect(fields["To"] == "+393331234567")
    #expect(
      fields["StatusCallback"]
        == "https://h.example/cb?send=0191d0c5-7b3a-7c11-8f00-0123456789ab&attempt=2#rc=5&rp=all")
  }

  @Test("writes to people whose number is hidden")
  func hidden() throws {
    let fields = try form(Message(.text(TextMessage("x"))), to: "IT.123")
    #expect(fields["To"] == "whatsapp:IT.123")
  }

  @Test("says media, places and templates in Twilio's way")
  func kinds() throws {
    let media = try form(Message(.media(Media(.image, .link("https://h/i.png"), caption: "c"))))
    #expect(media["MediaUrl"] == "https://h/i.png")
    #expect(media["Body"] == "c")
    let place = try form(
      Message(.location(Location(latitude: 45.4642, longitude: -9.19, name: "Duomo"))))
    #expect(place["PersistentAction"] == "geo:45.4642,-9.19|Duomo")
    #expect(place["Body"] == "Duomo")
    let catalog = ContentCatalog(["hello": ["it": Self.contentSid]])
    let template = try form(
      Message(
        .template(
          Template(name: "hello", language: "it", parameters: Template.positional(["a\"", "b"])))),
      TwilioSender(channel: .twilioWhatsApp, address: Self.service, templates: catalog))
    #expect(template["ContentSid"] == Self.contentSid)
    #expect(template["ContentVariables"] == #"{"1":"a\"","2":"b"}"#)
    #expect(template["Body"] == nil)
    #expect(template["From"] == nil)
  }

  @Test("has no request for what acceptance refuses")
  func inexpressible() {
    #expect(throws: Inexpressible.self) {
      try form(Message(.reaction(Reaction(to: ProviderID("x"), emoji: "😀"))))
    }
    #expect(throws: Inexpressible.self) {
      try form(Message(.media(Media(.image, .stored(StoredFile(bucket: "b", file: "f.png"))))))
    }
    #expect(throws: Inexpressible.self) {
      try form(Message(.template(Template(name: "unknown", language: "it"))))
    }
  }

  @Test("asks, lists and cancels")
  func questions() throws {
    let sid = ProviderID("SM1")
    let account = Self.account
    #expect(
      TwilioRequest.fetch(sid, account: account).path
        == "/2010-04-01/Accounts/AC01/Messages/SM1.json")
    #expect(
      TwilioRequest.list(
        to: ChannelAddress("whatsapp:+39"), from: nil, pageSize: 9999, account: account
      ).path
        == "/2010-04-01/Accounts/AC01/Messages.json?To=whatsapp%3A%2B39&PageSize=1000")
    let cancel = TwilioRequest.cancel(sid, account: account)
    #expect(ProvidersTests.text(cancel.body) == "Status=canceled")
    #expect(TwilioRequest.health(account: account).path == "/2010-04-01/Accounts/AC01.json")
    let byKey = TwilioAccount(sid: AccountID("AC01"), key: "SK01", secret: Secret("s"))
    #expect(
      TwilioRequest.health(account: byKey).path
        == "/2010-04-01/Accounts/AC01/Messages.json?PageSize=1")
    let page = "/2010-04-01/Accounts/AC01/Messages.json?Page=1&PageToken=PASM1"
    #expect(try TwilioRequest.next(page, account: account).path == page)
  }

  @Test(
    "follows no page out of the account",
    arguments: [
      "//evil.example/2010-04-01/Accounts/AC01/Messages.json?", "https://evil.example/",
      "/2010-04-01/Accounts/AC02/Messages.json?Page=1",
      "/2010-04-01/Accounts/AC01/Messages.json?Page=1\r\nX: y",
    ])
  func strangePages(path: String) {
    #expect(throws: Inexpressible.self) { try TwilioRequest.next(path, account: Self.account) }
  }
}
