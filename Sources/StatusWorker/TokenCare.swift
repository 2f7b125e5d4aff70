internal import Domain
package import HTTP
internal import Platform
internal import Providers
package import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry
internal import Time

/// Looks at each access token of Meta's daily, and has it exchanged in time before it ends. One worker at a time does it.
package final class TokenCare {
  private let store: SendStore
  private let worker: WorkerID
  private let senders: LiveSenders
  private let seal: Locked<SecretSeal>
  private let client: HTTPClient
  private let keeper: DutyKeeper
  private let log: Log
  private let metrics: Metrics
  private let stop: StopSignal
  private let task: TaskLog
  private var warned: [CredentialsID: Int] = [:]

  package static let duty = "tokens"

  package init(_ context: WorkerContext, _ senders: LiveSenders) throws(HTTPClientError) {
    (store, worker, self.senders) = (context.store, context.worker, senders)
    (log, metrics, stop) = (context.log, context.metrics, context.stop)
    client = try HTTPClient()
    task = TaskLog(.refreshTokens, context)
    seal = Locked(SecretSeal(context.settings))
    keeper = DutyKeeper(context.store, Self.duty, context.worker, log: context.log)
    let seal = seal
    context.reload.onChange { settings in seal.withLock { $0 = SecretSeal(settings) } }
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(saying: "cannot look after access tokens, trying again", log: log, stop: stop)
      .run(every: .seconds(1)) { try round() }
    client.close()
  }

  /// One token, with a sender that has it.
  private struct Account {
    let id: CredentialsID
    let token: Secret
    let proof: TokenProof
    let senders: [SenderID]
  }

  package func round() throws {
    let accounts = accounts
    guard !accounts.isEmpty, try store.takeDuty(Self.duty, worker) != nil else { return }
    try task.note { try look(after: accounts) }
  }

  private func look(after accounts: [Account]) throws {
    let stored = Dictionary(try store.credentials().map { ($0.owner, $0) }) { $1 }
    let doubted = Set(
      try store.laneStatus().filter { $0.stop?.code == Self.tokenCode }.map(\.sender))
    for account in accounts where !stop.isRequested {
      let kept =
        stored[account.id.description]
        ?? StoredCredentials(owner: account.id.description, facts: [])
      try keeper.whileHeld {
        try look(after: account, kept, isDoubted: !doubted.isDisjoint(with: account.senders))
      }
    }
  }

  /// "The access token has expired or was revoked."
  private static let tokenCode = "190"

  private var accounts: [Account] {
    Dictionary(grouping: senders.all, by: \.credentialsID).sorted { $0.key < $1.key }
      .compactMap { id, all in
        guard let sender = all.first, case .meta(let own) = sender.credentials,
          let proof = TokenProof(sender, ask: ask)
        else { return nil }
        return Account(
          id: id, token: own.accessToken, proof: proof, senders: all.map(\.sender.id))
      }
  }

  private func look(
    after account: Account, _ kept: StoredCredentials, isDoubted: Bool
  ) throws {
    let known = TokenFacts(json: kept.facts)
    let now = CalendarTime.now
    warn(account, known, now)
    switch TokenStep(known, at: now, isDoubted: isDoubted) {
    case .wait: return
    case .look: try look(at: account, kept, known, now)
    case .refresh: try refresh(account, kept, known, now)
    }
  }

  private func look(
    at account: Account, _ kept: StoredCredentials, _ known: TokenFacts, _ now: CalendarTime
  ) throws {
    var facts = known
    do {
      facts = try account.proof.inspect(account.token, at: now)
      facts.source = known.source
    } catch {
      // Asked again a day later: what sends tells sooner whether the token counts.
      (facts.checkedAt, facts.failure) = (now, "\(error)")
    }
    try keep(facts, kept, sealed: kept.sealed)
  }

  private func refresh(
    _ account: Account, _ kept: StoredCredentials, _ known: TokenFacts, _ now: CalendarTime
  ) throws {
    let seal = seal.withLock { $0 }
    var facts = known
    facts.checkedAt = now
    do {
      guard seal.hasKey else { throw Failed("secretsKey is not set, so that none can be kept") }
      let fresh = try account.proof.exchange(account.token)
      // Before the old one is given up.
      var found = try account.proof.prove(fresh, at: now)
      found.source = .refresh
      let secret = RuntimeSecret(token: fresh, previous: account.token)
      log.keepOut([fresh])
      try keep(found, kept, sealed: seal.seal(secret, for: account.id))
      log.info(
        "an access token was refreshed",
        [
          "senders": account.senders.map(\.text).joined(separator: ","),
          "until": found.expiresAt?.description ?? "",
        ])
    } catch let error as StoreError {
      throw error
    } catch {
      facts.failure = "\(error)"
      if facts.failingSince == nil {
        facts.failingSince = now
        log.warning(
          "an access token cannot be refreshed",
          [
            "senders": account.senders.map(\.text).joined(separator: ","),
            "reason": "\(error)",
          ])
      }
      try keep(facts, kept, sealed: kept.sealed)
    }
  }

  private func ask(_ request: ProviderRequest, _ base: WebAddress) throws -> ProviderAnswer {
    try client.ask(request, under: base, within: .seconds(10))
  }

  /// Where somebody else has changed it meanwhile, theirs counts.
  private func keep(_ facts: TokenFacts, _ kept: StoredCredentials, sealed: [UInt8]?) throws {
    var changed = kept
    (changed.facts, changed.sealed) = (facts.json, sealed)
    if try !store.save(changed) { log.info("a token was changed by somebody else meanwhile") }
  }

  private func warn(_ account: Account, _ facts: TokenFacts, _ now: CalendarTime) {
    let senders = account.senders.map(\.text).joined(separator: ",")
    let left = facts.expiresAt.map { ($0 - now).seconds } ?? .infinity
    for sender in account.senders {
      metrics.gauge(
        "postrider_token_life_seconds",
        "How long the sender's access token still counts; +Inf where it has no end or none is known.",
        ["sender": sender.text]
      ).set(facts.isValid == false ? 0 : left)
    }
    guard let day = facts.warningDay(at: now), warned[account.id] != day else { return }
    warned[account.id] = day
    log.warning(
      "an access token ends soon", ["senders": senders, "state": facts.sentence(at: now)])
  }

  private struct Failed: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
  }
}
