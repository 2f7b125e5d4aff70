import Domain
import SendStore
import Testing
import Time

@testable import DispatchWorker
@testable import SendStore

@Suite struct WaitingCountsTests {
  typealias Reason = WaitingCounts.Reason

  struct Case: Sendable, CustomStringConvertible {
    let description: String
    var stop: String?
    var heldFor: Duration?
    var budget: BudgetName?
    var held = 0
    var newRecipients = 0
    var isKnown = true
    var isHostAway = false
    let expected: [Reason: Int]
  }

  static let cases = [
    Case(description: "nothing", expected: [:]),
    Case(
      description: "no sender of the settings", stop: "190", held: 3, isKnown: false,
      expected: [.noSender: 10]),
    Case(description: "paused", stop: LaneStop.byHand, held: 3, expected: [.paused: 10]),
    Case(description: "stopped", stop: "190", budget: .daily, expected: [.stopped: 10]),
    Case(description: "held", heldFor: .seconds(1), budget: .rate, expected: [.held: 10]),
    Case(description: "held until now", heldFor: .zero, expected: [:]),
    Case(description: "away", budget: .rate, isHostAway: true, expected: [.providerAway: 10]),
    Case(description: "the rate", budget: .rate, held: 4, expected: [.flow: 4, .rate: 6]),
    Case(description: "the day", budget: .daily, expected: [.daily: 10]),
    Case(description: "in flight", budget: .inFlight, expected: [.inFlight: 10]),
    Case(
      description: "new people", budget: .recipients, held: 2, newRecipients: 5,
      expected: [.flow: 2, .recipients: 5]),
    Case(
      description: "more than wait by now", held: 12, newRecipients: 5, expected: [.flow: 10]),
  ]

  @Test("each send that waits has the reason that counts first", arguments: cases)
  func reasons(of given: Case) {
    let at = Timestamp(seconds: 1_700_000_000)
    let sender = SenderID("main")
    let lane = LaneStatus(
      sender: sender, inFlight: 0,
      stop: given.stop.map { LaneStop(since: at, code: $0, reason: "why") },
      heldUntil: given.heldFor.map { at + $0 }, holdReason: nil, waiting: 10, inDoubt: 0,
      budget: given.budget.map { BudgetPlan.Hold(until: nil, by: $0) }, uses: [], at: at,
      worker: nil, leaseUntil: at)
    let waits = WaitingCounts(
      lane,
      LaneBacklog(
        sender: sender, oldestDue: .zero, held: given.held, newRecipients: given.newRecipients),
      isKnown: given.isKnown, isHostAway: given.isHostAway, wantsHelp: false)
    #expect(waits.counts.filter { $0.value > 0 } == given.expected)
    #expect(waits.counts.count == Reason.allCases.count)
  }
}
