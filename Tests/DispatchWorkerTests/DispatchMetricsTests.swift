import Domain
import SendStore
import Telemetry
import TestSupport
import Testing

@Suite struct DispatchMetricsTests {
  static func lines(_ stand: DispatchStand) -> Set<String> {
    Set(stand.metrics.text().split(separator: "\n").map(String.init))
  }

  @Test("what becomes of a send is measured from its due time to its record")
  func way() async throws {
    try await inTurn {
      let stand = try DispatchStand(.oneMachine)
      try stand.start()
      let ids = try stand.send(3)
      try stand.wait(for: ids)
      try stand.wait("all three are counted", within: .seconds(20)) {
        Self.lines(stand).isSuperset(of: [
          #"postrider_attempts_total{sender="twilio",result="accepted"} 3"#,
          #"postrider_send_wait_seconds_count{sender="twilio"} 3"#,
          #"postrider_provider_seconds_count{sender="twilio"} 3"#,
          // Of the other sender too, before it has sent anything.
          #"postrider_attempts_total{sender="meta",result="in-doubt"} 0"#,
          #"postrider_send_wait_seconds_count{sender="meta"} 0"#,
        ])
      }
      let counts = Self.lines(stand).filter {
        $0.hasPrefix("postrider_claim_seconds_count")
          || $0.hasPrefix("postrider_record_seconds_count")
      }
      #expect(counts.count == 2)
      #expect(counts.allSatisfy { !$0.hasSuffix(" 0") })
    }
  }

  @Test("a provider's code is told, and what keeps the sends of a lane")
  func stopped() async throws {
    try await inTurn {
      let stand = try DispatchStand(.oneMachine, wrong: ["meta"])
      try stand.start(probeAfter: .seconds(60))
      try stand.send(by: "meta")
      try stand.wait("the stopped lane is told", within: .seconds(20)) {
        Self.lines(stand).isSuperset(of: [
          #"postrider_provider_codes_total{provider="meta",code="190"} 1"#,
          #"postrider_lane_held{sender="meta",reason="stopped"} 1.0"#,
          #"postrider_lane_held{sender="meta",reason="paused"} 0.0"#,
          #"postrider_dispatch_would_help{sender="meta"} 0.0"#,
        ])
      }
    }
  }

  @Test("a lane that waits for its budget asks for nobody and says what it waits for")
  func budget() async throws {
    try await inTurn {
      let stand = try DispatchStand(
        .oneMachine, twilio: "budget: { rate: null, daily: 2, pair: null }")
      try stand.start()
      try stand.send(5)
      try stand.wait("the budget is told", within: .seconds(20)) {
        Self.lines(stand).isSuperset(of: [
          #"postrider_lane_held{sender="twilio",reason="daily"} 3.0"#,
          #"postrider_lane_budget_left{sender="twilio",budget="daily"} 0.0"#,
          #"postrider_lane_budget_limit{sender="twilio",budget="daily"} 2.0"#,
          #"postrider_lane_budget_limit{sender="twilio",budget="rate"} +Inf"#,
          #"postrider_dispatch_would_help{sender="twilio"} 0.0"#,
        ])
      }
    }
  }
}
