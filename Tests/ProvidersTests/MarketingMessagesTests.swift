import Domain
import JSON
import Testing

@testable import Providers

@Suite struct MarketingMessagesTests {
  private func answer(_ status: Int, _ code: Int?) -> ProviderAnswer {
    let body = code.map { #"{"error":{"message":"x","code":\#($0)}}"# } ?? "<html>"
    return ProviderAnswer(status: status, body: Array(body.utf8))
  }

  @Test(
    "the other way is taken only where this one surely refused because of the way",
    arguments: [
      (.marketing, 400, 131055, .messages), (.marketing, 400, 134100, .messages),
      (.marketing, 400, 134101, .messages), (.marketing, 500, 134102, .messages),
      (.marketing, 404, nil, .messages), (.marketing, 403, 200, .messages),
      (.marketing, 403, 10, .messages), (.marketing, 401, 999_999, .messages),
      // About the token, the account, the person or the template: the other way would say the same.
      (.marketing, 401, 190, nil), (.marketing, 403, 368, nil), (.marketing, 403, 131031, nil),
      (.marketing, 403, 130497, nil), (.marketing, 404, 132001, nil),
      (.marketing, 400, 132015, nil), (.marketing, 400, 131049, nil), (.marketing, 400, 100, nil),
      // It may have been taken.
      (.marketing, 500, nil, nil), (.marketing, 502, 131000, nil), (.marketing, 503, 2, nil),
      (.marketing, 200, nil, nil), (.marketing, 200, 134100, nil),
      (.messages, 400, 131063, .marketing), (.messages, 400, 131055, nil),
      (.messages, 403, nil, nil), (.messages, 500, nil, nil),
    ] as [(MetaRoute, Int, Int?, MetaRoute?)])
  func other(route: MetaRoute, status: Int, code: Int?, other: MetaRoute?) {
    #expect(route.other(after: answer(status, code)) == other)
  }

  @Test("a marketing template goes its own way with what the settings say, and is the same message")
  func request() throws {
    let sender = MetaSender(phoneNumberID: "1065", token: Secret("token"))
    let attempt = try #require(AttemptID("0191d0c5-7b3a-7c11-8f00-0123456789ab.2"))
    let message = Message(.template(Template(name: "offer", language: "it")))
    func request(_ marketing: MarketingMessages?) throws -> ProviderRequest {
      try MetaRequest.send(
        message, to: Recipient("+393331234567"), from: sender, attempt: attempt,
        marketing: marketing)
    }
    var marketing = MarketingMessages()
    let plain = try request(marketing)
    #expect(plain.path == "/1065/marketing_messages")
    #expect(try plain.body == request(nil).body)
    (marketing.activitySharing, marketing.policy) = (false, .strict)
    let whole = try JSONDocument(request(marketing).body).root
    #expect(whole["product_policy"]?.string == "STRICT")
    #expect(whole["message_activity_sharing"]?.bool == false)
    #expect(try request(nil).path == "/1065/messages")
  }

  @Test(
    "what is known of an account is kept beside its number",
    arguments: [("ONBOARDED", true, true), ("ONBOARDED", false, true), ("ELIGIBLE", false, false)])
  func standing(word: String, isRequired: Bool, isOnboarded: Bool) throws {
    let json =
      #"{"marketing_messages_lite_api_status":"\#(word)","disable_marketing_messages_on_cloud_api":\#(isRequired)}"#
    var facts = PhoneFacts()
    facts.marketing = MarketingStanding(try JSONDocument(Array(json.utf8)).root)
    #expect(
      facts.marketing == MarketingStanding(isOnboarded: isOnboarded, isRequired: isRequired))
    #expect(PhoneFacts(json: facts.json) == facts)
    #expect(MarketingStanding(try JSONDocument(Array("{}".utf8)).root) == nil)
  }
}
