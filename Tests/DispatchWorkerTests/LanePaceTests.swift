import Platform
import Testing
import Time

@testable import DispatchWorker

@Suite struct LanePaceTests {
  struct Claim: Sendable {
    /// Milliseconds since the first.
    let at: Int64
    let count: Int
    var mayHaveMore = false
    var late: Duration = .zero
  }

  @Test(
    "a lane is behind where claims that find something come late, or leave something for long",
    arguments: [
      ("on time", [Claim(at: 0, count: 80), Claim(at: 1000, count: 80)], false),
      ("late by what is no matter", [Claim(at: 0, count: 80, late: .milliseconds(499))], false),
      ("late", [Claim(at: 0, count: 1, late: .milliseconds(500))], true),
      (
        "late, with nothing that its budgets let out", [Claim(at: 0, count: 0, late: .seconds(9))],
        false
      ),
      ("as many as may be, once", [Claim(at: 0, count: 500, mayHaveMore: true)], false),
      (
        "as many as may be, again and again",
        [
          Claim(at: 0, count: 500, mayHaveMore: true),
          Claim(at: 300, count: 500, mayHaveMore: true),
          Claim(at: 600, count: 500, mayHaveMore: true),
        ], true
      ),
      (
        "as many as may be, with all taken between",
        [
          Claim(at: 0, count: 500, mayHaveMore: true), Claim(at: 300, count: 20),
          Claim(at: 600, count: 500, mayHaveMore: true),
        ], false
      ),
    ] as [(String, [Claim], Bool)])
  func behind(what: String, claims: [Claim], isBehind: Bool) {
    var pace = LanePace()
    var now = RunningTime.now
    let start = now
    for claim in claims {
      now = start + .milliseconds(claim.at)
      pace.claimed(claim.count, mayHaveMore: claim.mayHaveMore, late: claim.late, at: now)
    }
    #expect(pace.isBehind(at: now) == isBehind)
    #expect(pace.isBusy(at: now) == claims.contains { $0.count > 0 })
    let later = now + LanePace.memory
    #expect(!pace.isBehind(at: later) && !pace.isBusy(at: later))
  }
}
