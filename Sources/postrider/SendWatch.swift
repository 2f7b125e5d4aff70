internal import Domain
internal import JSON
internal import Platform
internal import Time

/// Looks on, for a person, until a send is where it was to get: what it waits for where that takes more than a few
/// seconds, each step where they follow it, and why it failed.
struct SendWatch {
  private let id: String
  private let state: SendState
  private let follows: Bool
  private let caller: APICaller
  private var shown = 0
  private var told: String?

  init(_ id: String, for state: SendState, follows: Bool, _ caller: APICaller) {
    self.id = id
    self.state = state
    self.follows = follows
    self.caller = caller
  }

  /// After so many seconds a person wonders; one who follows it wants to see each step.
  private var turn: Int64 { follows ? 1 : 3 }

  /// In turns, since one request waits no longer than a minute.
  func run(within limit: Duration) throws(APICaller.Failed) -> Exit {
    var watch = self
    let deadline = RunningTime.now + limit
    while true {
      let left = deadline.left.components.seconds
      if let exit = try watch.look(for: min(left, turn), isLast: left == 0) { return exit }
    }
  }

  /// nil: goes on.
  private mutating func look(
    for seconds: Int64, isLast: Bool
  ) throws(APICaller.Failed) -> Exit? {
    let path = "/api/sends/\(id)/wait?for=\(state.name)&timeout=\(seconds)"
    let answer = try caller.call("GET", path)
    guard answer.status == 200 || answer.status == 404 else { throw APICaller.Failed(answer) }
    let reached = answer.json?["state"]?.string.flatMap { SendState(name: $0) }
    let isOver = reached.map { $0.isFailure || $0.rank >= state.rank } ?? false
    if follows { showSteps(answer) }
    if !isOver { tellWaits(answer) }
    guard isOver || isLast else { return nil }
    if !follows || reached == nil { Terminal.show(reached?.name ?? "not taken in yet") }
    let isThere = reached.map { $0.rank >= state.rank && $0.isFailure == state.isFailure } == true
    if !isThere { tellFailure(answer) }
    return isThere ? .done : .failed
  }

  private mutating func showSteps(_ answer: APICaller.Answer) {
    let steps = answer.json?["history"]?.items ?? []
    for step in steps.dropFirst(shown) {
      let words = [step["at"], step["state"], step["code"]].compactMap { $0?.string }
      Terminal.show(words.joined(separator: " "))
    }
    shown = max(shown, steps.count)
  }

  /// The same is told once.
  private mutating func tellWaits(_ answer: APICaller.Answer) {
    guard let waits = answer.json?["waits"], let code = waits["code"]?.string,
      let sentence = waits["sentence"]?.string
    else { return }
    if code != told { Terminal.error("waits: \(sentence)") }
    told = code
  }

  private func tellFailure(_ answer: APICaller.Answer) {
    guard let failure = answer.json?["error"] else { return }
    let words = ["code", "sentence", "providerText"].compactMap { failure[$0]?.string }
    Terminal.error("failed: \(words.filter { !$0.isEmpty }.joined(separator: ": "))")
  }
}
