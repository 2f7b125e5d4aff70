import JSON
import Running
import Testing

@Suite struct SenderHealthTests {
  private static func entity(_ type: String, _ verdict: String, _ rest: String = "") -> String {
    #"{"entity_type":"\#(type)","id":"1","can_send_message":"\#(verdict)"\#(rest)}"#
  }

  @Test(
    "Meta's verdict is the worst of the entities: calls by SIP stop no message",
    arguments: [
      ("AVAILABLE", [], true, "can_send_message is AVAILABLE"),
      ("BLOCKED", [], false, "can_send_message is BLOCKED"),
      (
        "BLOCKED",
        [
          entity("PHONE_NUMBER", "AVAILABLE", #","can_receive_call_sip":"BLOCKED""#),
          entity("WABA", "AVAILABLE"),
        ], true, "can_send_message is AVAILABLE, can_receive_call_sip is BLOCKED"
      ),
      (
        "LIMITED", [entity("PHONE_NUMBER", "LIMITED"), entity("WABA", "AVAILABLE")], true,
        "can_send_message is LIMITED"
      ),
      (
        "LIMITED",
        [
          entity("PHONE_NUMBER", "LIMITED"),
          entity(
            "WABA", "BLOCKED",
            #","errors":[{"error_description":"Locked","possible_solution":"Call us"}]"#),
        ], false, "can_send_message is BLOCKED (Locked: Call us)"
      ),
    ] as [(String, [String], Bool, String)])
  func meta(top: String, entities: [String], isHealthy: Bool, sentence: String) throws {
    let list = entities.joined(separator: ",")
    let text = #"{"health_status":{"can_send_message":"\#(top)","entities":[\#(list)]}}"#
    let health = SenderHealth(meta: try JSONDocument(Array(text.utf8)).root)
    #expect(health.isHealthy == isHealthy)
    #expect(health.sentence == sentence)
  }
}
