import Telemetry
import Events
@testable import Settings
import Domain
import JSON
import SendStore
import TestSupport
import Testing
import Time

@testable import Providers

@Suite struct InboundTests {
  static func message(
    _ id: String, from contact: String = "+393331234567", to address: String = "+14155238886",
    account: String = "AC1", at time: Timestamp = Timestamp(seconds: 1_800_000_000),
    _ change: (inout InboundMessage) -> Void = { _ in }
  ) -> InboundMessage {
    var message = InboundMessage(
      provider: account.hasPrefix("W") ? .meta : .twilio, account: AccountID(account),
      address: address, contact: PersonAddress(contact), providerID: ProviderID(id), kind: "text",
      receivedAt: time)
    message.raw = Array(#"{"To":"whatsapp:\#(address)"}"#.utf8)
    change(&message)
    return message
  }

  static func text(_ words: String, _ id: String = "SM1") -> InboundMessage {
    message(id) { $0.text = words }
  }

  @Test("a message opens its sender's window and no other's, once", arguments: Backend.allCases)
  func window(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let at = stand.clock.now
      try stand.tell(events: [
        Self.message("SM1", at: at),
        Self.message("wamid.1", to: "P1", account: "W1", at: at) { $0.waID = "393331234567" },
      ])
      let acme = try stand.store.contact("+393331234567", of: SenderID("acme"))
      #expect(acme?.window.lastInbound == at)
      let meta = try stand.store.contact("+393331234567", of: SenderID("meta"))
      #expect(meta?.window.lastInbound == at && meta?.waID == "393331234567")
      for name in ["sms", "sibling", "meta-second"] {
        #expect(try stand.store.contact("+393331234567", of: SenderID(name)) == nil)
      }
      try stand.tell(events: [Self.message("SM1", at: at + .seconds(3600))])
      let again = try stand.store.contact("+393331234567", of: SenderID("acme"))
      #expect(again?.window.lastInbound == at)
      #expect(stand.metrics.text().contains("postrider_inbound_repeated_total 1"))
    }
  }

  @Test("of one number for WhatsApp and SMS, the channel tells the sender")
  func channels() async throws {
    try await onStand(.oneMachine) { stand in
      try stand.tell(events: [
        Self.message("SM1") { $0.raw = Array(#"{"To":"+14155238886"}"#.utf8) }
      ])
      #expect(try stand.store.contact("+393331234567", of: SenderID("sms")) != nil)
      #expect(try stand.store.contact("+393331234567", of: SenderID("acme")) == nil)
    }
  }

  @Test(
    "a message to a number that nobody has is kept with its reason, and its neighbours count",
    arguments: Backend.allCases)
  func unknown(backend: Backend) async throws {
    try await onStand(backend) { stand in
      try stand.tell(events: [
        Self.message("SM1", to: "+19990000"), Self.message("SM2", account: "AC9"),
        Self.message("SM3"),
      ])
      #expect(try stand.store.contact("+393331234567", of: SenderID("acme")) != nil)
      let letters = try stand.deadLetters(2)
      #expect(
        letters.compactMap { $0["reason"]?.string }.filter { $0.contains("no sender") }.count == 2)
      #expect(stand.metrics.text().contains("postrider_inbound_unknown_sender_total 2"))
    }
  }

  struct Saying: Sendable, CustomTestStringConvertible {
    let text: String?
    var word: OptOutWord?
    var own: [String]?
    let out: Bool
    var testDescription: String { "\(text ?? "-") \(word?.rawValue ?? "-") \(own ?? [])" }

    init(_ text: String?, _ word: OptOutWord? = nil, own: [String]? = nil, out: Bool) {
      (self.text, self.word, self.own, self.out) = (text, word, own, out)
    }
  }

  @Test(
    "who says so is left in peace",
    arguments: [
      Saying("STOP", out: true), Saying(" stop! ", out: true), Saying("stop it", out: false),
      Saying("hello", out: false), Saying("basta", out: false),
      Saying("Basta.", own: ["BASTA"], out: true),
      Saying("STOP", own: ["BASTA"], out: false), Saying("STOP", own: [], out: false),
      Saying("no thanks", .stop, own: [], out: true), Saying("STOP", .help, out: false),
      Saying(nil, .stop, out: true),
    ])
  func words(saying: Saying) async throws {
    var sender = SenderSettings.acme
    sender.optOutWords = saying.own
    try await onStand(.oneMachine, senders: [sender]) { stand in
      try stand.tell(events: [
        Self.message("SM1") {
          $0.text = saying.text
          $0.optOutWord = saying.word
        }
      ])
      let contact = try stand.store.contact("+393331234567", of: SenderID("acme"))
      #expect(contact?.optOut == (saying.out ? .everything : nil))
    }
  }

  @Test("who comes back is written to again, and an old STOP that is told again changes nothing")
  func comingBack() async throws {
    try await onStand(.oneMachine) { stand in
      let stop = Self.text("STOP")
      try stand.tell(events: [stop])
      try stand.queue(1) { $1.recipient = "+393331234567" }
      #expect(try stand.claim().isEmpty)
      try stand.tell(events: [Self.text("START", "SM2"), stop])
      try stand.queue(1) { $1.recipient = "+393331234567" }
      #expect(try stand.claim().count == 1)
    }
  }

  @Test(
    "a person who writes under another form of the number is the one who was dialled",
    arguments: [
      ("+5541988887777", "+554188887777"), ("+554188887777", "+5541988887777"),
      ("+525512345678", "+5215512345678"), ("+5215512345678", "+525512345678"),
      ("+541112345678", "+5491112345678"),
    ])
  func variants(dialled: String, writes: String) async throws {
    try await onStand(.oneMachine) { stand in
      let at = stand.clock.now
      try stand.tell(events: [
        Self.message("wamid.1", from: writes, to: "P1", account: "W1", at: at) {
          $0.waID = String(writes.dropFirst())
        }
      ])
      let meta = SenderID("meta")
      let contact = try #require(try stand.store.contact(PersonAddress(dialled), of: meta))
      #expect(contact.window.lastInbound == at)
      #expect(contact.waID == String(writes.dropFirst()))
      try stand.tell(events: [
        Self.message("wamid.2", from: writes, to: "P1", account: "W1", at: at) { $0.text = "stop" }
      ])
      #expect(try stand.store.contact(PersonAddress(dialled), of: meta)?.optOut == .everything)
      try stand.queue(1, for: .meta) { $1.recipient = PersonAddress(dialled) }
      #expect(try stand.claim(.meta).isEmpty)
    }
  }

  @Test(
    "a reply is tied to the send that it answers, of the same sender only",
    arguments: Backend.allCases
  )
  func replies(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let send = try #require(try stand.accepted(for: .meta).first)
      stand.clock.advance(.seconds(3 * 86400))
      let context = InboundContext(id: send.providerID)
      try stand.tell(events: [
        Self.message("wamid.1", to: "P1", account: "W1") {
          $0.reply = InboundReply(kind: .button, id: "yes")
          $0.context = context
        },
        Self.message("wamid.2", to: "P2", account: "W1") { $0.context = context },
        Self.message("wamid.3", to: "P1", account: "W1") {
          $0.context = InboundContext(id: ProviderID("wamid.none"))
        },
      ])
      let answered = { (id: String, sender: String) in
        try stand.store.sendAnswered(
          by: ProviderID(id), account: AccountID("W1"), sender: SenderID(sender))
      }
      #expect(try answered("wamid.1", "meta") == send.id)
      #expect(try answered("wamid.2", "meta-second") == nil)
      #expect(try answered("wamid.3", "meta") == nil)
    }
  }
}
