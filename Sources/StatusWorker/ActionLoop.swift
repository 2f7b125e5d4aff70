internal import Events
package import Running
package import Settings
package import Telemetry
package import Domain
package import EventLog
package import HTTP
internal import JSON
internal import Platform
package import SendStore
internal import Store
internal import Time

/// Tells tenants, and systems whose SMS provider we are: claim what is due → post → settle. Each of them has its own rate, breaker and
/// retries, and each send its own line, so that nobody
/// waits for another's address.
package final class ActionLoop {
  private let store: SendStore
  private let eventLog: any EventLog
  private let actions: ActionBook
  private let client: HTTPClient
  private let worker: WorkerID
  private let log: Log
  private let health: HealthPart
  private let stop: StopSignal
  private let counts: ActionCounts
  private let age: Gauge
  private var ageAt = RunningTime.distantPast
  private let spans: DeliverySpans?
  private let inbox = Monitor<[Answer]>([])
  private var desks: [Tenant: TenantQueue] = [:]
  private var keptAt = Timestamp.distantPast
  private var signatures: [[Secret]: WebhookSignature] = [:]
  private var droppedFrom: Set<Tenant> = []
  private let tokens = PortalTokens()
  private var hosts = CallbackHosts()
  private var idleUntil: [Tenant: RunningTime] = [:]
  private var shown: [SenderID: String] = [:]
  private var shownAt = RunningTime.distantPast

  private struct Answer: Sendable {
    let addressee: Addressee
    /// Where each has its own breaker.
    let host: String?
    let delivery: ClaimedDelivery
    let outcome: HTTPOutcome
    let step: Tracer.Step?
  }

  private struct Dead {
    let delivery: ClaimedDelivery
    let queue: Tenant
    let reason: String
  }

  package init(
    _ store: SendStore, _ eventLog: any EventLog, _ actions: ActionBook, _ client: HTTPClient,
    worker: WorkerID, log: Log, health: HealthPart, metrics: Metrics, stop: StopSignal,
    tracer: Tracer? = nil
  ) {
    spans = tracer.map { DeliverySpans($0, store, log) }
    self.store = store
    self.eventLog = eventLog
    self.actions = actions
    self.client = client
    self.worker = worker
    self.log = log
    self.health = health
    self.stop = stop
    counts = ActionCounts(metrics)
    age = metrics.gauge(
      "postrider_delivery_age_seconds",
      "For how long the delivery to a tenant has been due that has been due longest.")
  }

  package static let client: HTTPClient.Configuration = {
    var configuration = HTTPClient.Configuration()
    configuration.totalConnections = 1024
    return configuration
  }()

  private static let answerTimeout = Duration.seconds(15)
  /// A claim lasts longer than what was claimed can be under way: it is handed over at once, leaves within
  /// `leaveSpan` or not at all, and is answered within `answerTimeout`.
  package static let claimSpan = leaveSpan + .seconds(4)
  private static let leaveSpan = Duration.seconds(16)
  private static let pause = Duration.milliseconds(100)

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(
      saying: "cannot tell tenants, trying again", log: log, health: health, stop: stop
    ).run {
      try step()
      inbox.wait(for: Self.pause) { !$0.isEmpty }
      return .zero
    }
    finishUnderWay()
    leave()
  }

  package func step() throws {
    tokens.collect()
    let addressees = try addressees()
    // Most have nobody to tell.
    guard !addressees.isEmpty || !desks.isEmpty else { return age.set(0) }
    let now = try store.now()
    try settle(now)
    try keepDuties(now)
    try measureAge(addressees)
    for addressee in addressees {
      let room = room(addressee, now)
      guard room > 0, try hasDue(addressee),
        try store.takeDuty(Self.duty(addressee.queue), worker) != nil
      else { continue }
      let leaveBy = RunningTime.now + Self.leaveSpan
      let claimed = try store.claimDeliveries(
        of: addressee.queue, limit: room, for: Self.claimSpan)
      // One whose answer is late is under way still.
      let fresh = claimed.filter { desks[addressee.queue]?.renew($0) != true }
      try post(fresh, to: addressee, at: now, leaveBy: leaveBy, spans?.begin(fresh) ?? [:])
    }
  }

  private func addressees() throws(StoreError) -> [Addressee] {
    let (all, providers) = (actions.all, actions.providers)
    let seal = SecretSeal(actions)
    if all.contains(where: { $0.format == .meta }), shownAt.hasPassed {
      shown = try store.shownNumbers()
      shownAt = .now + Self.shownEach
    }
    return all.map { Addressee($0, signature($0.secrets), shown: shown) }
      + providers.map { sender in
        let queue = Tenant.reports(of: sender.sender.id)
        return Addressee(reportsOf: sender, seal, token: tokens.token(of: queue))
      }
      + actions.twilioAccounts.map { Addressee(StatusCallbacks($0.account, $0.senders, seal)) }
  }

  /// Most accounts have never anybody to call back: they are looked after more rarely while that is so.
  private func hasDue(_ addressee: Addressee) throws(StoreError) -> Bool {
    guard addressee.isOftenIdle else { return try store.hasDueDeliveries(of: addressee.queue) }
    guard idleUntil[addressee.queue].map(\.hasPassed) ?? true else { return false }
    let hasDue = try store.hasDueDeliveries(of: addressee.queue)
    idleUntil[addressee.queue] = hasDue ? nil : .now + Self.idlePause
    return hasDue
  }

  private static let idlePause = Duration.milliseconds(500)
  /// A number is shown as before for years.
  private static let shownEach = Duration.seconds(5)

  /// A tenant's rate, breaker and room are known only here while its deliveries are under way.
  private func keepDuties(_ now: Timestamp) throws(StoreError) {
    guard now - keptAt >= Self.keeping else { return }
    for (tenant, desk) in desks where !desk.flying.isEmpty {
      _ = try store.takeDuty(Self.duty(tenant), worker)
    }
    keptAt = now
  }

  private static let keeping = Duration.seconds(1)

  private func measureAge(_ addressees: [Addressee]) throws(StoreError) {
    guard ageAt.hasPassed else { return }
    ageAt = .now + Self.ageEach
    var longest = Duration.zero
    for addressee in addressees {
      longest = max(longest, try store.longestDueDelivery(of: addressee.queue))
    }
    age.set(longest.seconds)
  }

  private static let ageEach = Duration.seconds(5)

  private static func duty(_ tenant: Tenant) -> String { "action:\(tenant)" }

  /// How many deliveries are posted and not written down yet.
  package var underWay: Int { desks.values.reduce(0) { $0 + $1.flying.count } }

  private func room(_ addressee: Addressee, _ now: Timestamp) -> Int {
    var desk = desks[addressee.queue] ?? TenantQueue(addressee.rate)
    desk.apply(addressee.rate)
    desks[addressee.queue] = desk
    return desk.room(of: addressee.inFlight, at: now)
  }

  private func post(
    _ claimed: [ClaimedDelivery], to addressee: Addressee, at now: Timestamp,
    leaveBy: RunningTime,
    _ steps: [Int64: Tracer.Step]
  ) throws {
    var calls: [(call: HTTPCall, completion: HTTPClient.Completion)] = []
    var done: [ClaimedDelivery] = []
    var dead: [Dead] = []
    for delivery in claimed {
      switch addressee.post(delivery, at: now) {
      case .nothing: done.append(delivery)
      case .dead(let reason):
        dead.append(Dead(delivery: delivery, queue: addressee.queue, reason: reason))
      case .call(var call, let host):
        if let host, let wait = hosts.wait(for: host, at: now) {
          try store.postpone([delivery], for: wait)
          continue
        }
        if let host { hosts.begin(host, at: now) }
        desks[addressee.queue]?.take(delivery, at: now)
        let step = steps[delivery.number]
        if let step {
          call.headers.append(HTTPHeader("traceparent", step.trace.description))
        }
        call.totalTimeout = min(call.totalTimeout, Self.answerTimeout)
        call.gate = { RunningTime.now < leaveBy ? .pass : .refuse }
        let completion: HTTPClient.Completion = { [inbox] outcome in
          inbox.change {
            $0.append(
              Answer(
                addressee: addressee, host: host, delivery: delivery, outcome: outcome, step: step))
          }
        }
        calls.append((call: call, completion: completion))
      }
    }
    client.send(calls)
    try bury(dead)
    counts.count(0, 0, dead.count)
    let ended = done + dead.map(\.delivery)
    if !ended.isEmpty { try store.finish(ended) }
  }

  private func signature(_ secrets: [Secret]) -> WebhookSignature {
    if let known = signatures[secrets] { return known }
    let made = WebhookSignature(secrets)
    signatures[secrets] = made
    return made
  }

  /// An answer that could not be written down is lost with its try: the delivery comes again.
  private func settle(_ now: Timestamp) throws {
    let answers = inbox.peek { answers in
      defer { answers = [] }
      return answers
    }
    guard !answers.isEmpty else { return }
    spans?.end(
      answers.compactMap { answer in
        answer.step.map { ($0, answer.addressee.queue, answer.outcome) }
      })
    var settled = Settled()
    for answer in answers {
      let (queue, delivery) = (answer.addressee.queue, answer.delivery)
      let held = desks[queue]?.flying[delivery.number] ?? delivery
      guard let usual = judge(answer, at: now) else { continue }
      let verdict = answer.addressee.verdict(answer.outcome, to: delivery, otherwise: usual)
      if verdict == .delivered { settled.replies += replies(answer) }
      settled.add(delivery, held, of: queue, renewed(verdict, answer))
    }
    counts.count(
      settled.delivered.count, settled.again.values.reduce(0) { $0 + $1.count },
      settled.dead.count + settled.dropped.count)
    tell(of: settled.dropped)
    try send(settled.replies)
    for (wait, deliveries) in settled.again { try store.retry(deliveries, after: wait) }
    try bury(settled.dead)
    if !settled.done.isEmpty { try store.finish(settled.done) }
  }

  /// As every addressee's answers are judged; nil where the queue is known here no more.
  private func judge(_ answer: Answer, at now: Timestamp) -> TenantQueue.Verdict? {
    let queue = answer.addressee.queue
    guard let host = answer.host else {
      return desks[queue]?.settle(answer.delivery, answer.outcome, at: now)
    }
    hosts.settle(host, answer.outcome, at: now)
    desks[queue]?.land(answer.delivery)
    return .delivered
  }

  /// What became of answered deliveries.
  private struct Settled {
    var delivered: [ClaimedDelivery] = []
    var again: [Duration: [ClaimedDelivery]] = [:]
    var dead: [Dead] = []
    var dropped: [Dead] = []
    var replies: [SendEvent] = []

    var done: [ClaimedDelivery] { delivered + (dead + dropped).map(\.delivery) }

    /// `held` is the claim that it is under by now.
    mutating func add(
      _ delivery: ClaimedDelivery, _ held: ClaimedDelivery, of queue: Tenant,
      _ verdict: TenantQueue.Verdict
    ) {
      switch verdict {
      case .delivered: delivered.append(delivery)
      case .again(let wait): again[wait, default: []].append(held)
      case .dead(let reason): dead.append(Dead(delivery: delivery, queue: queue, reason: reason))
      case .dropped(let reason):
        dropped.append(Dead(delivery: delivery, queue: queue, reason: reason))
      }
    }
  }

  /// What would be dropped comes again where another access token can be had meanwhile.
  private func renewed(_ verdict: TenantQueue.Verdict, _ answer: Answer) -> TenantQueue.Verdict {
    guard case .dropped = verdict, let call = answer.addressee.refresh(for: answer.delivery),
      tokens.fetch(for: answer.addressee.queue, by: call, client)
    else { return verdict }
    return .again(after: Self.refreshWait)
  }

  /// In which another access token should have come.
  private static let refreshWait = Duration.seconds(2)

  /// Dead letters first, then forgotten: a crash between shows one twice rather than never.
  private func bury(_ dead: [Dead]) throws {
    guard !dead.isEmpty else { return }
    let now = Timestamp(microseconds: wallMicroseconds())
    try eventLog.append(
      dead.map { $0.delivery.deadLetter(for: $0.queue, because: $0.reason, at: now) },
      within: .seconds(30))
    for one in dead {
      log.warning(
        "a tenant could not be told",
        ["tenant": one.queue.description, "delivery": one.delivery.id, "reason": one.reason])
    }
  }

  /// Before the delivery is done with: what is answered twice has the same ids.
  private func send(_ replies: [SendEvent]) throws {
    guard !replies.isEmpty else { return }
    try eventLog.append(replies.map { $0.record(.random()) }, within: .seconds(30))
  }

  private func replies(_ answer: Answer) -> [SendEvent] {
    do throws(TwilioAction.Refused) {
      return try answer.addressee.replies(
        to: answer.delivery, answer.outcome, actions,
        at: Timestamp(microseconds: wallMicroseconds()))
    } catch {
      log.warning(
        "what an action answered is not sent",
        [
          "tenant": answer.addressee.queue.description, "delivery": answer.delivery.id,
          "reason": error.description,
        ])
      return []
    }
  }

  /// Once a queue, since all that comes after may be as it is.
  private func tell(of dropped: [Dead]) {
    for one in dropped where droppedFrom.insert(one.queue).inserted {
      log.warning(
        "a system is not told what became of a message, nor of later ones like it",
        ["tenant": one.queue.description, "delivery": one.delivery.id, "reason": one.reason])
    }
  }

  /// What is under way when it stops would otherwise be told again.
  private func finishUnderWay() {
    let deadline = RunningTime.now + Self.answerTimeout
    do {
      while underWay > 0, !deadline.hasPassed {
        inbox.wait(for: Self.pause) { !$0.isEmpty }
        let now = try store.now()
        try settle(now)
        try keepDuties(now)
      }
    } catch {
      log.warning("what was told last may be told again", ["reason": "\(error)"])
    }
  }

  private func leave() {
    for tenant in desks.keys {
      do { try store.releaseDuty(Self.duty(tenant), worker) } catch {
        log.warning("a duty runs out by itself", ["reason": error.description])
      }
    }
    health.ended()
  }
}

extension ClaimedDelivery {
  fileprivate func deadLetter(
    for tenant: Tenant, because reason: String, at now: Timestamp
  ) -> NewRecord {
    DeadLetter(
      delivery: "\(id)", in: line, to: tenant, body, tries: tries + 1, since: created,
      because: reason
    ).event(at: now)
  }
}
