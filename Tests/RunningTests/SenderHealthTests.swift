import Domain
import Platform
@testable import HTTP
import Running
import Settings
import Testing

@Suite struct SenderHealthTests {
  private static func sender() throws -> SenderSettings {
    try #require(
      try Settings.read(
        text:
          "{senders: [{id: \"m\", provider: \"meta\", phoneNumberId: \"1\", accessToken: \"t\"}]}"
      ).senders.first)
  }

  private static func entity(_ type: String, _ verdict: String, _ more: String = "") -> String {
    "{\"entity_type\":\"\(type)\",\"id\":\"1\",\"can_send_message\":\"\(verdict)\"\(more)}"
  }

  @Test(
    "a sender of Meta's is as well as the worst of what it hangs on; calls by SIP are no reason",
    arguments: [
      ("AVAILABLE", [], true), ("BLOCKED", [], false),
      (
        "BLOCKED",
        [
          entity("PHONE_NUMBER", "AVAILABLE", ",\"can_receive_call_sip\":\"BLOCKED\""),
          entity("WABA", "AVAILABLE"),
        ], true
      ),
      ("AVAILABLE", [entity("WABA", "BLOCKED"), entity("PHONE_NUMBER", "AVAILABLE")], false),
      ("LIMITED", [entity("WABA", "LIMITED")], true),
      ("BLOCKED", [entity("MESSAGE_TEMPLATE", "BLOCKED"), entity("APP", "AVAILABLE")], true),
    ] as [(String, [String], Bool)])
  func meta(whole: String, entities: [String], isHealthy: Bool) throws {
    let list = entities.isEmpty ? "" : ",\"entities\":[\(entities.joined(separator: ","))]"
    let body = "{\"health_status\":{\"can_send_message\":\"\(whole)\"\(list)}}"
    let timings = HTTPAnswerReceived.Timings(
      connected: .zero, firstByte: .zero, total: .zero, isConnectionReused: true)
    let answer = HTTPAnswerReceived(
      status: 200, headers: [], body: Array(body.utf8), gatePassedAt: .distantPast, timings: timings
    )
    let health = try Self.sender().health(in: answer)
    #expect(health.isHealthy == isHealthy)
    #expect(
      health.sentence.contains("can_receive_call_sip is BLOCKED") == list.contains("call_sip"))
  }

  @Test(
    "a list of messages that an API key was given says that its sender may go on; a refusal does not",
    arguments: [
      (200, #"{"messages":[],"page":0}"#, true), (200, #"{"status":"suspended"}"#, false),
      (401, #"{"code":20003,"message":"Authenticate"}"#, false),
    ])
  func byKey(status: Int, body: String, isHealthy: Bool) throws {
    let sender = try #require(
      try Settings.read(
        text:
          "{senders: [{id: 't', provider: 'twilio', from: '+15551230000', accountSid: 'AC00000000000000000000000000000001', authToken: 't', apiKeySid: 'SK00000000000000000000000000000001', apiKeySecret: 's'}]}"
      ).senders.first)
    #expect(sender.healthCall.url.hasSuffix("/Messages.json?PageSize=1"))
    let timings = HTTPAnswerReceived.Timings(
      connected: .zero, firstByte: .zero, total: .zero, isConnectionReused: true)
    let answer = HTTPAnswerReceived(
      status: status, headers: [], body: Array(body.utf8), gatePassedAt: .distantPast,
      timings: timings)
    #expect(sender.health(in: answer).isHealthy == isHealthy)
  }
}
