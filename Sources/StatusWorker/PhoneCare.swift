internal import Domain
package import HTTP
internal import Providers
package import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry
internal import Time

/// Asks Meta about each number every quarter of an hour, and soon after a webhook was about it: what its health says
/// stops its lane and sets it going again, and its limits count from then on. Webhooks tell of changes sooner, and may
/// be lost. One worker at a time does it.
package final class PhoneCare {
  private let store: SendStore
  private let worker: WorkerID
  private let senders: LiveSenders
  private let client: HTTPClient
  private let keeper: DutyKeeper
  private let log: Log
  private let metrics: Metrics
  private let stop: StopSignal
  private let task: TaskLog

  package static let duty = "phones"

  package init(_ context: WorkerContext, _ senders: LiveSenders) throws(HTTPClientError) {
    (store, worker, self.senders) = (context.store, context.worker, senders)
    (log, metrics, stop) = (context.log, context.metrics, context.stop)
    client = try HTTPClient()
    task = TaskLog(.askAboutNumbers, context)
    keeper = DutyKeeper(context.store, Self.duty, context.worker, log: context.log)
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(saying: "cannot look after numbers, trying again", log: log, stop: stop)
      .run(every: .seconds(5)) { try round() }
    client.close()
  }

  private struct Phone {
    let sender: SenderSettings
    let meta: MetaSender
    let kept: StoredPhone?
    let facts: PhoneFacts

    var id: SenderID { sender.sender.id }
    var isBlocked: Bool { facts.health?.verdict == .blocked }
  }

  package func round() throws {
    let senders = senders.all.filter { $0.sender.channel.provider == .meta }
    guard !senders.isEmpty, try store.takeDuty(Self.duty, worker) != nil else { return }
    try task.note { try look(after: senders) }
  }

  private func look(after senders: [SenderSettings]) throws {
    let kept = Dictionary(try store.phones().map { ($0.sender, $0) }) { $1 }
    let now = try store.now()
    // An account is asked once for all its numbers of a round.
    var accounts: [AccountID: MarketingStanding?] = [:]
    for sender in senders where !stop.isRequested {
      guard let phone = phone(sender, kept[sender.sender.id]) else { continue }
      if PhonePace.isDue(phone.kept, isBlocked: phone.isBlocked, at: now) {
        try keeper.whileHeld { try look(at: phone, &accounts) }
      } else {
        show(phone.id, phone.facts, isUnread: phone.kept?.failure.isEmpty == false)
      }
    }
  }

  private func phone(_ sender: SenderSettings, _ kept: StoredPhone?) -> Phone? {
    guard case .meta(let own) = sender.credentials else { return nil }
    return Phone(
      sender: sender, meta: own.sender, kept: kept, facts: PhoneFacts(json: kept?.facts ?? []))
  }

  private func look(
    at phone: Phone, _ accounts: inout [AccountID: MarketingStanding?]
  ) throws {
    let askedAt = try store.now()
    let node: MetaNode
    do { node = try MetaNode(try answer(about: phone)) } catch {
      show(phone.id, phone.facts, isUnread: true)
      if phone.kept?.failure.isEmpty ?? true {
        log.warning(
          "a number cannot be read", ["sender": phone.id.text, "reason": "\(error)"])
      }
      return try store.phoneFailed(phone.id, askedAt: askedAt, because: "\(error)")
    }
    var facts = PhoneFacts(node, held: phone.facts.held)
    let account = phone.sender.sender.account
    if accounts[account] == nil { accounts[account] = .some(marketing(of: phone)) }
    facts.marketing = accounts[account] ?? nil
    try apply(facts.health, to: phone)
    try holdTemplates(&facts, of: phone)
    try tellLimits(facts, of: phone)
    // Last: what was not done for a fault of the store is done at the next round.
    try store.save(facts.json, ofPhone: phone.id, askedAt: askedAt)
    show(phone.id, facts, isUnread: false)
  }

  // MARK: What follows from it

  private func apply(_ health: MetaHealth?, to phone: Phone) throws {
    guard let health else { return }
    if let stop = health.stop {
      let failure = Failure(code: LaneStop.byHealth, sentence: stop.sentence)
      for sender in try store.stopLanes(of: [phone.id], failure) {
        log.error(
          "a sender's lane has stopped", ["sender": sender.text, "reason": stop.sentence])
      }
      return
    }
    let lane = try store.laneStatus().first { $0.sender == phone.id }
    guard lane?.stop?.code == LaneStop.byHealth else { return }
    for sender in try store.resumeLanes(of: [phone.id], stoppedFor: LaneStop.byHealth) {
      log.info("a sender's lane goes on: its number is well again", ["sender": sender.text])
    }
  }

  private func holdTemplates(_ facts: inout PhoneFacts, of phone: Phone) throws {
    guard let health = facts.health else { return }
    for (id, verdict) in health.templates where verdict == .blocked && facts.held[id] == nil {
      guard let key = try template(id, of: phone) else { continue }
      try store.hold(
        template: key.text, of: [phone.id], until: .distantFuture,
        because: "Meta's health of the template is BLOCKED")
      facts.held[id] = key.text
    }
    let free = facts.held.filter { health.templates[$0.key] != .blocked }
    guard !free.isEmpty else { return }
    let paused = try pausedTemplates(of: phone.sender.sender.account)
    for (id, key) in free {
      facts.held[id] = nil
      if !paused.contains(key) { try store.release(template: key, of: [phone.id]) }
    }
  }

  /// What a webhook or the list says of a template holds it for a reason of its own.
  private func pausedTemplates(of account: AccountID) throws -> Set<String> {
    Set(
      try store.templates().filter { $0.account == account && $0.status != "APPROVED" }
        .map { TemplateKey(name: $0.name, language: $0.language).text })
  }

  /// nil where it cannot be told; it is asked for again the next time.
  private func template(_ id: String, of phone: Phone) throws -> TemplateKey? {
    do {
      let node = try MetaNode(try ask(phone.meta.look(atTemplate: id), phone))
      guard let name = node.text("name"), let language = node.text("language") else { return nil }
      return TemplateKey(name: name, language: language)
    } catch {
      log.warning("a template cannot be read", ["id": id, "reason": "\(error)"])
      return nil
    }
  }

  /// Only what is otherwise than before: a webhook may have told of something newer meanwhile.
  private func tellLimits(_ facts: PhoneFacts, of phone: Phone) throws {
    if let limit = facts.limit, limit != phone.facts.limit {
      switch limit {
      case .people(let count): try store.tell(recipients: count, of: [phone.id])
      case .unlimited: try store.tell(recipients: nil, of: [phone.id])
      }
    }
    if let rate = facts.rate, rate != phone.facts.rate {
      try store.tell(messagesASecond: rate, of: [phone.id])
    }
  }

  private func show(_ sender: SenderID, _ facts: PhoneFacts, isUnread: Bool) {
    metrics.gauge(
      "postrider_phone_blocked", "1 while Meta's health of the number lets nothing out.",
      ["sender": sender.text]
    ).set(facts.health?.verdict == .blocked ? 1 : 0)
    metrics.gauge(
      "postrider_phone_unread", "1 while Meta does not tell of the number.",
      ["sender": sender.text]
    ).set(isUnread ? 1 : 0)
  }

  // MARK: Asking

  /// What was known before where it cannot be told now.
  private func marketing(of phone: Phone) -> MarketingStanding? {
    guard case .meta(let own) = phone.sender.credentials, let account = own.wabaId else {
      return nil
    }
    do {
      let answer = try NumberInquiry.read(MarketingStanding.fields, { try ask($0, phone) }) {
        phone.meta.look(atAccount: account, for: $0)
      }
      return MarketingStanding(try MetaNode(answer).root)
    } catch {
      log.info("an account cannot be read", ["account": account, "reason": "\(error)"])
      return phone.facts.marketing
    }
  }

  private func answer(about phone: Phone) throws -> ProviderAnswer {
    try NumberInquiry.read(MetaPhone.fields, { try ask($0, phone) }) { phone.meta.look(for: $0) }
  }

  private func ask(_ request: ProviderRequest, _ phone: Phone) throws -> ProviderAnswer {
    try client.ask(request, under: phone.sender.baseURL, within: .seconds(10))
  }
}
