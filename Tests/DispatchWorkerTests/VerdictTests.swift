import Domain
import HTTP
import SendStore
import Testing
import Time

@testable import DispatchWorker

@Suite struct VerdictTests {
  static let now = Timestamp(seconds: 1_800_000_000)
  static let failure = Failure(code: "1", sentence: "No.")

  private func verdict(
    _ outcome: Outcome, _ facts: Verdict.Facts = Verdict.Facts(attempt: 1, template: "t")
  ) -> Verdict {
    var generator = SystemRandomNumberGenerator()
    return Verdict(outcome, facts, at: Self.now, firstLook: .seconds(30), using: &generator)
  }

  private func advised(_ advice: Failure.Advice...) -> Failure {
    Failure(code: "1", sentence: "No.", advice: advice)
  }

  @Test(
    "a wait holds only whom it must",
    arguments: [
      (.send, []), (.recipient, [.hold(.recipient, for: .seconds(9), because: "No.")]),
      (.template, [.hold(.template, for: .seconds(9), because: "No.")]),
      (.lane, [.hold(.lane, for: .seconds(9), because: "No.")]),
    ] as [(Outcome.Holding, [Consequence])])
  func holding(holding: Outcome.Holding, consequences: [Consequence]) {
    let verdict = verdict(.retry(.stated(.seconds(9)), holding, Self.failure))
    #expect(verdict.result == .retry(at: Self.now + .seconds(9), Self.failure))
    #expect(verdict.consequences == consequences)
  }

  @Test("a template's wait without a template is the send's own")
  func noTemplate() {
    let facts = Verdict.Facts(attempt: 1)
    #expect(
      verdict(.retry(.stated(.seconds(9)), .template, Self.failure), facts).consequences.isEmpty)
  }

  @Test(
    "what a failure advises is done",
    arguments: [
      (.optOut(.marketing), [.optOut(.marketing)]),
      (.rest(.seconds(5)), [.hold(.recipient, for: .seconds(5), because: "No.")]),
      (.pauseTemplate, [.hold(.template, for: Failure.templateRest, because: "No.")]),
      (.useTemplate, [.closeWindow]), (.lowerRate, []), (.probe(after: .seconds(1)), []),
    ] as [(Failure.Advice, [Consequence])])
  func advice(advice: Failure.Advice, consequences: [Consequence]) {
    let verdict = verdict(.failed(advised(advice)))
    #expect(verdict.result == .failed(advised(advice)))
    #expect(verdict.consequences == consequences)
  }

  @Test("a closed window is answered by the fallback, if there is one")
  func fallback() {
    let verdict = verdict(
      .failed(advised(.useTemplate)), Verdict.Facts(attempt: 1, hasFallback: true))
    #expect(verdict.result == .retry(at: Self.now, advised(.useTemplate)))
  }

  @Test("a stop burns nothing, unless the send stops the lane all by itself")
  func stops() {
    let stopped = verdict(.stopLane(Self.failure))
    #expect(stopped.result == .laneStopped(Self.failure))
    #expect(stopped.consequences == [.stopLane(because: "No.")])
    #expect(!stopped.showsThatLaneWorks)
    let alone = verdict(.stopLane(Self.failure), Verdict.Facts(attempt: 3, stopsAlone: true))
    #expect(alone.result == .failed(Self.failure))
    #expect(alone.consequences.isEmpty)
  }

  @Test("a doubt is looked into after the first wait")
  func doubt() {
    #expect(
      verdict(.inDoubt(Self.failure)).result
        == .inDoubt(Self.failure, nextLook: Self.now + .seconds(30)))
  }

  @Test("what never left counts as no attempt, and leaves a host alone that cannot be reached")
  func notSent() {
    #expect(Verdict(notSent: .refusedAtGate, at: Self.now).result == .refusedAtGate(due: Self.now))
    #expect(
      Verdict(notSent: .connectFailed, at: Self.now).result
        == .refusedAtGate(due: Self.now + .seconds(1)))
  }
}
