import HTTP
import JSON
import TestSupport
import Testing
import Time

@testable import Simulator

@Suite(.timeLimit(.minutes(5))) struct MetaMarketingTests {
  private static let path = "/v24.0/\(Demo.phoneNumberID)/marketing_messages"

  private func put(_ stand: Stand, _ path: String, _ body: String, _ method: String = "PUT") -> Int?
  {
    stand.call(method, "/_sim/\(path)", [], Array(body.utf8)).status
  }

  /// The demo's first template is a marketing one, and nobody has written.
  private func stand(
    number: String? = "+919000000000", _ change: (inout SimulatorSettings) -> Void = { _ in }
  ) throws -> Stand {
    try Stand {
      $0.meta[0].accounts[0].templates[0].category = "MARKETING"
      $0.everyone.hasOpenWindow = false
      if let number { $0.meta[0].accounts[0].phones[0].number = number }
      change(&$0)
    }
  }

  private func offer(_ stand: Stand, to: String = "+919876543210") -> Answer {
    stand.meta(marketing(Demo.template, to: to))
  }

  private func refused(_ stand: Stand) -> Int64? {
    stand.ledger()?["totals"]?["marketingRefused"]?.integer
  }

  // MARK: The endpoint

  @Test("an account that has agreed to it sends marketing templates by the endpoint of their own")
  func endpoint() throws {
    let receiver = try Receiver()
    let stand = try stand { $0.meta[0].webhookURL = receiver.url }
    let account = "/v24.0/\(Demo.wabaID)?fields=marketing_messages_lite_api_status"
    func status() -> String? {
      stand.metaGet(account).json?["marketing_messages_lite_api_status"]?.string
    }
    #expect(status() == "ELIGIBLE")
    let body = marketing(Demo.template, to: "+919876543210")
    let refused = stand.meta(body, Self.path)
    #expect(refused.status == 403 && refused.code == 200)
    #expect(put(stand, "accounts/\(Demo.wabaID)", #"{"marketingMessages":"ONBOARDED"}"#) == 204)
    #expect(status() == "ONBOARDED")
    let taken = stand.meta(body, Self.path)
    #expect(taken.status == 200 && taken.wamid.hasPrefix("wamid."))
    let told = receiver.waitUntil { $0.reached(.delivered) == 1 }
    #expect(told.prices() == ["marketing_lite"])
    #expect(told.values("account_update").first?["event"]?.string == "MM_LITE_TERMS_SIGNED")
    let other = receiver.all.count
    #expect(stand.meta(body).status == 200)
    let all = receiver.waitUntil { $0.reached(.delivered) == 2 }
    #expect(Array(all.dropFirst(other)).prices() == ["marketing"])
  }

  @Test(
    "what the endpoint does not take is refused with its code",
    arguments: [
      (
        marketing(
          "order_update", "en", to: "+393331234567",
          components:
            #"[{"type":"body","parameters":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]"#
        ), 400, 134100
      ),
      (metaText(), 400, 131055),
      (marketing("away", to: "+393331234567"), 500, 134102),
      (marketing("nobody", to: "+393331234567"), 404, 132001),
      (
        marketing(Demo.template, to: "+393331234567", more: #","product_policy":"WHATEVER""#), 400,
        100
      ),
      (
        marketing(Demo.template, to: "+393331234567", more: #","message_activity_sharing":1"#), 400,
        100
      ),
      (
        marketing(
          Demo.template, to: "+393331234567",
          more: #","product_policy":"STRICT","message_activity_sharing":true"#), 200, nil
      ),
      (#"{"messaging_product":"whatsapp","status":"read","message_id":"wamid.x"}"#, 400, 131008),
    ] as [(String, Int, Int64?)])
  func endpointRefuses(body: String, status: Int, code: Int64?) throws {
    let stand = try stand {
      $0.meta[0].accounts[0].marketingMessages = "ONBOARDED"
      var away = MetaApp.Template("away", "en_US")
      (away.category, away.isForMarketingMessages) = ("MARKETING", false)
      $0.meta[0].accounts[0].templates.append(away)
    }
    let answer = stand.meta(body, Self.path)
    #expect(answer.status == status)
    #expect(answer.code == code)
  }

  @Test("a template that was just approved is not known there for ten minutes")
  func syncing() throws {
    let stand = try stand {
      $0.meta[0].accounts[0].marketingMessages = "ONBOARDED"
      $0.life.review = .zero
    }
    let made = stand.meta(
      #"{"name":"neu","language":"it","category":"MARKETING","components":[{"type":"BODY","text":"x"}]}"#,
      "/v24.0/\(Demo.wabaID)/message_templates")
    let id = made.json?["id"]?.string ?? ""
    stand.simulator.advance(.zero)
    let body = marketing("neu", "it", to: "+919876543210")
    let patience = ContinuousClock.now + .seconds(60)
    while stand.metaGet("/v24.0/\(id)?fields=status").json?["status"]?.string != "APPROVED",
      ContinuousClock.now < patience
    {}
    #expect(stand.meta(body, Self.path).code == 134101)
    #expect(stand.meta(body).status == 200)
    stand.simulator.advance(.seconds(600))
    #expect(stand.meta(body, Self.path).status == 200)
  }

  @Test("marketing that is switched off elsewhere goes by the endpoint alone")
  func elsewhere() throws {
    let stand = try stand {
      $0.meta[0].accounts[0].marketingMessages = "ONBOARDED"
      $0.meta[0].accounts[0].isMarketingElsewhereOnly = true
    }
    #expect(offer(stand).code == 131063)
    #expect(stand.meta(metaText()).status == 200)
    #expect(stand.meta(marketing(Demo.template, to: "+919876543210"), Self.path).status == 200)
  }

  // MARK: People

  @Test("a person gets so many marketing templates in a day, and the next fails later with 131049")
  func perPerson() throws {
    let receiver = try Receiver()
    let stand = try stand {
      $0.meta[0].webhookURL = receiver.url
      $0.marketing.perPerson = 2
    }
    for _ in 1...3 { #expect(offer(stand).status == 200) }
    #expect(receiver.waitUntil { $0.codes().count == 1 }.codes() == [131049])
    #expect(offer(stand, to: "+919876543211").status == 200)
    #expect(refused(stand) == 1)
    #expect(sender(stand, Demo.phoneNumberID)?["failed"]?["131049"]?.integer == 1)
    #expect(stand.call("GET", "/_sim/summary").text.contains("1 marketing messages refused"))
    stand.simulator.advance(.seconds(86400))
    _ = offer(stand)
    #expect(refused(stand) == 1)
  }

  @Test("who tries again and again within a day does not reach the person for another day")
  func tooOften() throws {
    let stand = try stand { $0.marketing.perPerson = 1 }
    _ = offer(stand)
    // The first refusal and two more, the last at 10 h.
    for hours in [0, 5, 5] {
      stand.simulator.advance(.seconds(hours * 3600))
      _ = offer(stand)
    }
    #expect(refused(stand) == 3)
    stand.simulator.advance(.seconds(23 * 3600))
    _ = offer(stand)
    #expect(
      refused(stand) == 4, "33 h after the one that was delivered, and 23 h after the last try")
    let patient = try self.stand { $0.marketing.perPerson = 1 }
    for _ in 1...2 { _ = offer(patient) }
    patient.simulator.advance(.seconds(24 * 3600))
    _ = offer(patient)
    #expect(refused(patient) == 1)
  }

  @Test(
    "there is no limit for people and numbers of some countries, nor inside a window",
    arguments: [
      ("+919000000000", "+919876543210", false, 1), ("+919000000000", "+393331234567", false, 0),
      ("+390600000000", "+919876543210", false, 0), ("+919000000000", "+447911123456", false, 0),
      ("+919000000000", "+819012345678", false, 0), ("+821012345678", "+919876543210", false, 0),
      ("+919000000000", "+919876543210", true, 0), ("+919000000000", "+5511987654321", false, 1),
    ] as [(String, String, Bool, Int64)])
  func exempt(from: String, to: String, isOpen: Bool, count: Int64) throws {
    let stand = try stand(number: from) {
      $0.marketing.perPerson = 0
      $0.everyone.hasOpenWindow = isOpen
    }
    _ = offer(stand, to: to)
    #expect(refused(stand) == count)
    let plain =
      #"[{"type":"body","parameters":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]"#
    _ = stand.meta(marketing("order_update", "en", to: to, components: plain))
    #expect(refused(stand) == count, "only marketing")
  }

  @Test("a share of a country's people is refused, and of no other's")
  func shares() throws {
    let stand = try stand {
      $0.marketing.shares = ["IN": 0.84]
      $0.meta[0].accounts[0].phones[0].rate = Rate(100_000, per: .seconds(1))
    }
    for number in 0..<200 { _ = offer(stand, to: "+9198765\(10000 + number)") }
    let found = try #require(refused(stand))
    #expect((150...186).contains(found))
    for number in 0..<50 { _ = offer(stand, to: "+55119876\(10000 + number)") }
    #expect(refused(stand) == found)
  }

  @Test(
    "people in the United States get no marketing template, their neighbours do",
    arguments: [
      ("+12125550123", true), ("+16502530000", true), ("+14165550123", false),
      ("+18765550123", false), ("+17875550123", false), ("+442079460000", false),
    ])
  func unitedStates(to: String, isRefused: Bool) throws {
    let stand = try stand()
    _ = offer(stand, to: to)
    #expect(refused(stand) == (isRefused ? 1 : 0))
  }

  @Test(
    "a number's country is told by the digits that it begins with",
    arguments: [
      ("+12125550123", "US"), ("+16045550123", "CA"), ("+18095550123", "DO"),
      ("+393331234567", "IT"), ("+79161234567", "RU"), ("+3531234567", "IE"),
      ("+11112223333", nil), ("US.123", nil), ("+999123", nil),
    ])
  func country(of address: String, is country: String?) {
    #expect(Countries.country(of: address) == country)
  }

  // MARK: The limit that rises

  @Test(
    "a portfolio's limit rises once half of it was used in time by numbers that are well",
    arguments: [(1000, "GREEN", true), (999, "GREEN", false), (1000, "YELLOW", false)])
  func rise(people: Int, quality: String, rises: Bool) throws {
    let receiver = try Receiver()
    let stand = try Stand {
      $0.meta[0].webhookURL = receiver.url
      $0.life.isReported = false
      $0.everyone.hasOpenWindow = false
      $0.portfolios[Demo.portfolio] = 2000
      $0.meta[0].accounts[0].phones[0].rate = Rate(100_000, per: .seconds(1))
      var business = Business(Demo.portfolio)
      business.riseWithin = .seconds(2 * 86400)
      $0.businesses = [business]
    }
    #expect(put(stand, "numbers/\(Demo.phoneNumberID)", #"{"quality":"\#(quality)"}"#) == 204)
    for number in 0..<people {
      _ = stand.meta(marketing(Demo.template, to: "+39333\(100_000 + number)"))
    }
    stand.simulator.advance(.seconds(6 * 3600))
    if rises {
      let told = receiver.waitUntil { !$0.values("business_capability_update").isEmpty }
      let value = told.values("business_capability_update").first
      #expect(value?["max_daily_conversations_per_business"]?.string == "TIER_10K")
    }
    let limit = stand.ledgerReaches(rises ? 10_000 : 0) { ledger in
      ledger?["portfolios"]?.items?.first?["limit"]?["limit"]?.integer
    }
    #expect(limit == (rises ? 10_000 : 2000))
  }

  // MARK: Restrictions

  @Test(
    "a restriction holds what it is about until its end, of which a webhook tells",
    arguments: [
      ("RESTRICTED_BIZ_INITIATED_MESSAGING", true, false),
      ("RESTRICTED_CUSTOMER_INITIATED_MESSAGING", false, true),
      ("RESTRICTED_UTILITY_TEMPLATES", false, false),
    ])
  func restriction(type: String, templates: Bool, replies: Bool) throws {
    let receiver = try Receiver()
    let stand = try stand { $0.meta[0].webhookURL = receiver.url }
    let body = #"{"type":"\#(type)","for":"3d"}"#
    #expect(put(stand, "restrictions/\(Demo.wabaID)", body, "POST") == 204)
    let told = receiver.waitUntil { !$0.values("account_update").isEmpty }
    let value = told.values("account_update").first
    #expect(value?["event"]?.string == "ACCOUNT_RESTRICTION")
    let info = value?["restriction_info"]?.items?.first
    #expect(info?["restriction_type"]?.string == type)
    let end = stand.clock.now.microseconds / 1_000_000 + 3 * 86400
    #expect(info?["expiration"]?.integer == end)
    func codes() -> [Int64?] { [offer(stand).code, stand.meta(metaText()).code] }
    #expect(codes() == [templates ? 368 : nil, replies ? 368 : nil])
    stand.simulator.advance(.seconds(3 * 86400 - 1))
    #expect(codes() == [templates ? 368 : nil, replies ? 368 : nil])
    stand.simulator.advance(.seconds(1))
    #expect(codes() == [nil, nil])
  }

  @Test("a restriction is lifted before its time, or comes as a fault")
  func lifted() throws {
    let receiver = try Receiver()
    let stand = try stand { $0.meta[0].webhookURL = receiver.url }
    var fault = Fault(.accountRestricted)
    (fault.after, fault.lasting) = (.seconds(60), .seconds(3600))
    stand.simulator.switchOn(fault)
    #expect(offer(stand).status == 200)
    stand.simulator.advance(.seconds(60))
    let told = receiver.waitUntil { !$0.values("account_update").isEmpty }
    #expect(!told.values("account_update").isEmpty)
    #expect(offer(stand).code == 368)
    #expect(stand.call("DELETE", "/_sim/restrictions/\(Demo.wabaID)").status == 204)
    #expect(offer(stand).status == 200)
    let lifted = receiver.waitUntil { $0.values("account_update").count == 2 }
    let ban = lifted.values("account_update").last?["ban_info"]
    #expect(ban?["waba_ban_state"]?.string == "REINSTATE")
    #expect(put(stand, "restrictions/\(Demo.wabaID)", #"{"type":"NO_FUN"}"#, "POST") == 422)
    #expect(put(stand, "restrictions/1", "{}", "POST") == 404)
    #expect(stand.call("DELETE", "/_sim/restrictions/1").status == 404)
  }
}
