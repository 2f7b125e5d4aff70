import Domain
import Testing
import Time

@Suite struct CampaignStateTests {
  static let effects: [(CampaignOrder, [CampaignState: CampaignOrder.Effect])] = [
    (
      .start,
      [
        .loading: .startsOnceLoaded, .planned: .moves(.running), .running: .nothing,
        .finishing: .nothing,
      ]
    ),
    (.pause, [.running: .moves(.paused), .finishing: .moves(.paused), .paused: .nothing]),
    (.resume, [.paused: .moves(.running), .running: .nothing, .finishing: .nothing]),
    (
      .cancel,
      [
        .loading: .moves(.canceled), .planned: .moves(.canceled), .running: .moves(.canceled),
        .paused: .moves(.canceled), .finishing: .moves(.canceled), .canceled: .nothing,
      ]
    ),
  ]

  @Test(
    "an order moves a campaign where it can, and is refused with a reason elsewhere",
    arguments: effects)
  func orders(order: CampaignOrder, expected: [CampaignState: CampaignOrder.Effect]) {
    for state in CampaignState.allCases {
      let effect = order.effect(on: state)
      guard let wanted = expected[state] else {
        guard case .refused(let why) = effect else {
          Issue.record("\(order) is not refused in \(state)")
          continue
        }
        #expect(!why.isEmpty)
        continue
      }
      #expect(effect == wanted, "\(order) in \(state)")
    }
  }

  @Test("only what runs or finishes is claimed from")
  func claimable() {
    #expect(CampaignState.allCases.filter(\.isClaimable) == [.running, .finishing])
    #expect(CampaignState.allCases.allSatisfy { CampaignState(name: $0.name) == $0 })
  }

  private static func tally(_ counts: [SendState: Int]) -> CampaignTally {
    CampaignTally(
      counts.map { state, count in
        CampaignTally.Item(
          sender: SenderID("s"), template: "", segment: "+39", state: state, code: "",
          count: count)
      })
  }

  struct Case {
    let state: CampaignState
    let waiting: Int
    let counts: [SendState: Int]
    var quiet = Duration.zero
    let next: CampaignState?
  }

  static let cases = [
    Case(state: .running, waiting: 3, counts: [.delivered: 7], next: nil),
    // Ten rows, of which some are claimed and not counted yet.
    Case(state: .running, waiting: 0, counts: [.delivered: 7], next: .finishing),
    Case(state: .finishing, waiting: 0, counts: [.delivered: 7], next: nil),
    Case(state: .running, waiting: 0, counts: [.delivered: 9, .sending: 1], next: .finishing),
    Case(state: .finishing, waiting: 0, counts: [.delivered: 9, .inDoubt: 1], next: nil),
    Case(state: .finishing, waiting: 0, counts: [.delivered: 9, .queued: 1], next: nil),
    // A phone that is off for weeks keeps no campaign open.
    Case(state: .running, waiting: 0, counts: [.delivered: 8, .sent: 1, .failed: 1], next: .done),
    Case(state: .finishing, waiting: 0, counts: [.delivered: 9, .accepted: 1], next: nil),
    Case(
      state: .finishing, waiting: 0, counts: [.delivered: 9, .accepted: 1], quiet: .seconds(3600),
      next: .done),
    // A failure that came late and is to be tried again.
    Case(state: .finishing, waiting: 1, counts: [.delivered: 9, .queued: 1], next: nil),
    Case(state: .done, waiting: 1, counts: [.delivered: 9, .queued: 1], next: .finishing),
    Case(state: .done, waiting: 0, counts: [.delivered: 10], next: nil),
    Case(state: .paused, waiting: 0, counts: [.delivered: 10], next: nil),
    Case(state: .canceled, waiting: 4, counts: [:], next: nil),
    Case(state: .planned, waiting: 10, counts: [:], next: nil),
  ]

  @Test("a campaign ends once every row has its word, and not before", arguments: cases)
  func ends(example: Case) {
    let now = Timestamp(seconds: 1_700_000_000)
    let standing = CampaignStanding(
      example.state, waiting: example.waiting, rows: 10, tally: Self.tally(example.counts),
      expires: nil, changed: now - example.quiet)
    #expect(standing.next(at: now) == example.next)
  }

  @Test(
    "the first digits of a number tell its country's code",
    arguments: [
      ("+393331234567", 39), ("+12025550123", 1), ("+18765550123", 1), ("+77011234567", 7),
      ("+447911123456", 44), ("+351912345678", 351), ("+971501234567", 971), ("+919812345678", 91),
      ("+8613812345678", 86), ("+85261234567", 852), ("+27821234567", 27), ("+2348012345678", 234),
      ("+880171234567", 880),
    ])
  func callingCodes(number: String, code: Int) {
    #expect(CallingCode(e164: number)?.number == code)
  }

  @Test(
    "what is no number has no country",
    arguments: ["IT.abc", "", "+", "+0123", "393331234567", "+39"])
  func noCallingCode(text: String) {
    #expect(CallingCode(e164: text) == nil)
  }
}
