import Domain
import Events
import JSON
import Running
import SendStore
import Store
import Telemetry
import TestSupport
import Testing

@testable import Settings

/// Messages that Meta took and does not send yet.
@Suite struct HeldTests {
  private func held(_ stand: StatusStand, _ count: Int = 1) throws -> [ClaimedSend] {
    try stand.queue(count, for: .meta) { $1.template = "offer" }
    let sends = try stand.claim(.meta)
    _ = try stand.store.record(
      sends.map { send in
        let status = ProviderHold.qualityAssessment.rawValue
        let answer = #"{"messages":[{"id":"\#(send.providerID)","message_status":"\#(status)"}]}"#
        return AttemptReport(
          of: send, .accepted(send.providerID), answer: Array(answer.utf8),
          hold: .qualityAssessment)
      })
    return sends
  }

  @Test(
    "what Meta holds is accepted with a mark, until it is sent or dropped",
    arguments: Backend.allCases)
  func mark(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let sends = try held(stand, 2)
      for send in sends {
        let stored = try #require(try stand.store.send(send.id))
        #expect(stored.progress.state == .accepted && stored.isHeld)
        let last = try #require(stored.history.last)
        #expect(last.code == "held" && last.detail?.value?["reason"]?.string?.isEmpty == false)
      }
      try stand.tell([.meta("sent", sends[0]), .meta("failed", sends[1], code: 132015)])
      #expect(try stand.state(sends[0].id) == .sent)
      #expect(try stand.store.send(sends[0].id)?.isHeld == false)
      #expect(try stand.state(sends[1].id) == .failed)
      #expect(try stand.store.send(sends[1].id)?.isHeld == false)
    }
  }

  @Test(
    "what Meta held and dropped is not tried again and holds no template, unlike what it sent",
    arguments: Backend.allCases)
  func dropped(backend: Backend) async throws {
    try await onStand(backend) { stand in
      let sends = try held(stand)
      try stand.tell([.meta("failed", sends[0], code: 132015)])
      let stored = try #require(try stand.store.send(sends[0].id))
      #expect(stored.history.last?.code == "132015")
      #expect(stored.history.last?.detail?.value?["reason"]?.string?.contains("dropped") == true)
      let next = try stand.accepted(for: .meta) { $1.template = "offer" }
      #expect(next.count == 1, "neither again nor held")
      try stand.tell([.meta("failed", next[0], code: 132015)])
      #expect(try stand.state(next[0].id) == .queued)
      stand.clock.advance(.seconds(3 * 3600 - 1))
      #expect(try stand.claim(.meta).isEmpty)
      stand.clock.advance(.seconds(1))
      #expect(try stand.claim(.meta).map(\.id) == [next[0].id])
      #expect(stand.metrics.text().contains("postrider_sends_dropped_total 1"))
    }
  }

  @Test(
    "a drop that comes before the answer, or by Meta's id alone, is one all the same",
    arguments: Backend.allCases, [true, false])
  func early(backend: Backend, named: Bool) async throws {
    try await onStand(backend) { stand in
      try stand.queue(1, for: .meta) { $1.template = "offer" }
      let send = try #require(try stand.claim(.meta).first)
      if !named {
        let answer = #"{"messages":[{"id":"x","message_status":"held_for_quality_assessment"}]}"#
        _ = try stand.store.record([
          AttemptReport(
            of: send, .accepted(send.providerID), answer: Array(answer.utf8),
            hold: .qualityAssessment)
        ])
      }
      try stand.tell([.meta("failed", send, named: named, code: 132015)])
      #expect(try stand.state(send.id) == .failed)
    }
  }
}
