import Domain
import Testing
import Time

@Suite struct SenderSharesTests {
  struct Shared: CustomTestStringConvertible, Sendable {
    let text: String
    let parts: [SenderShares.Part]
    /// In hundredths.
    let counts: [Int]

    var testDescription: String { text }
  }

  private static func part(
    _ rate: Int?, _ daily: DailyLimit? = nil, in group: String = "own", stopped: Bool = false
  ) -> SenderShares.Part {
    SenderShares.Part(
      .only(rate.map { Rate($0, per: .seconds(1)) }, daily: daily), in: LaneGroupID(group),
      isStopped: stopped)
  }

  static let shared = [
    Shared(text: "alike", parts: [part(80, in: "a"), part(80, in: "b")], counts: [50, 50]),
    Shared(text: "by rate", parts: [part(10, in: "a"), part(30, in: "b")], counts: [25, 75]),
    Shared(
      text: "by the day's limit",
      parts: [
        part(80, .recipients(2_000), in: "a"), part(80, .recipients(8_000), in: "b"),
        part(80, .messages(10_000), in: "c"),
      ], counts: [10, 40, 50]),
    Shared(
      text: "two of one portfolio share its limit",
      parts: [
        part(80, .recipients(10_000), in: "a"), part(80, .recipients(10_000), in: "a"),
        part(80, .recipients(10_000), in: "b"),
      ], counts: [25, 25, 50]),
    Shared(
      text: "one is stopped", parts: [part(80, in: "a", stopped: true), part(80, in: "b")],
      counts: [0, 100]),
    Shared(
      text: "all are stopped",
      parts: [part(80, in: "a", stopped: true), part(80, in: "b", stopped: true)],
      counts: [50, 50]),
    Shared(
      text: "without limits", parts: [part(nil, in: "a"), part(1000, in: "b")], counts: [50, 50]),
    Shared(text: "one alone", parts: [part(80)], counts: [100]),
  ]

  @Test("people are shared out by how much each sender may send in a day", arguments: shared)
  func shares(_ shared: Shared) {
    let shares = SenderShares(shared.parts)
    var counts = Array(repeating: 0, count: shared.parts.count)
    let step = UInt64.max / 10_000
    for number in 0..<10_000 { counts[shares.place(of: UInt64(number) * step)] += 1 }
    #expect(counts.map { Int((Double($0) / 100).rounded()) } == shared.counts)
    #expect(shares.place(of: .max) < shared.parts.count)
  }

  @Test("nobody to choose from is the first") func none() {
    #expect(SenderShares([]).place(of: .max) == 0)
  }
}
