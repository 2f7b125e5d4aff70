import Domain
import JSON
import Providers
import Testing

@Suite struct ErrorTableTests {
  /// A row of the table of facts that ours is held to.
  struct Row: CustomTestStringConvertible, Sendable {
    let provider: Provider
    let code: String
    let errorClass: String
    let seen: String
    let wait: String
    let meaning: String
    var testDescription: String { "\(provider) \(code)" }
    var number: Int? { Int(code == "200-299" ? "250" : code) }
    var status: Int {
      let digits = seen.split { !$0.isNumber }.compactMap { Int($0) }
      return digits.first { (400...599).contains($0) } ?? 400
    }
  }

  static let rows: [Row] = {
    guard let root = try? JSONDocument(Fixture["errors_facts.json"]).root else { return [] }
    return Provider.allCases.flatMap { provider in
      (root[provider.rawValue]?.items ?? []).map { row in
        Row(
          provider: provider, code: row["code"]?.string ?? String(row["code"]?.integer ?? -1),
          errorClass: row["class"]?.string ?? "", seen: row["seen_as"]?.string ?? "",
          wait: row["wait"]?.string ?? "", meaning: row["meaning"]?.string ?? "")
      }
    }
  }()

  static let codes = rows.filter { $0.number != nil && $0.code != "429" }

  @Test("has every row of the facts, and no other")
  func complete() {
    #expect(Self.rows.count == 200)
    for provider in Provider.allCases {
      let ours = Set(ErrorTable.shared.rows(of: provider).map(\.code))
      #expect(ours == Set(Self.rows.filter { $0.provider == provider }.map(\.code)))
    }
  }

  @Test("says of every code in a sentence of ours what it means", arguments: rows)
  func sentences(row: Row) throws {
    let ours = try #require(
      ErrorTable.shared.rows(of: row.provider).first { $0.code == row.code })
    #expect(ours.sentence.hasSuffix("."))
    #expect(ours.sentence.first?.isUppercase == true)
    #expect(ours.sentence != row.meaning)
    #expect(!ours.sentence.contains("To "), "the provider's parameter names are not ours")
  }

  @Test("does with every code of an answer what its class says", arguments: codes)
  func answers(row: Row) throws {
    let refused = RefusedAnswer(
      row.provider, status: row.status, code: row.number, text: "words", attempt: 1)
    let outcome = ErrorTable.shared.outcome(refused)
    let isDoubtful = row.provider == .meta && row.code == "131000" && row.status >= 500
    switch isDoubtful ? "DOUBT" : row.errorClass {
    case "RETRY", "LATER":
      guard case .retry(let wait, _, let failure) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(wait == Self.firstWaits[row.wait])
      #expect(failure.code == String(row.number ?? -1))
      #expect(failure.providerText == "words")
    case "RECIPIENT", "MESSAGE", "OK":
      guard case .failed = outcome else { Issue.record("\(outcome)"); return }
    case "STOP": guard case .stopLane = outcome else { Issue.record("\(outcome)"); return }
    case "DOUBT": guard case .inDoubt = outcome else { Issue.record("\(outcome)"); return }
    default: Issue.record("no class")
    }
  }

  @Test("does with every code of a callback what its class says", arguments: codes)
  func callbacks(row: Row) {
    let verdict = ErrorTable.shared.verdict(row.provider, code: row.number, attempts: 1)
    switch row.errorClass {
    case "RETRY", "LATER":
      guard case .again(let wait, _, _) = verdict else { Issue.record("\(verdict)"); return }
      #expect(wait == Self.firstWaits[row.wait])
    case "STOP": guard case .stopLane = verdict else { Issue.record("\(verdict)"); return }
    default: guard case .final = verdict else { Issue.record("\(verdict)"); return }
    }
  }

  /// The wait after a first failure, for every wording of the facts.
  static let firstWaits: [String: Outcome.Wait] = [
    "1-5 s": .between(.seconds(1), .seconds(5)),
    "1,2,4..60 s + jitter": .backoff(Backoff(base: .seconds(1), cap: .seconds(60))),
    "30-60 s": .between(.seconds(30), .seconds(60)),
    "15 min, then lower the rate": .stated(.seconds(900)), "15 min": .stated(.seconds(900)),
    "30 min, 4 h, stop after 2": .stated(.seconds(1800)),
    "10 min, once": .stated(.seconds(600)), "5 min, doubling": .stated(.seconds(300)),
    "1 min": .stated(.seconds(60)), "1-5 min": .between(.seconds(60), .seconds(300)),
    "next day (carrier time)": .stated(.seconds(86400)), "next day": .stated(.seconds(86400)),
    "30 s, 2 min, 10 min": .stated(.seconds(30)), "30 s, 2 min": .stated(.seconds(30)),
    "1 min, once": .stated(.seconds(60)),
    "60 s doubling to 1 h; still failing after 1 h: pause the sender 24 h": .stated(.seconds(60)),
    "1 min, twice, then MESSAGE": .stated(.seconds(60)), "2 min, once": .stated(.seconds(120)),
    "1 h, once": .stated(.seconds(3600)),
    "until 24 h after the first counted send, or next day; STOP the whole account lane":
      .stated(.seconds(86400)),
    "3 h (first pause), 6 h (second)": .stated(.seconds(10800)), "1 h": .stated(.seconds(3600)),
    "30 s, 5 min, then MESSAGE": .stated(.seconds(30)),
    "read X-App-Usage; else 5 min doubling to 1 h": .stated(.seconds(300)),
    "5 min": .stated(.seconds(300)), "5 min doubling to 1 h": .stated(.seconds(300)),
    "1 s doubling to 60 s + jitter; lower the lane rate":
      .backoff(Backoff(base: .seconds(1), cap: .seconds(60))),
    "1 min, 5 min, then fail": .stated(.seconds(60)),
    "1 min, once, then MESSAGE": .stated(.seconds(60)),
    "4^X s per recipient: 1, 4, 16, 64, 256...": .stated(.seconds(1)),
    "1 min, up to 5 times": .stated(.seconds(60)),
    "3 h first, 6 h second, then disabled": .stated(.seconds(10800)),
    "1 min doubling": .stated(.seconds(60)), "time given in details": .stated(.seconds(300)),
    "10 min": .stated(.seconds(600)),
  ]

  @Test(
    "counts attempts as the facts count them",
    arguments: [
      (Provider.twilio, 30003, ["1800", "14400", "end"]), (.twilio, 30008, ["600", "end"]),
      (.twilio, 63019, ["60", "60", "end"]), (.twilio, 63009, ["30", "120", "600", "600"]),
      (.twilio, 30017, ["300", "600", "1200", "2400", "3600", "3600"]),
      (.twilio, 63018, ["60", "120", "240", "480", "960", "1920", "86400"]),
      (.twilio, 63041, ["10800", "21600", "end"]), (.meta, 132015, ["10800", "21600", "end"]),
      (.meta, 131056, ["1", "4", "16", "64", "256", "1024", "3600"]),
      (.meta, 131057, ["60", "60", "60", "60", "60", "stop"]),
      (.meta, 1, ["30", "300", "end"]), (.meta, 131000, ["60", "300", "end"]),
      (.meta, 131053, ["60", "end"]), (.meta, 4, ["300", "600", "1200", "2400", "3600"]),
    ])
  func attempts(provider: Provider, code: Int, expected: [String]) {
    let found = (1...expected.count).map { attempt in
      switch ErrorTable.shared.verdict(provider, code: code, attempts: attempt) {
      case .again(.stated(let wait), _, _): String(wait.components.seconds)
      case .again(_, _, _): "jitter"
      case .final: "end"
      case .stopLane: "stop"
      }
    }
    #expect(found == expected)
  }

  @Test(
    "decides by the body's code and not by the status",
    arguments: [
      (RefusedAnswer(.twilio, status: 429, code: 20429, attempt: 1), "retry lane"),
      (RefusedAnswer(.twilio, status: 429, code: 63038, attempt: 1), "retry lane"),
      (RefusedAnswer(.twilio, status: 429, attempt: 1), "retry lane"),
      (RefusedAnswer(.twilio, status: 429, code: 21610, attempt: 1), "failed"),
      (RefusedAnswer(.twilio, status: 500, code: 20500, attempt: 1), "doubt"),
      (RefusedAnswer(.twilio, status: 503, code: 20503, attempt: 1), "doubt"),
      (RefusedAnswer(.twilio, status: 502, attempt: 1), "doubt"),
      (RefusedAnswer(.twilio, status: 500, code: 21211, attempt: 1), "failed"),
      (RefusedAnswer(.twilio, status: 503, code: 99999, attempt: 1), "doubt"),
      (RefusedAnswer(.twilio, status: 400, code: 21999, attempt: 1), "failed"),
      (RefusedAnswer(.twilio, status: 400, code: 30777, attempt: 1), "retry send"),
      (RefusedAnswer(.twilio, status: 400, code: 30777, attempt: 2), "failed"),
      (RefusedAnswer(.twilio, status: 401, code: 20099, attempt: 1), "stop"),
      (RefusedAnswer(.twilio, status: 403, attempt: 1), "stop"),
      (RefusedAnswer(.twilio, status: 404, attempt: 1), "stop"),
      (RefusedAnswer(.twilio, status: 301, attempt: 1), "stop"),
      (RefusedAnswer(.twilio, status: 201, attempt: 1), "doubt"),
      (RefusedAnswer(.twilio, status: 408, attempt: 1), "doubt"),
      (RefusedAnswer(.meta, status: 500, code: 131000, attempt: 1), "doubt"),
      (RefusedAnswer(.meta, status: 400, code: 131000, attempt: 1), "retry send"),
      (RefusedAnswer(.meta, status: 500, code: 1, attempt: 1), "doubt"),
      (RefusedAnswer(.meta, status: 500, code: 131016, attempt: 1), "retry send"),
      (RefusedAnswer(.meta, status: 500, code: 3, attempt: 1), "stop"),
      (RefusedAnswer(.meta, status: 500, code: 131045, attempt: 1), "stop"),
      (RefusedAnswer(.meta, status: 503, attempt: 1), "doubt"),
      (RefusedAnswer(.meta, status: 429, attempt: 1), "retry lane"),
      (RefusedAnswer(.meta, status: 400, code: 131056, attempt: 1), "retry recipient"),
      (RefusedAnswer(.meta, status: 400, code: 132015, attempt: 1), "retry template"),
      (RefusedAnswer(.meta, status: 403, code: 230, attempt: 1), "stop"),
      (RefusedAnswer(.meta, status: 400, code: 777_777, attempt: 1), "failed"),
      (RefusedAnswer(.meta, status: 403, code: 777_777, attempt: 1), "stop"),
      (RefusedAnswer(.meta, status: 403, code: 130497, attempt: 1), "failed"),
      (RefusedAnswer(.meta, status: 401, code: 0, attempt: 1), "stop"),
    ])
  func decisions(answer: RefusedAnswer, expected: String) {
    let found =
      switch ErrorTable.shared.outcome(answer) {
      case .accepted: "accepted"
      case .retry(_, let holding, _): "retry \(holding)"
      case .failed: "failed"
      case .stopLane: "stop"
      case .inDoubt: "doubt"
      }
    #expect(found == expected)
  }

  @Test("comes back when the provider says so")
  func retryAfter() {
    let answer = RefusedAnswer(
      .twilio, status: 429, code: 20429, statedWait: .seconds(7), attempt: 3)
    guard case .retry(let wait, .lane, _) = ErrorTable.shared.outcome(answer) else {
      Issue.record("no retry")
      return
    }
    #expect(wait == .stated(.seconds(7)))
  }

  @Test(
    "treats unknown codes of callbacks by their families",
    arguments: [
      (Provider.twilio, 30777, 1, "again"), (.twilio, 30777, 2, "final"),
      (.twilio, 63777, 1, "final"), (.meta, 999_999, 1, "final"), (.twilio, 30410, 1, "final"),
    ])
  func unknownCallbacks(provider: Provider, code: Int, attempts: Int, expected: String) {
    let found =
      switch ErrorTable.shared.verdict(provider, code: code, attempts: attempts) {
      case .again: "again"
      case .final: "final"
      case .stopLane: "stop"
      }
    #expect(found == expected)
  }

  @Test("reads opt-outs, closed windows and paused templates off the failure")
  func advice() {
    let table = ErrorTable.shared
    #expect(table.verdict(.twilio, code: 21610, attempts: 1).failure.optOut == .everything)
    #expect(table.verdict(.meta, code: 131050, attempts: 1).failure.optOut == .marketing)
    #expect(table.verdict(.meta, code: 131047, attempts: 1).failure.advice == [.useTemplate])
    #expect(table.verdict(.twilio, code: 63016, attempts: 1).failure.advice == [.useTemplate])
    #expect(table.verdict(.meta, code: 132016, attempts: 1).failure.advice == [.pauseTemplate])
    // What does not exist is the message's fault: its sender's other messages are well.
    #expect(table.verdict(.meta, code: 132001, attempts: 1).failure.advice.isEmpty)
    #expect(table.verdict(.twilio, code: 63027, attempts: 1).failure.advice.isEmpty)
    #expect(table.verdict(.twilio, code: 21655, attempts: 1).failure.advice.isEmpty)
    #expect(
      table.verdict(.meta, code: 131048, attempts: 1).failure.advice
        == [.probe(after: .seconds(86400))])
    #expect(table.verdict(.meta, code: nil, attempts: 1).failure.code == "none")
  }

  @Test("calls an answer that never came a doubt", arguments: Provider.allCases)
  func network(provider: Provider) {
    guard case .inDoubt(let failure) = ErrorTable.shared.noAnswer(provider, because: "cut") else {
      Issue.record("no doubt")
      return
    }
    #expect(failure.code == "network")
    #expect(failure.providerText == "cut")
  }
}
