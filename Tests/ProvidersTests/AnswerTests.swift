import Domain
import JSON
import Providers
import Testing
import Time

@Suite struct AnswerTests {
  private func answer(
    _ status: Int, _ body: String, _ headers: [ProviderHeader] = []
  ) -> ProviderAnswer {
    ProviderAnswer(status: status, headers: headers, body: Array(body.utf8))
  }

  @Test("reads what Twilio created")
  func created() throws {
    let read = TwilioAnswer.read(
      ProviderAnswer(status: 201, body: Fixture["twilio_created.json"]), attempt: 1)
    #expect(read.outcome == .accepted(ProviderID("SM90f54fe9f03d4cbbb07dbe1cfcfebfea")))
    let message = try #require(read.message)
    #expect(message.created == CalendarTime(rfc3339: "2020-05-27T15:08:03Z"))
    #expect(message.from == nil)
    #expect(message.status == "accepted")
    #expect(message.mediaCount == 0)
  }

  @Test(
    "reads Twilio's refusals by their codes",
    arguments: [
      (
        400, #"{"code":21211,"message":"The 'To' number is not valid","status":400}"#,
        "failed 21211"
      ),
      (429, #"{"code":"20429","message":"Too Many Requests"}"#, "retry 20429"),
      (429, #"{"code":63038,"message":"exceeded the 50 daily messages limit"}"#, "retry 63038"),
      (401, #"{"code":20003,"message":"Authenticate"}"#, "stop 20003"),
      (502, "<html>Bad Gateway</html>", "doubt http-502"), (201, "", "doubt http-201"),
      (201, #"{"sid":"nonsense","status":"queued"}"#, "doubt http-201"),
      (400, "{\"code\":[]}", "failed http-400"), (404, "<html>", "stop http-404"),
    ])
  func twilioRefusals(status: Int, body: String, expected: String) {
    #expect(Self.words(TwilioAnswer.read(answer(status, body), attempt: 1).outcome) == expected)
  }

  private static func words(_ outcome: Outcome) -> String {
    switch outcome {
    case .accepted(let id): "accepted \(id)"
    case .retry(_, _, let failure): "retry \(failure.code)"
    case .failed(let failure): "failed \(failure.code)"
    case .stopLane(let failure): "stop \(failure.code)"
    case .inDoubt(let failure): "doubt \(failure.code)"
    }
  }

  @Test("pages through Twilio's list, and trusts no page that it cannot read in full")
  func list() throws {
    let page = try TwilioPage.read(
      ProviderAnswer(status: 200, body: Fixture["twilio_list.json"]))
    #expect(page.messages.map(\.errorCode) == [nil, 63016])
    #expect(page.messages.map(\.mediaCount) == [0, 1])
    #expect(page.next?.hasPrefix("/2010-04-01/Accounts/AC0") == true)
    for body in ["{}", #"{"messages":[{"sid":"SM1"}]}"#, "[", #"{"messages":5}"#] {
      #expect(throws: LookupFailed.self) { try TwilioPage.read(answer(200, body)) }
    }
    #expect(throws: LookupFailed.self) {
      try TwilioPage.read(answer(401, #"{"code":20003,"message":"no"}"#))
    }
  }

  @Test("tells a message that Twilio does not know from a question that failed")
  func fetched() throws {
    let whole = ProviderAnswer(status: 200, body: Fixture["twilio_created.json"])
    #expect(try TwilioMessage.fetched(whole)?.body == "Ciao")
    #expect(try TwilioMessage.fetched(answer(404, #"{"code":20404}"#)) == nil)
    #expect(throws: LookupFailed.self) { try TwilioMessage.fetched(answer(404, "<html>")) }
    #expect(throws: LookupFailed.self) { try TwilioMessage.fetched(answer(500, "{}")) }
  }

  @Test("reads what Meta accepted, with the name it has for the person")
  func sent() {
    let read = MetaAnswer.read(
      ProviderAnswer(status: 200, body: Fixture["meta_sent.json"]), attempt: 1)
    #expect(
      read.outcome
        == .accepted(ProviderID("wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA")))
    #expect(read.waID == "554188887777")
    #expect(read.messageStatus == "held_for_quality_assessment")
  }

  @Test(
    "what Meta took and does not send yet is told apart",
    arguments: [
      ("accepted", nil), ("held_for_quality_assessment", .qualityAssessment), ("paused", .paused),
      ("something_new", nil),
    ] as [(String, ProviderHold?)])
  func held(word: String, hold: ProviderHold?) {
    let body = #"{"messages":[{"id":"wamid.X","message_status":"\#(word)"}]}"#
    let read = MetaAnswer.read(answer(200, body), attempt: 1)
    #expect(read.outcome == .accepted(ProviderID("wamid.X")))
    #expect(read.hold == hold)
  }

  @Test(
    "reads Meta's refusals by their codes",
    arguments: [
      (400, #"{"error":{"message":"(#131030)","code":131030}}"#, "failed 131030"),
      (500, #"{"error":{"message":"x","code":131000}}"#, "doubt 131000"),
      (400, #"{"error":{"message":"x","code":131056}}"#, "retry 131056"),
      (401, #"{"error":{"message":"x","code":0}}"#, "stop 0"),
      (500, "oops", "doubt http-500"), (200, "{}", "doubt http-200"),
      (200, #"{"messages":[{"id":5}]}"#, "doubt http-200"),
      (400, #"{"error":"text"}"#, "failed http-400"),
    ])
  func metaRefusals(status: Int, body: String, expected: String) {
    #expect(Self.words(MetaAnswer.read(answer(status, body), attempt: 1).outcome) == expected)
  }

  @Test(
    "keeps Meta's details, whether they are an object or a text",
    arguments: [
      #"{"error":{"message":"m","code":100,"error_data":{"messaging_product":"whatsapp","details":"d"}}}"#,
      #"{"error":{"message":"m","code":100,"error_data":"d"}}"#,
    ])
  func details(body: String) {
    guard case .failed(let failure) = MetaAnswer.read(answer(400, body), attempt: 1).outcome else {
      Issue.record("not failed")
      return
    }
    #expect(failure.providerText == "m – d")
  }

  @Test(
    "waits as long as Meta's headers estimate",
    arguments: [
      (
        "X-Business-Use-Case-Usage",
        #"{"1029":[{"type":"messaging","call_count":100,"estimated_time_to_regain_access":7},{"estimated_time_to_regain_access":19}]}"#,
        19
      ),
      ("x-app-usage", #"{"call_count":100,"estimated_time_to_regain_access":3}"#, 3),
      ("X-App-Usage", #"{"call_count":28,"total_time":25,"total_cputime":25}"#, nil),
      ("X-App-Usage", "nonsense", nil),
      (
        "X-Business-Use-Case-Usage", #"{"1":[{"estimated_time_to_regain_access":99999999999}]}"#,
        1440
      ),
    ] as [(String, String, Int?)])
  func usage(name: String, value: String, minutes: Int?) {
    let limited = answer(
      400, #"{"error":{"code":80007}}"#, [ProviderHeader(name, value)])
    guard case .retry(let wait, .lane, _) = MetaAnswer.read(limited, attempt: 1).outcome else {
      Issue.record("no retry")
      return
    }
    #expect(wait == .stated(.seconds((minutes ?? 5) * 60)))
  }

  @Test(
    "believes a Retry-After in seconds",
    arguments: [("12", 12), ("0", nil), ("-1", nil), ("999999", nil), ("soon", nil)]
      as [(String, Int?)])
  func retryAfter(value: String, seconds: Int?) {
    let header = ProviderHeader("retry-after", value)
    #expect(answer(429, "", [header]).retryAfter == seconds.map { .seconds($0) })
  }

  @Test("tells whether Meta did what makes no message")
  func success() throws {
    try MetaAnswer.success(answer(200, #"{"success":true}"#))
    let refused = answer(400, #"{"error":{"message":"m","code":131009}}"#)
    #expect {
      try MetaAnswer.success(refused)
    } throws: { error in
      (error as? LookupFailed)?.failure.code == "131009"
    }
    #expect(throws: LookupFailed.self) { try MetaAnswer.success(answer(200, "{}")) }
  }
}
