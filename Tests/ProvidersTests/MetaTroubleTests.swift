import JSON
import Providers
import Testing

@Suite struct MetaTroubleTests {
  private typealias Change = @Sendable (inout MetaStanding) -> Void

  private static func answer(_ body: String, status: Int = 200) -> ProviderAnswer {
    ProviderAnswer(status: status, body: Array(body.utf8))
  }

  private static func refusal(_ code: Int, _ subcode: Int? = nil, _ text: String = "said")
    -> ProviderAnswer
  {
    let sub = subcode.map { ",\"error_subcode\":\($0)" } ?? ""
    return answer(
      "{\"error\":{\"code\":\(code),\"message\":\"\(text)\"\(sub)}}", status: 400)
  }

  private static let fields = MetaSubscription.fields.map { "{\"name\":\"\($0)\"}" }
    .joined(separator: ",")

  private static func subscription(_ fields: String = fields, url: String = "https://us/hook")
    -> ProviderAnswer
  {
    answer(
      "{\"data\":[{\"object\":\"whatsapp_business_account\",\"callback_url\":\"\(url)\",\"active\":true,\"fields\":[\(fields)]}]}"
    )
  }

  private static func phone(_ more: String = "") -> ProviderAnswer {
    answer(
      "{\"id\":\"1\",\"platform_type\":\"CLOUD_API\",\"code_verification_status\":\"VERIFIED\",\"webhook_configuration\":{\"application\":\"https://us/hook?api-key=k\"}\(more.isEmpty ? "" : ",")\(more)}"
    )
  }

  private static var well: MetaStanding {
    var standing = MetaStanding()
    standing.phone = phone(#""name_status":"APPROVED""#)
    standing.account = answer(
      #"{"id":"2","business_verification_status":"verified","account_review_status":"APPROVED"}"#)
    standing.subscribedApps = answer(#"{"data":[{"whatsapp_business_api_data":{"id":"77"}}]}"#)
    standing.subscriptions = subscription()
    standing.appID = "77"
    standing.ours = ["https://us/hook"]
    standing.challenge = .answered
    return standing
  }

  @Test("where all is as it should be there is nothing to tell")
  func well() {
    #expect(MetaTrouble.all(in: Self.well).isEmpty)
    #expect(MetaTrouble.all(in: MetaStanding()).isEmpty)
  }

  private static let blocked =
    #""health_status":{"can_send_message":"BLOCKED","entities":[{"entity_type":"WABA","id":"2","can_send_message":"BLOCKED","errors":[{"error_code":141006,"error_description":"No payment","possible_solution":"Add one"}]}]}"#
  private static let sip =
    #""health_status":{"can_send_message":"BLOCKED","entities":[{"entity_type":"PHONE_NUMBER","id":"1","can_send_message":"AVAILABLE","can_receive_call_sip":"BLOCKED","errors":[{"error_code":138025,"error_description":"No SIP server"}]}]}"#

  private static let cases: [(Change, MetaTrouble.Code, String)] = [
    ({ $0.phone = refusal(190, 463) }, .tokenExpired, "has expired. Meta says: said"),
    ({ $0.phone = refusal(190) }, .tokenExpired, "does not count"),
    ({ $0.phone = refusal(100, 33) }, .incorrectID, "phoneNumberId"),
    ({ $0.account = refusal(803) }, .incorrectID, "wabaId"),
    ({ $0.account = refusal(10) }, .permissionMissing, "may not"),
    ({ $0.phone = refusal(131031) }, .accountBlocked, "blocked"),
    ({ $0.phone = phone(blocked) }, .accountBlocked, "WABA is BLOCKED. No payment: Add one"),
    ({ $0.phone = phone(#""status":"BANNED""#) }, .accountBlocked, "BANNED"),
    ({ $0.phone = phone(sip) }, .sipBlocked, "No SIP server"),
    ({ $0.phone = phone(#""name_status":"DECLINED""#) }, .numberNotApproved, "declined"),
    (
      {
        $0.phone = answer(
          #"{"platform_type":"CLOUD_API","code_verification_status":"NOT_VERIFIED"}"#)
      }, .numberNotVerified, "NOT_VERIFIED"
    ),
    (
      { $0.phone = answer(#"{"platform_type":"NOT_APPLICABLE"}"#) }, .numberNotRegistered,
      "NOT_APPLICABLE"
    ),
    (
      { $0.account = answer(#"{"business_verification_status":"pending"}"#) },
      .businessNotVerified, "pending"
    ),
    ({ $0.subscriptions = refusal(190) }, .invalidSignature, "appSecret"),
    ({ $0.hasAppSecret = false }, .invalidSignature, "no appSecret"),
    ({ $0.challenge = .wrongToken }, .webhookNotVerified, "verifyToken"),
    ({ $0.challenge = .nobody }, .webhookNotVerified, "Nobody"),
    ({ $0.challenge = .other(status: 502) }, .webhookNotVerified, "502"),
    ({ $0.subscribedApps = answer(#"{"data":[]}"#) }, .webhookNotVerified, "not subscribed"),
    ({ $0.subscriptions = answer(#"{"data":[]}"#) }, .webhookNotVerified, "no webhook"),
    (
      { $0.ours = ["https://elsewhere/hook"] }, .webhookElsewhere,
      "go to https://us/hook?…, set for the app"
    ),
    (
      { $0.subscriptions = subscription(#"{"name":"account_update"}"#) }, .fieldsMissing,
      "nothing is heard"
    ),
  ]

  @Test("each fault has its code and a sentence that says what to do", arguments: cases.indices)
  func fault(place: Int) throws {
    let (change, code, words) = Self.cases[place]
    var standing = Self.well
    change(&standing)
    let found = MetaTrouble.all(in: standing)
    #expect(found.map(\.code) == [code])
    #expect(found.first?.sentence.contains(words) == true, "\(found)")
    #expect(found.first?.remedy.isEmpty == false)
  }

  @Test(
    "what passes by itself is no fault, and a token that ended is one fault however often it is met"
  )
  func passing() {
    var standing = Self.well
    standing.phone = Self.refusal(4, 2_446_079)
    #expect(MetaTrouble.all(in: standing).isEmpty)
    (standing.phone, standing.account) = (Self.refusal(190, 463), Self.refusal(190, 463))
    #expect(MetaTrouble.all(in: standing).map(\.code) == [.tokenExpired])
  }

  @Test("calls that are blocked keep no message back, and limits stop nothing")
  func severity() {
    var standing = Self.well
    standing.phone = Self.phone(Self.sip)
    #expect(MetaTrouble.all(in: standing).allSatisfy { !$0.isBlocking })
    standing.phone = Self.phone(Self.blocked)
    #expect(MetaTrouble.all(in: standing).allSatisfy { $0.isBlocking })
  }
}
