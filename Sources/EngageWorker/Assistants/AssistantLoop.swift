internal import Domain
internal import HTTP
internal import Platform
package import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry
internal import Time

/// Has assistants answer those who wait for them. Any number of workers may do it: each conversation is asked for by one at a
/// time, and what came of it is noted in the transaction that queues the answer.
package final class AssistantLoop {
  private let context: WorkerContext
  private let health: HealthPart
  private let desk: AssistantDesk
  private let client: AssistantClient
  private let metrics: AssistantMetrics
  private var asking: [UInt64: Asking] = [:]
  private var nextTag: UInt64 = 0
  private var endpoints: [String: CircuitBreaker] = [:]
  private let told = ToldMemory()
  private var agenda = Agenda()
  private var lookedAt = RunningTime.now
  /// What came back and is not looked at, the oldest first: a store that fails keeps it waiting.
  private var finished: ArraySlice<AssistantClient.Finished> = []
  /// What is to be noted at the end of a round, in one transaction: each by itself would wait for the disk.
  private var settlements: [AskedAssistant] = []

  package init(_ context: WorkerContext) throws {
    self.context = context
    health = context.health.part("assistants")
    desk = try AssistantDesk(context)
    client = try AssistantClient()
    metrics = AssistantMetrics(context.metrics)
  }

  /// Between two looks at whether those who are asked for have been answered by others.
  private static let lookEvery = Duration.milliseconds(250)
  private static let page = 100
  /// Calls under way at once.
  private static let most = 1000

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(
      saying: "cannot have assistants answer, trying again", log: context.log, health: health,
      stop: context.stop
    ).run { try round() }
    client.close()
    desk.close()
    health.ended()
  }

  /// Answers how long to wait for the next one.
  package func round() throws -> Duration {
    var isBusy = false
    finished += client.takeFinished()
    if !finished.isEmpty {
      isBusy = true
      let now = try context.store.now()
      while settlements.count < Self.page, let next = finished.popFirst() {
        guard let one = asking.removeValue(forKey: next.tag) else { continue }
        try take(next.outcome, for: one, at: now)
      }
    }
    if try context.store.followReplies(limit: Self.page) == Self.page { isBusy = true }
    if try claim() { isBusy = true }
    try dropOutdated()
    try note()
    metrics.underWay(asking.count)
    if isBusy { return .zero }
    // Nobody is under way: there is nothing that could come back.
    if asking.isEmpty { return min(desk.pause, agenda.next ?? desk.pause) }
    client.wait(for: min(desk.pause, agenda.next ?? desk.pause))
    return .zero
  }

  // MARK: Asking

  /// True where there may be more.
  private func claim() throws -> Bool {
    agenda.forgetPast()
    let room = min(Self.page, Self.most - asking.count)
    guard room > 0 else { return false }
    var (breakers, agenda) = (endpoints, agenda)
    let found = try context.store.claimForAssistants(limit: room) { waiting, now in
      let decision = desk.decide(on: waiting, &breakers, at: now)
      if case .later(let due) = decision { agenda.add(in: due - now) }
      return decision
    }
    (endpoints, self.agenda) = (breakers, agenda)
    guard !found.asked.isEmpty else { return found.seen == room }
    let now = try context.store.now()
    for waiting in found.asked { try begin(waiting, at: now) }
    return found.seen == room
  }

  private func begin(_ waiting: WaitingForAssistant, at now: Timestamp) throws {
    guard let prepared = try desk.prepare(waiting, at: now) else {
      return endpoints[waiting.conversation.standing.assistant ?? ""]?.dropProbe() ?? ()
    }
    let asking = Asking(waiting, prepared)
    switch prepared.budget().verdict(on: prepared.assistant.most(for: prepared.prompt)) {
    case .usedUp(let scope, let measure):
      endpoints[prepared.assistant.name]?.dropProbe()
      let word = AssistantBudget.Verdict.usedUp(scope, measure).description
      settle(asking, .handOver(because: word, desk.handOverTexts(waiting)))
    case .fits: post(asking, at: now)
    }
  }

  private func post(_ one: Asking, at now: Timestamp) {
    nextTag += 1
    one.begun = now
    asking[nextTag] = one
    client.ask(one.request, tag: nextTag, within: one.prepared.assistant.pace.deadline)
    if one.rounds.isEmpty { desk.showTyping(one.waiting) }
  }

  private func dropOutdated() throws {
    guard !asking.isEmpty, RunningTime.now - lookedAt >= Self.lookEvery else { return }
    lookedAt = .now
    let outdated = try context.store.outdated(asking.values.map(\.waiting))
    guard !outdated.isEmpty else { return }
    let tags = asking.filter { outdated.contains($0.value.waiting.conversation.key) }.map(\.key)
    client.cancel(Set(tags))
    let now = try context.store.now()
    for tag in tags {
      guard let one = asking.removeValue(forKey: tag) else { continue }
      // Of its endpoint nothing is known by that.
      endpoints[one.prepared.assistant.name]?.dropProbe()
      one.note(.superseded, "cancelled", at: now)
      // Who has acted or written is what the store finds.
      settle(one, .again(now, isAway: false))
    }
  }

  // MARK: What came back

  private func take(
    _ outcome: AssistantClient.Outcome, for one: Asking, at now: Timestamp
  ) throws {
    switch outcome {
    case .response(let response):
      let tokens = one.tokens
      let question = AssistantQuestion(one.prepared.channel, tokens: tokens)
      try take(
        one.prepared.assistant.dialect.answer(response.at(now), to: question), for: one, at: now)
    case .nothing(let reason):
      takeAway(one, reason, retryAfter: nil, at: now)
    case .contact(let call, let words): take(words, of: call, for: one, at: now)
    }
  }

  private func take(
    _ answer: AssistantAnswer, for one: Asking, at now: Timestamp
  ) throws {
    if case .away(let reason, let retryAfter) = answer {
      return takeAway(one, reason, retryAfter: retryAfter, at: now)
    }
    endpoints[one.prepared.assistant.name]?.succeeded()
    switch answer {
    case .away: break
    case .reply(let reply, let use): try take(reply, use, for: one, at: now)
    case .tools(let calls, let use, let message):
      one.note(.tool, calls.map(\.tool.word).joined(separator: ", "), use, at: now)
      take(calls, message, for: one, at: now)
    case .unusable(let fault, let use):
      one.note(.unusable, "\(fault)", use, at: now)
      retry(one, because: "\(fault)", at: now)
    case .refused(let reason):
      one.note(.refused, reason, at: now)
      context.log.error(
        "an assistant's endpoint refuses our calls",
        ["assistant": one.prepared.assistant.name, "reason": reason])
      endpoints[one.prepared.assistant.name, default: CircuitBreaker()].failed(at: now)
      settle(one, .again(now + AssistantDesk.refusedPause, isAway: true))
    }
  }

  private func take(
    _ reply: AssistantReply, _ use: TokenUse, for one: Asking, at now: Timestamp
  ) throws {
    let gate = AssistantGate(
      one.prepared.assistant, one.prepared.prompt, contact: one.waiting.conversation.address,
      secrets: desk.secrets, known: one.known, traces: told.traces)
    if case .blocked(let block) = gate.verdict(on: reply) {
      one.note(.blocked, "\(block)", use, withheld: reply, at: now)
      return settle(one, .handOver(because: "\(block)", desk.handOverTexts(one.waiting)))
    }
    let texts: [SetReply.SetText]
    do { texts = try desk.texts(of: reply, for: one.waiting) } catch let faults as FieldFaults {
      let reason = faults.all.map { "\($0)" }.joined(separator: ", ")
      one.note(.unusable, reason, use, withheld: reply, at: now)
      return retry(one, because: reason, at: now)
    }
    switch reply.action {
    case .reply:
      one.note(.replied, reply.reason ?? "", use, withheld: reply, at: now)
      settle(one, .reply(texts))
    case .silence:
      one.note(.silent, reply.reason ?? "", use, at: now)
      settle(one, .silence)
    case .handoff:
      let reason = reply.reason ?? "the assistant wants a person"
      one.note(.handedOver, reason, use, withheld: reply, at: now)
      settle(
        one,
        .handOver(because: reason, texts.isEmpty ? desk.handOverTexts(one.waiting) : texts))
    }
  }

  /// An answer that is of no use: asked once more, and after some a person is to answer.
  private func retry(_ one: Asking, because reason: String, at now: Timestamp) {
    guard one.waiting.failures + 1 < one.prepared.assistant.pace.attempts else {
      return settle(
        one,
        .handOver(because: "no usable answer: \(reason)", desk.handOverTexts(one.waiting)))
    }
    settle(one, .again(now + AssistantDesk.retryPause, isAway: false))
  }

  private func takeAway(
    _ one: Asking, _ reason: String, retryAfter: Duration?, at now: Timestamp
  ) {
    endpoints[one.prepared.assistant.name, default: CircuitBreaker()].failed(at: now)
    one.note(.away, reason, at: now)
    let pause = max(retryAfter ?? .zero, desk.awayPause(one.waiting, at: now))
    settle(one, .again(now + min(pause, AssistantDesk.longestPause), isAway: true))
  }

  // MARK: Tools

  private func take(
    _ calls: [ToolCall], _ message: [UInt8], for one: Asking, at now: Timestamp
  ) {
    for call in calls {
      switch call.tool {
      case .handOver(let reason):
        let reason = reason ?? "the assistant wants a person"
        one.end(.handedOver, reason)
        return settle(one, .handOver(because: reason, desk.handOverTexts(one.waiting)))
      case .end(let reason):
        one.end(.silent, reason ?? "")
        return settle(one, .silence)
      case .contact, .unknown: continue
      }
    }
    guard one.rounds.count < Asking.mostRounds else {
      return retry(one, because: "asks for tools without end", at: now)
    }
    one.toolMessage = message
    one.toolResults = calls.filter { $0.tool != .contact }.map {
      ToolResult($0.id, "There is no such tool.")
    }
    one.openCalls = calls.filter { $0.tool == .contact }.map(\.id)
    proceed(one, at: now)
  }

  /// Each in turn, then the assistant again.
  private func proceed(_ one: Asking, at now: Timestamp) {
    if let call = one.openCalls.first {
      guard
        let request = desk.contactRequest(one.prepared.assistant, one.waiting.conversation.address)
      else { return take(nil, of: call, for: one, at: now) }
      nextTag += 1
      asking[nextTag] = one
      return client.ask(request, call: call, tag: nextTag)
    }
    one.rounds.append(ToolRound(one.toolMessage, one.toolResults))
    switch one.prepared.budget(after: one.used).verdict(
      on: one.prepared.assistant.most(for: one.prepared.prompt, rounds: one.rounds))
    {
    case .fits: post(one, at: now)
    case .usedUp(let scope, let measure):
      let word = AssistantBudget.Verdict.usedUp(scope, measure).description
      settle(one, .handOver(because: word, desk.handOverTexts(one.waiting)))
    }
  }

  private func take(_ words: String?, of call: String, for one: Asking, at now: Timestamp) {
    one.openCalls.removeAll { $0 == call }
    if let words { one.known.append(words) }
    one.toolResults.append(ToolResult(call, words ?? "Nothing is known at the moment."))
    proceed(one, at: now)
  }

  // MARK: Settling

  private func settle(_ one: Asking, _ outcome: AssistantOutcome) {
    settlements.append(AskedAssistant(one.waiting, outcome, one.calls))
  }

  /// Where the store fails they are noted in the next round.
  private func note() throws(StoreError) {
    while !settlements.isEmpty {
      let some = Array(settlements.prefix(Self.page))
      do throws(StoreError) { _ = try context.store.settle(some) } catch {
        guard case .refused = error else { throw error }
        try noteEach(some)
      }
      settlements.removeFirst(some.count)
      context.queued.tell(Set(some.map(\.sender)))
      for one in some { metrics.count(one.calls) }
    }
  }

  /// One that the store can never keep stops no other. Its contact is asked for again once the lease is over.
  private func noteEach(_ some: [AskedAssistant]) throws(StoreError) {
    for one in some {
      do throws(StoreError) { _ = try context.store.settle([one]) } catch {
        guard case .refused(let reason) = error else { throw error }
        context.log.error("what an assistant answered cannot be kept", ["reason": reason])
      }
    }
  }
}

extension ToolCall.Tool {
  fileprivate var word: String {
    switch self {
    case .contact: "contact"
    case .handOver: "hand over"
    case .end: "end"
    case .unknown: "unknown"
    }
  }
}
