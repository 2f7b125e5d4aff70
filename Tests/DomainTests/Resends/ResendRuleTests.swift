import Domain
import JSON
import Testing
import Time

/// What did not arrive may go once more, and nothing else.
@Suite struct ResendRuleTests {
  @Test("only what ended without reaching anybody may go again", arguments: SendState.allCases)
  func states(state: SendState) {
    let may: Set<SendState> = [.failed, .undelivered, .expired, .canceled]
    #expect((ResendRule.refusal(state, isOfCampaign: false) == nil) == may.contains(state))
    #expect(ResendRule.refusal(state, isOfCampaign: true) != nil)
  }

  @Test("why it may not is said of each state in its own words")
  func words() {
    let doubt = ResendRule.refusal(.inDoubt, isOfCampaign: false)
    #expect(doubt == "It may have gone out already; decide about it at /api/doubts.")
    #expect(ResendRule.refusal(.read, isOfCampaign: false) == "It has arrived.")
  }

  @Test(
    "what is sent again is the same without its times, where there is something left of it",
    arguments: [
      (
        #"{"to":"+39","body":"hi","sendAt":"2026-01-01T00:00:00Z","expiresAt":"2026-01-02T00:00:00Z"}"#,
        #"{"to":"+39","body":"hi"}"#
      ),
      (
        #"{"to":"+39","template_name":"t","priority":3}"#,
        #"{"to":"+39","template_name":"t","priority":3}"#
      ),
      (#"{"to":"+39","body":""}"#, nil), ("{}", nil), ("x", nil), ("", nil),
    ] as [(String, String?)])
  func content(json: String, again: String?) {
    let made = ResendRule.request(again: SendContent(json: Array(json.utf8)))
    #expect(made.map { String(decoding: $0.json, as: UTF8.self) } == again)
  }

  @Test("a send that goes again has one name, whoever asks for it, and another than the first")
  func name() throws {
    let first = try #require(SendID("0192aaaa-0000-7000-8000-000000000001"))
    let other = try #require(SendID("0192aaaa-0000-7000-8000-000000000002"))
    let again = SendID.again(after: first)
    #expect(again == SendID.again(after: first))
    #expect(Set([first, other, again, .again(after: other), .again(after: again)]).count == 5)
    // No idempotency key of a caller's leads to it.
    for item in [-1, 0, 1] {
      #expect(
        SendID.derived(tenant: .none, idempotencyKey: first.description, item: item) != again)
    }
  }

  private static func filter(_ json: String) throws -> ResendFilter {
    try ResendFilter(JSONDocument(Array(json.utf8)).root)
  }

  @Test("a filter is read as it is written, and kept so")
  func filters() throws {
    let text =
      #"{"state":"failed","cause":"131049","sender":"main","campaign":"may","since":"2026-11-26T08:00:00Z"}"#
    let filter = try Self.filter(text)
    #expect(filter.state == .failed && filter.cause == "131049" && filter.campaign == "may")
    #expect(filter.sender == SenderID("main"))
    #expect(ResendFilter(stored: filter.json) == filter)
  }

  @Test(
    "a filter that says nothing, or what is not known, is refused where it is wrong",
    arguments: [
      ("{}", "/state"), (#"{"state":"delivered"}"#, "/state"), (#"{"state":"in-doubt"}"#, "/state"),
      (#"{"state":7}"#, "/state"), (#"{"state":"failed","since":"yesterday"}"#, "/since"),
      (#"{"state":"failed","code":"1"}"#, "/code"),
      (#"{"state":"failed","cause":"\#(String(repeating: "1", count: 201))"}"#, "/cause"),
    ])
  func faults(json: String, pointer: String) {
    #expect {
      _ = try Self.filter(json)
    } throws: { error in
      (error as? FieldFaults)?.all.map(\.pointer) == [pointer]
    }
  }

  @Test(
    "an order takes what came to its end before it, since then, for that cause",
    arguments: [
      (nil, nil, "1", 50, true), (nil, nil, nil, 100, true), (nil, nil, "1", 101, false),
      ("1", nil, "1", 50, true), ("1", nil, "2", 50, false), ("1", nil, nil, 50, false),
      (nil, 40, "1", 50, true), (nil, 50, "1", 50, true), (nil, 51, "1", 50, false),
    ] as [(String?, Int64?, String?, Int64, Bool)])
  func takes(cause: String?, since: Int64?, own: String?, changed: Int64, isTaken: Bool) {
    let filter = ResendFilter(
      state: .failed, cause: cause, since: since.map { Timestamp(seconds: $0) })
    #expect(
      filter.takes(
        cause: own, changed: Timestamp(seconds: changed), before: Timestamp(seconds: 100))
        == isTaken)
  }
}
