import Domain
import Testing
import Time

@Suite struct VariantTests {
  struct Sharing: CustomTestStringConvertible, Sendable {
    let shares: VariantShares
    /// Of ten thousand draws, by the number of the message.
    let parts: [Int: Int]
    let heldOut: Int

    var testDescription: String { "\(shares.shares), \(shares.holdOut), \(shares.test ?? -1)" }
  }

  static let sharings = [
    Sharing(shares: VariantShares(), parts: [0: 10_000], heldOut: 0),
    Sharing(shares: VariantShares(holdOut: 7), parts: [0: 9300], heldOut: 700),
    Sharing(shares: VariantShares([50, 50]), parts: [1: 5000, 2: 5000], heldOut: 0),
    Sharing(
      shares: VariantShares([34, 33, 33], holdOut: 10), parts: [1: 3060, 2: 2970, 3: 2970],
      heldOut: 1000),
    Sharing(
      shares: VariantShares([90, 10], test: 20), parts: [1: 1800, 2: 200, 128: 8000], heldOut: 0),
    Sharing(
      shares: VariantShares([50, 50], holdOut: 5, test: 1), parts: [1: 50, 2: 50, 128: 9400],
      heldOut: 500),
  ]

  @Test(
    "people are shared out as it was said, and the same draw is always the same part",
    arguments: sharings)
  func shares(_ sharing: Sharing) {
    var (parts, heldOut): ([Int: Int], Int) = ([:], 0)
    for draw in 0..<VariantShares.draws {
      let part = sharing.shares.part(of: draw)
      if part == .heldOut { heldOut += 1 } else { parts[part.number, default: 0] += 1 }
      #expect(sharing.shares.part(of: draw) == part)
    }
    #expect(parts == sharing.parts && heldOut == sharing.heldOut)
  }

  struct Trial: CustomTestStringConvertible, Sendable {
    let text: String
    /// Arrived and read, of each.
    let found: [(Int, Int)]
    var out: Duration? = .seconds(60)
    /// The place of the best; nil: not yet; -1: somebody has to say.
    let best: Int?

    var testDescription: String { text }
  }

  static let trials = [
    Trial(text: "some have not gone", found: [(500, 400), (500, 10)], out: nil, best: nil),
    Trial(text: "far ahead", found: [(500, 100), (500, 200)], best: 1),
    Trial(text: "ahead by chance", found: [(500, 200), (500, 205)], best: nil),
    Trial(text: "ahead, and too few reads", found: [(90, 80), (90, 10)], best: nil),
    Trial(
      text: "ahead by chance, and its time is over", found: [(500, 200), (500, 205)],
      out: .seconds(3600), best: 1),
    Trial(
      text: "too few reads, and its time is over", found: [(90, 80), (90, 10)],
      out: .seconds(3600), best: -1),
    Trial(
      text: "more reads of more people are no lead", found: [(1000, 300), (400, 200)], best: 1),
    Trial(text: "the third leads", found: [(500, 100), (500, 110), (500, 300)], best: 2),
    Trial(text: "all read all", found: [(500, 500), (500, 500)], best: nil),
    Trial(text: "one never arrived", found: [(500, 300), (0, 0)], best: nil),
    Trial(text: "nothing arrived", found: [(0, 0), (0, 0)], out: .seconds(3600), best: -1),
  ]

  @Test("the best message is known once enough have read it and it is no chance", arguments: trials)
  func winner(_ trial: Trial) {
    let rule = WinnerRule(test: 20, reads: 100, wait: .seconds(3600))
    let found = trial.found.map { WinnerRule.Found(arrived: $0.0, read: $0.1) }
    let best: Int? =
      switch rule.verdict(on: found, out: trial.out) {
      case .wait: nil
      case .best(let place, _): place
      case .open: -1
      }
    #expect(best == trial.best)
  }
}
