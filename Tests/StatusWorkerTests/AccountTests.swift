import Telemetry
import Events
@testable import Settings
import Domain
import Running
import SendStore
import TestSupport
import Testing
import Time

@Suite struct AccountTests {
  static func news(
    _ kind: String, _ json: String, account: String = "W1", phone: String? = nil
  ) -> AccountEvent {
    AccountEvent(
      provider: .meta, account: AccountID(account), phoneNumberID: phone, kind: kind,
      receivedAt: Timestamp(seconds: 1_800_000_000), raw: Array(json.utf8))
  }

  static func template(_ event: String, title: String? = nil) -> AccountEvent {
    let other = title.map { #","other_info":{"title":"\#($0)"}"# } ?? ""
    return news(
      "message_template_status_update",
      #"{"event":"\#(event)","message_template_name":"offer","message_template_language":"it"\#(other)}"#
    )
  }

  @Test(
    "an account that is restricted stops its lanes, and only what that stopped goes on afterwards",
    arguments: Backend.allCases)
  func restriction(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let byHand = Failure(code: "paused", sentence: "by hand")
      try stand.store.stop(SenderID("meta-second"), byHand)
      try stand.tell(events: [
        Self.news(
          "account_update",
          #"{"event":"ACCOUNT_RESTRICTION","restriction_info":[{"restriction_type":"RESTRICTED_BIZ_INITIATED_MESSAGING"}]}"#
        )
      ])
      #expect(try stand.lane(.meta)?.stop?.code == "account")
      #expect(try stand.lane(.metaSecond)?.stop?.code == "paused")
      #expect(try stand.lane(.acme)?.stop == nil)
      try stand.queue(2, for: .meta)
      #expect(try stand.claim(.meta).isEmpty)
      try stand.tell(events: [
        Self.news(
          "account_update",
          #"{"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":"REINSTATE"}}"#)
      ])
      #expect(try stand.lane(.meta)?.stop == nil)
      #expect(try stand.lane(.metaSecond)?.stop?.code == "paused")
      #expect(try stand.claim(.meta).count == 2)
    }
  }

  @Test(
    "a restriction that has an end holds what it is about until then, and nothing else",
    arguments: Backend.allCases,
    [
      ("RESTRICTED_BIZ_INITIATED_MESSAGING", ["", ""]),
      ("RESTRICTED_CUSTOMER_INITIATED_MESSAGING", ["offer", "news"]),
      ("RESTRICTED_UTILITY_TEMPLATES", ["", "", "offer", "news"]),
    ])
  func restrictedUntil(backend: Backend, row: (type: String, goes: [String])) async throws {
    try await onStand(backend) { stand in
      let now = stand.clock.now.microseconds / 1_000_000
      var templates: [SendID: String] = [:]
      // One flow is there before, the others come while it stands.
      func queue(_ template: String) throws {
        for id in try stand.queue(1, for: .meta, { $1.template = template }) {
          templates[id] = template
        }
      }
      for template in ["", "offer"] { try queue(template) }
      try stand.tell(events: [
        Self.news(
          "account_update",
          #"{"event":"ACCOUNT_RESTRICTION","restriction_info":[{"restriction_type":"\#(row.type)","expiration":\#(now + 86400)}]}"#
        )
      ])
      for template in ["", "news"] { try queue(template) }
      #expect(try stand.lane(.meta)?.stop == nil)
      func claim() throws -> [String] {
        try stand.claim(.meta).compactMap { templates[$0.id] }.sorted()
      }
      #expect(try claim() == row.goes.sorted())
      // The end of one hold is not the end of another.
      try stand.tell(events: [Self.template("APPROVED")])
      #expect(try claim().isEmpty)
      stand.clock.advance(.seconds(86401))
      #expect(try claim().isEmpty)
      stand.clock.advance(.seconds(1))
      #expect(try claim().count == 4 - row.goes.count)
    }
  }

  @Test(
    "what a restriction holds goes on once the account is reinstated", arguments: Backend.allCases)
  func restrictionLifted(backend: Backend) async throws {
    try await onStand(backend) { stand in
      try stand.queue(1, for: .meta) { $1.template = "offer" }
      try stand.queue(1, for: .meta) { $1.template = "news" }
      let end = stand.clock.now.microseconds / 1_000_000 + 86400
      try stand.tell(events: [
        Self.news(
          "account_update",
          #"{"event":"ACCOUNT_RESTRICTION","restriction_info":[{"restriction_type":"RESTRICTED_BIZ_INITIATED_MESSAGING","expiration":\#(end)}]}"#
        ), Self.template("DISABLED"),
      ])
      #expect(try stand.claim(.meta).isEmpty)
      try stand.tell(events: [
        Self.news(
          "account_update",
          #"{"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":"REINSTATE"}}"#)
      ])
      #expect(try stand.claim(.meta).count == 1, "the news, and not the offer, which is disabled")
    }
  }

  @Test(
    "an account that its owner takes away stops its lanes, and they go on once it is given back",
    arguments: Backend.allCases)
  func takenAway(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let news =
        #"{"event":"PARTNER_REMOVED","disconnection_info":{"reason":"CHANGE_NUMBER","initiated_by":"USER"}}"#
      try stand.tell(events: [Self.news("account_update", news)])
      let stop = try #require(try stand.lane(.meta)?.stop)
      #expect(stop.code == "account" && stop.reason.contains("CHANGE_NUMBER by USER"))
      try stand.tell(events: [Self.news("account_update", #"{"event":"PARTNER_ADDED"}"#)])
      #expect(try stand.lane(.meta)?.stop == nil)
    }
  }

  @Test("a log-in that failed before its account was shared goes on with the account's news")
  func sharedLater() async throws {
    try await onStand(.oneMachine) { stand in
      var signup = Signup(
        appID: "7", tenant: .none, account: nil, sender: nil, createdAt: CalendarTime(seconds: 1))
      (signup.hasToken, signup.end) = (true, .failed)
      signup.failure = "the token reaches no WhatsApp Business Account"
      _ = try stand.store.save(StoredSignup(id: "s", facts: signup.json))
      let news = #"{"event":"PARTNER_ADDED","waba_info":{"waba_id":"1"}}"#
      try stand.tell(events: [Self.news("account_update", news)])
      let found = try #require(try stand.store.signup("s").flatMap { Signup(json: $0.facts) })
      #expect(found.end == nil && found.hint.waba != nil)
      #expect(SignupStep(found, canRegister: false) == .inspect)
    }
  }

  @Test(
    "a paused template waits for its time or for Meta's word, whichever comes first",
    arguments: Backend.allCases)
  func templates(backend: Backend) async throws {
    try await onStand(backend) { stand in
      try stand.queue(1, for: .meta) { $1.template = "offer" }
      try stand.queue(1, for: .meta) { $1.template = "news" }
      let inGerman = TemplateKey(name: "offer", language: "de").text
      try stand.queue(1, for: .meta) { $1.template = inGerman }
      try stand.tell(events: [Self.template("PAUSED", title: "FIRST_PAUSE")])
      try stand.queue(1, for: .meta) { ($1.template, $1.campaign) = ("offer", "later") }
      #expect(try stand.claim(.meta).count == 2, "the news and the offer in German")
      stand.clock.advance(.seconds(3 * 3600))
      #expect(try stand.claim(.meta).count == 2)
      try stand.tell(events: [Self.template("DISABLED")])
      try stand.queue(2, for: .meta) { $1.template = "offer" }
      stand.clock.advance(.seconds(20 * 86400))
      #expect(try stand.claim(.meta).isEmpty)
      try stand.tell(events: [Self.template("APPROVED")])
      #expect(try stand.claim(.meta).count == 2)
      try stand.queue(1, for: .meta) { ($1.template, $1.campaign) = ("offer", "last") }
      #expect(try stand.claim(.meta).count == 1)
    }
  }

  static func meta(_ budget: Budget, _ name: String = "meta", phone: String = "P1")
    -> SenderSettings
  {
    var sender = SenderSettings.meta(name, account: "W1", phone: phone)
    sender.sender.budget = budget
    return sender
  }

  @Test("a tier changes how many people the portfolio may write to", arguments: Backend.allCases)
  func tier(backend: Backend) async throws {
    let budget = Budget(rate: nil, daily: .recipients(3), pair: nil, inFlight: 1000)
    let senders = [Self.meta(budget), Self.meta(budget, "meta-second", phone: "P2")]
    try await onStand(backend, senders: senders) { stand in
      try stand.queue(10, for: senders[0])
      #expect(try stand.claim(senders[0]).count == 3)
      try stand.tell(events: [
        Self.news(
          "business_capability_update", #"{"max_daily_conversations_per_business":"TIER_250"}"#)
      ])
      try stand.queue(300, for: senders[1]) { $1.recipient = "+3934444\(10000 + $0)" }
      #expect(try stand.claim(senders[1]).count == 247)
      try stand.store.define(senders.map(\.sender))
      #expect(try stand.claim(senders[0]).isEmpty)
      try stand.tell(events: [
        Self.news(
          "phone_number_quality_update",
          #"{"event":"UPGRADE","max_daily_conversations_per_business":"TIER_UNLIMITED"}"#)
      ])
      #expect(try stand.claim(senders[0]).count == 7)
    }
  }

  @Test("a limit that the operator has set is narrowed by Meta's news, never widened")
  func fixed() async throws {
    var budget = Budget(rate: nil, daily: .recipients(3), pair: nil, inFlight: 1000)
    budget.fixed = [.daily]
    let sender = Self.meta(budget)
    try await onStand(.oneMachine, senders: [sender]) { stand in
      for (tier, count) in [("TIER_10K", 3), ("TIER_2", 0)] {
        try stand.tell(events: [
          Self.news(
            "business_capability_update", #"{"max_daily_conversations_per_business":"\#(tier)"}"#)
        ])
        try stand.queue(10, for: sender) { $1.recipient = "+39333\(tier.count)00\(1000 + $0)" }
        #expect(try stand.claim(sender).count == count)
      }
    }
  }

  @Test(
    "a number whose throughput was raised is found by how people see it",
    arguments: Backend.allCases)
  func throughput(backend: Backend) async throws {
    let budget = Budget(
      rate: Rate(80, per: .seconds(1)), daily: nil, pair: nil, inFlight: 10_000)
    let senders = [Self.meta(budget), Self.meta(budget, "meta-second", phone: "P2")]
    try await onStand(backend, senders: senders) { stand in
      let upgrade = Self.news(
        "phone_number_quality_update",
        #"{"event":"THROUGHPUT_UPGRADE","display_phone_number":"+1 555-0100"}"#)
      try stand.tell(events: [upgrade])
      try stand.queue(3000, for: senders[0])
      let send = try #require(try stand.claim(senders[0]).first)
      stand.clock.advance(.seconds(4))
      #expect(try stand.claim(senders[0]).count == 80)
      try stand.record([send])
      try stand.tell([.meta("sent", send).with { $0.from = "+1 (555) 0100" }])
      try stand.tell(events: [upgrade])
      stand.clock.advance(.seconds(4))
      #expect(try stand.claim(senders[0]).count == 1000)
      try stand.queue(200, for: senders[1])
      #expect(try stand.claim(senders[1]).count == 80)
    }
  }

  @Test("marketing that a person does not want, and a trouble of the account, reach the lane")
  func others() async throws {
    try await onStand(.oneMachine) { stand in
      try stand.tell(events: [
        Self.news(
          "user_preferences",
          #"{"user_preferences":[{"wa_id":"393331234567","value":"stop"}]}"#, phone: "P1"),
        Self.news("messages.errors", #"{"code":131031,"title":"locked"}"#, phone: "P1"),
        Self.news("account_alerts", #"{"alert":"x"}"#), Self.news("flows", "{}", account: "W9"),
      ])
      #expect(
        try stand.store.contact("+393331234567", of: SenderID("meta"))?.optOut == .marketing)
      #expect(try stand.lane(.meta)?.stop?.code == "131031")
      #expect(try stand.lane(.metaSecond)?.stop == nil)
      #expect(stand.metrics.text().contains("postrider_account_events_unknown_total 1"))
      #expect(stand.metrics.text().contains("postrider_account_events_other_total 1"))
    }
  }

  private static func word(_ kind: String, _ fields: String, at seconds: Int64) -> AccountEvent {
    var event = news(
      kind, #"{"message_template_name":"offer","message_template_language":"it",\#(fields)}"#)
    event.providerAt = CalendarTime(seconds: 1_800_000_000 + seconds)
    return event
  }

  @Test(
    "what Meta tells of a template's quality, category and state is shown, in the order in which it happened"
  )
  func told() async throws {
    try await onStand(.oneMachine) { stand in
      let account = AccountID("W1")
      try stand.store.save(
        [
          MirroredTemplate(
            account: account, name: "offer", language: "it", status: "APPROVED",
            category: "UTILITY", quality: "GREEN", components: Array("[]".utf8))
        ], of: account)
      func known() throws -> MirroredTemplate {
        try #require(try stand.store.templates().first)
      }
      let status = "message_template_status_update"
      try stand.tell(events: [
        Self.word(
          "message_template_quality_update",
          #""previous_quality_score":"GREEN","new_quality_score":"RED""#, at: 10),
        Self.word(
          "template_category_update", #""new_category":"UTILITY","correct_category":"MARKETING""#,
          at: 11),
      ])
      #expect(try known().quality == "RED" && known().category == "UTILITY")
      #expect(try known().announced == "MARKETING")
      #expect(try known().announcedAt == Timestamp(seconds: 1_800_000_011))
      try stand.tell(events: [
        Self.word(
          "template_category_update", #""previous_category":"UTILITY","new_category":"MARKETING""#,
          at: 12),
        Self.word(
          status,
          #""event":"REJECTED","reason":"INVALID_FORMAT","rejection_info":{"reason":"x","recommendation":"Say less"}"#,
          at: 13),
      ])
      #expect(try known().category == "MARKETING" && known().announced.isEmpty)
      #expect(try known().status == "REJECTED")
      #expect(try known().rejection == "INVALID_FORMAT: Say less")
      // The approval of before comes late: the template stays rejected and held.
      let key = TemplateKey(name: "offer", language: "it").text
      try stand.queue(1, for: .meta) { $1.template = key }
      try stand.tell(events: [Self.word(status, #""event":"APPROVED""#, at: 9)])
      #expect(try known().status == "REJECTED" && stand.claim(.meta).isEmpty)
      try stand.tell(events: [Self.word(status, #""event":"APPROVED""#, at: 14)])
      #expect(try known().status == "APPROVED" && known().rejection.isEmpty)
      #expect(try stand.claim(.meta).count == 1)
    }
  }
}
