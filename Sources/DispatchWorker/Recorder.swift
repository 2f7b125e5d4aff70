internal import Running
internal import Settings
internal import Telemetry
internal import Domain
internal import HTTP
internal import Platform
internal import Providers
internal import SendStore
internal import Store
internal import Time

/// What came of a post, on its way into the store.
struct Completion: Sendable {
  let door: SenderDoor
  let send: ClaimedSend
  let template: String?
  let route: MetaRoute
  let hasFallback: Bool
  let result: Result

  enum Result: Sendable {
    /// Refused by a check of ours before anything went out.
    case refused(Failure)
    /// What it needs is not there yet: it is due again after that.
    case waits(Duration)
    case ended(HTTPOutcome)
  }

  let clock: ClockBridge
}

/// Writes what became of posts, in batches and for as long as it takes: what is not written would be in
/// doubt after the next start.
final class Recorder: Sendable {
  private let store: SendStore
  private let board: LaneBoard
  private let underWay: ClaimsUnderWay
  private let doors: DoorBook
  private let log: Log
  private let counts: DispatchCounts
  private let firstLook: Duration
  private let spans: AttemptSpans?
  private let inbox = Monitor<[Completion]>([])
  private let troubles = Locked<[SenderID: Troublemakers]>([:])
  private let backoff = Backoff(base: .milliseconds(100), cap: .seconds(5))

  /// Sends that stopped a lane, with how many had been accepted by then.
  private struct Troublemakers {
    var accepted = 0
    var stoppedAt: [SendKey: Int] = [:]

    /// Those that never came back, for instance as they were canceled, are not waited for.
    mutating func forgetMany() {
      guard stoppedAt.count > 2000 else { return }
      let kept = stoppedAt.sorted { $0.value > $1.value }.prefix(1000)
      stoppedAt = Dictionary(kept.map { ($0.key, $0.value) }) { $1 }
    }
  }

  init(
    _ store: SendStore, _ doors: DoorBook, _ board: LaneBoard, _ underWay: ClaimsUnderWay,
    firstLook: Duration, log: Log,
    counts: DispatchCounts, tracer: Tracer? = nil
  ) {
    spans = AttemptSpans(tracer, store, log)
    self.doors = doors
    self.underWay = underWay
    self.store = store
    self.board = board
    self.firstLook = firstLook
    self.log = log
    self.counts = counts
  }

  func add(_ completion: Completion) { inbox.change { $0.append(completion) } }

  func add(_ completions: [Completion]) {
    guard !completions.isEmpty else { return }
    inbox.change { $0 += completions }
  }

  /// Blocks until everything is recorded after the last post; to be called on a thread of its own.
  func run() {
    while true {
      inbox.wait(for: .milliseconds(200)) { !$0.isEmpty }
      let batch = inbox.peek { waiting in
        let batch = Array(waiting.prefix(Self.batch))
        waiting.removeFirst(batch.count)
        return batch
      }
      if batch.isEmpty {
        if board.isSettled { return }
        continue
      }
      record(batch)
    }
  }

  private static let batch = 1000

  /// More waits to be written than one batch takes.
  var isLate: Bool { inbox.peek { $0.count > Self.batch } }

  private struct Judged {
    let verdict: Verdict
    let report: AttemptReport

    var stopsLane: Bool { report.consequences.contains(where: \.stopsLane) }
  }

  private func record(_ batch: [Completion]) {
    let judged = batch.map { judge($0) }
    for (completion, judged) in zip(batch, judged) where judged.stopsLane {
      board.setTrial(completion.door.sender)
    }
    let start = RunningTime.now
    insist("record what became of sends") { () throws(StoreError) in
      _ = try store.record(judged.map(\.report))
    }
    counts.recorded(in: RunningTime.now - start)
    takeBackStops(batch, judged)
    underWay.remove(batch.map(\.send))
    tell(batch, judged)
    counts.add(zip(batch, judged).map { (result: $1.verdict.result, completion: $0) })
    counts.held(
      zip(batch, judged).filter { $1.report.hold != nil }.map(\.0.door.sender))
    var passed: Set<SenderID> = []
    for (completion, judged) in zip(batch, judged) where judged.verdict.showsThatLaneWorks {
      passed.insert(completion.door.sender)
    }
    board.recorded(
      Dictionary(batch.map { ($0.door.sender, 1) }, uniquingKeysWith: +), passed: passed)
    // Last, so that no lane waits for it.
    spans?.add(zip(batch, judged).map { ($0, $1.verdict.result) })
  }

  /// The settings may have been read again between judging and recording: what resumes the lanes of new credentials
  /// came too early to see such a stop.
  private func takeBackStops(_ batch: [Completion], _ judged: [Judged]) {
    var stale: [SenderID: String] = [:]
    for (completion, judged) in zip(batch, judged) where judged.stopsLane && !isOfToday(completion)
    {
      stale[completion.door.sender] = judged.verdict.result.failure?.code
    }
    guard !stale.isEmpty else { return }
    insist("let lanes with new credentials go on") { () throws(StoreError) in
      for (sender, code) in stale { _ = try store.resumeLanes(of: [sender], stoppedFor: code) }
    }
    board.wake(stale.keys)
  }

  /// The store must learn of it, so this goes on until it does.
  private func insist(_ what: String, _ body: () throws(StoreError) -> Void) {
    var failures = 0
    while true {
      do throws(StoreError) { return try body() } catch {
        failures += 1
        log.warning(
          "cannot \(what), trying again", ["reason": error.description, "failures": failures])
        pause(for: backoff.ceiling(failures: failures))
      }
    }
  }

  // MARK: Judging

  private func judge(_ completion: Completion) -> Judged {
    let now = completion.clock.inStore(.now)
    var generator = SystemRandomNumberGenerator()
    var answer: [UInt8]?
    var reading: SenderDoor.Reading?
    let verdict: Verdict
    switch completion.result {
    case .refused(let failure): verdict = Verdict(refused: failure)
    case .waits(let pause): verdict = Verdict(waiting: pause, at: now)
    case .ended(.notSent(let reason)) where reason != .invalidCall:
      verdict = Verdict(notSent: reason, at: now)
    case .ended(let outcome):
      let read = read(outcome, completion)
      answer = read.answer
      reading = read.reading
      verdict = Verdict(
        read.reading.outcome, facts(completion, read.reading.outcome), at: now,
        firstLook: firstLook, using: &generator)
    }
    let report = AttemptReport(
      of: completion.send, verdict.result, postedAt: completion.postedAt, answer: answer,
      waID: reading?.waID, hold: reading?.hold,
      consequences: verdict.consequences.filter { !$0.stopsLane || isOfToday(completion) },
      from: completion.door.sender, template: completion.template)
    return Judged(verdict: verdict, report: report)
  }

  private func read(
    _ outcome: HTTPOutcome, _ completion: Completion
  ) -> (reading: SenderDoor.Reading, answer: [UInt8]?) {
    if case .notSent(.invalidCall) = outcome {
      return (SenderDoor.Reading(outcome: .stopLane(.unsendable)), nil)
    }
    guard case .answered(let answer) = outcome else {
      let reason = if case .unknown(let reason, _) = outcome { "\(reason)" } else { "no answer" }
      let unknown = ErrorTable.shared.noAnswer(completion.door.provider, because: reason)
      return (SenderDoor.Reading(outcome: unknown), nil)
    }
    var read = completion.door.read(
      ProviderAnswer(answer), attempt: completion.send.attempt, completion.template,
      by: completion.route)
    let isOther = read.waID.map { !completion.send.recipient.text.hasSuffix($0) } ?? false
    if !isOther { read.waID = nil }
    return (read, answer.body)
  }

  /// What credentials of before were told says nothing of those that the settings have by now.
  private func isOfToday(_ completion: Completion) -> Bool {
    guard let door = doors[completion.door.sender] else { return true }
    return door.settings.credentials == completion.door.settings.credentials
  }

  /// A send that stops its lane again, after others have passed, is to blame itself.
  private func facts(_ completion: Completion, _ outcome: Outcome) -> Verdict.Facts {
    let key = completion.send.key
    let stopsAlone = troubles.withLock { troubles in
      var known = troubles[completion.door.sender] ?? Troublemakers()
      defer { troubles[completion.door.sender] = known }
      switch outcome {
      case .accepted:
        known.accepted += 1
        known.stoppedAt[key] = nil
      case .stopLane:
        if let before = known.stoppedAt[key], before < known.accepted { return true }
        known.stoppedAt[key] = known.accepted
        known.forgetMany()
      case .retry, .failed, .inDoubt: known.stoppedAt[key] = nil
      }
      return false
    }
    return Verdict.Facts(
      attempt: completion.send.attempt, template: completion.template,
      hasFallback: completion.hasFallback, stopsAlone: stopsAlone)
  }

  // MARK: Telling

  /// Something for people to read; of many alike in one batch one is enough.
  private struct Notice: Hashable {
    let what: String
    let sender: SenderID
    let failure: Failure
    var template: String?
  }

  private func tell(_ batch: [Completion], _ judged: [Judged]) {
    var notices: Set<Notice> = []
    for (completion, judged) in zip(batch, judged) {
      let sender = completion.door.sender
      for failure in judged.verdict.alerts {
        notices.insert(
          Notice(
            what: "a provider reports a problem that needs a person", sender: sender,
            failure: failure))
      }
      guard let failure = judged.verdict.result.failure else { continue }
      if judged.stopsLane {
        notices.insert(Notice(what: "the lane is stopped", sender: sender, failure: failure))
      }
      if judged.report.consequences.contains(where: \.holdsTemplate) {
        notices.insert(
          Notice(
            what: "a template is held", sender: sender, failure: failure,
            template: completion.template))
      }
    }
    for notice in notices { tell(notice) }
  }

  private func tell(_ notice: Notice) {
    if let template = notice.template {
      return log.warning(
        notice.what,
        [
          "sender": notice.sender.text, "template": template, "reason": notice.failure.sentence,
        ])
    }
    log.error(
      notice.what,
      [
        "sender": notice.sender.text, "code": notice.failure.code,
        "reason": notice.failure.sentence, "providerText": notice.failure.providerText ?? "",
      ])
  }
}

extension Completion {
  /// On the store's clock, when its bytes left.
  var postedAt: Timestamp? {
    guard case .ended(let outcome) = result else { return nil }
    return outcome.gatePassedAt.map(clock.inStore)
  }
}
