import Events
import Domain
import JSON
import Providers
import Testing
import Time

@Suite struct MetaWebhookTests {
  static let now = Timestamp(seconds: 1_764_200_000)

  static func items(_ body: [UInt8]) throws -> [WebhookItem] {
    try MetaWebhook.read(body, receivedAt: now)
  }

  static func inbound(_ body: [UInt8]) throws -> [InboundMessage] {
    try items(body).compactMap { item in
      if case .inbound(let message) = item { message } else { nil }
    }
  }

  static func callbacks(_ body: [UInt8]) throws -> [ProviderCallback] {
    try items(body).compactMap { item in
      if case .callback(let callback) = item { callback } else { nil }
    }
  }

  @Test("what people of the business write on its app is read as a message to its contact")
  func echoes() throws {
    let body = """
      {"entry":[{"id":"1029","time":1764100000,"changes":[{"field":"smb_message_echoes","value":{
        "metadata":{"display_phone_number":"39061","phone_number_id":"1065"},
        "message_echoes":[
          {"from":"39061","to":"393331234567","id":"wamid.1","timestamp":"1764099990","type":"text",
           "text":{"body":"By hand"}},
          {"from":"39061","to":"393331234567","id":"wamid.2","timestamp":"1764099995","type":"revoke",
           "revoke":{"original_message_id":"wamid.1"}},
          {"from":"39061","to_user_id":"IT.123","id":"wamid.3","timestamp":"1764099996","type":"image",
           "image":{"id":"9","mime_type":"image/jpeg","caption":"Look"}},
          {"id":"wamid.4","type":"text"}]}}]}]}
      """
    let items = try Self.items(Array(body.utf8))
    guard items.count == 1, case .account(let event) = items[0], event.phoneNumberID == "1065",
      case .echoes(let echoes) = event.news
    else {
      Issue.record("no echoes: \(items)")
      return
    }
    #expect(echoes.map(\.providerID.text) == ["wamid.1", "wamid.2", "wamid.3"])
    #expect(echoes.map(\.contact.text) == ["+393331234567", "+393331234567", "IT.123"])
    #expect(echoes.map(\.text) == ["By hand", nil, "Look"])
    #expect(echoes[1].original == ProviderID("wamid.1") && echoes[2].media.count == 1)
    #expect(echoes[0].at == Timestamp(seconds: 1_764_099_990))
  }

  @Test("reads a batch in full, every kind of message in it")
  func messages() throws {
    let all = try Self.inbound(Fixture["meta_messages.json"])
    #expect(all.count == 25)
    #expect(
      all.map(\.kind).prefix(9) == [
        "text", "image", "document", "sticker", "audio", "video", "location", "contacts",
        "reaction",
      ])
    #expect(
      all.allSatisfy { $0.address == "106540352242922" && $0.account.text == "102290129340398" })
    #expect(all[0].text == "Città è già 😀")
    #expect(all[0].contact == PersonAddress("+393331234567"))
    #expect(all[0].profileName == "Zoë")
    #expect(all[0].at == Timestamp(seconds: 1_764_100_001))
    #expect(all[1].media.first?.contentType == "image/jpeg")
    #expect(all[1].text == "Taj Mahal")
    #expect(all[2].media.first?.filename == "fattura.pdf")
    #expect(all[4].media.first?.isVoice == true)
    #expect(all[6].location?.longitude == 9.19)
    #expect(all[8].reaction == Reaction(to: ProviderID("wamid.OUT"), emoji: "😀"))
    #expect(all[9].reaction == Reaction(to: ProviderID("wamid.OUT"), emoji: ""))
  }

  @Test("reads answers to buttons, lists, forms and the rarer kinds")
  func replies() throws {
    let all = try Self.inbound(Fixture["meta_messages.json"])
    #expect(all[10].reply == InboundReply(kind: .button, id: "yes", title: "Sì"))
    #expect(all[10].context?.id == ProviderID("wamid.OUT"))
    #expect(all[11].reply == InboundReply(kind: .button, id: "b1", title: "Uno"))
    #expect(all[11].text == "Uno")
    #expect(all[12].reply?.description == "lunga")
    #expect(all[13].flowResponse == #"{"a":1}"#)
    #expect(all[13].flowAnswer?["a"] == "1")
    #expect(all[7].cards == [InboundCard(name: "Mario Rossi")])
    #expect(all[14].text == "please")
    #expect(all[15].changedTo == "393339999999")
    #expect(all[16].original == ProviderID("wamid.M1"))
    #expect(all[16].text == "corrected")
    #expect(all[17].original == ProviderID("wamid.M1"))
    #expect(all[18].code == 131051)
    #expect(all[19].referral != nil)
    #expect(all[20].context?.isForwarded == true)
    #expect(all[23].kind == "something_new")
    #expect(text(all[23].raw).contains(#""something_new":{"x":1}"#))
  }

  static let cards: [(cards: String, attested: String?)] = [
    (
      #"{"name":{"formatted_name":"M"},"origin":"contact_request","phones":[{"phone":"+39 333","wa_id":"39333","type":"MOBILE"}]}"#,
      "39333"
    ),
    (#"{"name":{"formatted_name":"M"},"origin":"other","phones":[{"wa_id":"39333"}]}"#, nil),
    (#"{"name":{"formatted_name":"M"},"phones":[{"wa_id":"39333"}]}"#, nil),
    (#"{"origin":"contact_request","phones":[{"phone":"+39 333"}]}"#, nil),
    (
      #"{"origin":"contact_request","phones":[{"wa_id":"39333"},{"wa_id":"39444"}]}"#, nil
    ),
  ]

  @Test("a number is attested where the person gave it as their own", arguments: cards)
  func attested(cards: String, attested: String?) throws {
    let body =
      #"{"entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"2"},"messages":[{"from_user_id":"IT.1","id":"wamid.1","timestamp":"1764100001","type":"contacts","contacts":[\#(cards)]}]}}]}]}"#
    let message = try #require(try Self.inbound(Array(body.utf8)).first)
    #expect(message.attestedNumber == attested)
    let written = JSONWriter.object { message.write(to: &$0) }
    #expect(try InboundMessage(try JSONDocument(written).root).cards == message.cards)
  }

  @Test("keeps people apart whose number Meta hides, and reads times in milliseconds")
  func hidden() throws {
    let all = try Self.inbound(Fixture["meta_messages.json"])
    #expect(all[21].contact == PersonAddress("IT.13491208655302741918"))
    #expect(all[21].profileName == "Anon")
    #expect(all[21].at == Timestamp(seconds: 1_764_100_022))
    #expect(all[22].contact == PersonAddress("IT.13491208655302741918"))
    #expect(all[22].userID == "IT.13491208655302741918")
  }

  @Test("reads statuses with our own id, price and conversation")
  func statuses() throws {
    let all = try Self.callbacks(Fixture["meta_statuses.json"])
    #expect(
      all.map(\.meaning) == [
        .wentOut(.sent), .wentOut(.delivered), .wentOut(.read), .wentOut(.read), .failed(.failed),
        .wentOut(.delivered), .nothing, .failed(.failed), .wentOut(.sent),
      ])
    #expect(all[0].attempt == AttemptID("0191d0c5-7b3a-7c11-8f00-0123456789ab.2"))
    #expect(all[0].phoneNumberID == "106540352242922")
    #expect(all[0].providerAt == CalendarTime(seconds: 1_764_100_000))
    #expect(all[0].pricing.map { text($0) }?.contains("utility") == true)
    #expect(all[0].conversation != nil)
    #expect(all[4].code == 131047)
    #expect(all[4].text?.contains("24 hours") == true)
    #expect(all[5].to == "IT.13491208655302741918")
    #expect(all[8].attempt == nil)
    #expect(all[0].eventID == "102290129340398:wamid.S1:sent")
  }

  @Test("keeps the errors of an account apart from those of messages")
  func valueErrors() throws {
    let news = try Self.items(Fixture["meta_statuses.json"]).compactMap { item in
      if case .account(let event) = item { event.news } else { nil }
    }
    #expect(
      news == [
        .error(code: 130429, text: "Rate limit hit"), .error(code: 0, text: "AuthException"),
      ])
  }

  @Test("reads the news of an account, and keeps those that it does not know")
  func account() throws {
    let events = try Self.items(Fixture["meta_account.json"]).compactMap { item in
      if case .account(let event) = item { event } else { nil }
    }
    #expect(events.count == 10)
    #expect(events.allSatisfy { $0.providerAt == CalendarTime(seconds: 1_764_100_000) })
    guard case .templateStatus(let paused) = events[0].news,
      case .templateStatus(let rejected) = events[1].news,
      case .templateComponents(let components) = events[2].news,
      case .account(let restricted) = events[3].news,
      case .account(let reinstated) = events[4].news,
      case .quality(let quality) = events[5].news,
      case .capability(let capability) = events[6].news,
      case .preferences(let preferences) = events[7].news,
      case .echoes(let echoes) = events[8].news
    else {
      Issue.record("a kind was not read")
      return
    }
    #expect(paused.pauses && paused.title == "FIRST_PAUSE" && paused.reason == nil)
    #expect(paused.id == "18446744073709551615")
    #expect(paused.language == "en_US")
    #expect(rejected.reason == "bad")
    #expect(components.body == "Ciao {{1}}")
    let restriction = try #require(restricted.restrictions.first)
    #expect(
      restriction.kind == .templates && restriction.until == CalendarTime(seconds: 1_764_186_400))
    #expect(!restricted.stopsLanes && !restricted.resumesLanes)
    #expect(reinstated.resumesLanes && !reinstated.stopsLanes)
    #expect(quality.limit == .people(2000))
    #expect(capability.limit == .unlimited && capability.phoneNumbers == 25)
    #expect(
      preferences == [MarketingPreference(contact: PersonAddress("+393331234567"), isStopped: true)]
    )
    #expect(echoes.map(\.contact.text) == ["+393331234567"])
    #expect(events[9].news == .other)
    #expect(text(events[9].raw) == "\"even a text\"")
  }

  @Test("one bad item takes none of its neighbours with it")
  func broken() throws {
    let items = try Self.items(Fixture["meta_broken.json"])
    let ids = try Self.inbound(Fixture["meta_broken.json"]).map(\.providerID.text)
    #expect(ids == ["wamid.OK1", "wamid.OK2"])
    #expect(
      try Self.callbacks(Fixture["meta_broken.json"]).map(\.providerID.text) == ["wamid.OK3"])
    let malformed = items.compactMap { item in
      if case .malformed(let item) = item { item } else { nil }
    }
    #expect(malformed.count == 16)
    #expect(malformed.allSatisfy { (try? JSONDocument($0.raw)) != nil })
  }

  @Test(
    "reads tiers",
    arguments: [
      ("TIER_250", RecipientLimit.people(250)), ("TIER_100K", .people(100_000)),
      ("TIER_UNLIMITED", .unlimited), ("UNLIMITED", .unlimited), ("TIER_NOT_SET", nil),
      ("TIER_99999999999999999999K", nil), ("", nil), ("TIER_-5", nil),
    ] as [(String, RecipientLimit?)])
  func tiers(text: String, limit: RecipientLimit?) {
    #expect(RecipientLimit(tier: text) == limit)
  }

  @Test("a sender without number or id is found among the contacts of a single message")
  func singleContact() throws {
    let body =
      #"{"entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"2"},"contacts":[{"user_id":"US.1"}],"messages":[{"id":"w","type":"text"}]}}]}]}"#
    #expect(try Self.inbound(Array(body.utf8)).map(\.contact) == [PersonAddress("US.1")])
  }
}
