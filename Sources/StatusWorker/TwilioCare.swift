internal import Domain
package import HTTP
internal import Platform
internal import Providers
package import Running
internal import SendStore
internal import Settings
internal import Telemetry
internal import Time

/// Asks Twilio every quarter of an hour how its senders stand: one that is offline stops its lane until it is online again.
/// One worker at a time does it.
package final class TwilioCare {
  private let store: SendStore
  private let worker: WorkerID
  private let senders: LiveSenders
  private let client: HTTPClient
  private let keeper: DutyKeeper
  private let log: Log
  private let stop: StopSignal
  private let seal: Locked<SecretSeal>
  private let task: TaskLog
  /// When each account is asked again.
  private var next: [AccountID: RunningTime] = [:]

  private var nextFinish = RunningTime.now

  package static let duty = "twilio-senders"
  private static let each = Duration.seconds(900)
  private static let pageLimit = 20

  package init(_ context: WorkerContext, _ senders: LiveSenders) throws(HTTPClientError) {
    (store, worker, self.senders) = (context.store, context.worker, senders)
    (log, stop) = (context.log, context.stop)
    client = try HTTPClient()
    task = TaskLog(.askAboutTwilioSenders, context)
    let seal = Locked(SecretSeal(context.settings))
    self.seal = seal
    context.reload.onChange { settings in seal.withLock { $0 = SecretSeal(settings) } }
    keeper = DutyKeeper(context.store, Self.duty, context.worker, log: context.log)
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(saying: "cannot ask how Twilio's senders stand, trying again", log: log, stop: stop)
      .run(every: .seconds(15)) { try round() }
    client.close()
  }

  package func round() throws {
    let accounts = accounts
    guard !accounts.isEmpty, try store.takeDuty(Self.duty, worker) != nil else { return }
    try task.note { try look(after: accounts) }
  }

  private func look(after accounts: [(AccountID, [SenderSettings])]) throws {
    try finishRotations()
    for (account, own) in accounts where !stop.isRequested && next[account]?.hasPassed ?? true {
      let isFirst = next[account] == nil
      next[account] = .now + Self.each
      let known = try SenderStanding.all(in: store)
      // Between two rounds another worker may have had the duty.
      let last = own.compactMap { known[SenderStanding.owner(of: $0.sender.id)]?.checkedAt }.max()
      let age = last.map { CalendarTime.now - $0 } ?? Self.each
      guard isFirst || age >= Self.each || age < .zero else {
        next[account] = .now + (Self.each - age)
        continue
      }
      try keeper.whileHeld { try look(after: own, known) }
    }
  }

  /// Those of one account have the same credentials. The sandbox is Twilio's own.
  private var accounts: [(AccountID, [SenderSettings])] {
    let own = senders.all.filter {
      [.twilioWhatsApp, .twilioSMS].contains($0.sender.channel)
    }
    return Dictionary(grouping: own, by: \.sender.account).sorted { $0.key.text < $1.key.text }
      .map { ($0.key, $0.value) }
  }

  // MARK: Auth tokens

  /// Whoever changed a token may have been killed between its steps.
  private func finishRotations() throws {
    let now = try store.now()
    let left = try store.credentials().filter {
      TokenFacts(json: $0.facts).rotation != nil && now - $0.changedAt >= Self.patience
    }
    guard !left.isEmpty, nextFinish.hasPassed else { return }
    nextFinish = .now + Self.patience
    let seal = seal.withLock { $0 }
    for row in left {
      let sender = senders.all.first { $0.credentialsID.description == row.owner }
      guard let sender else { continue }
      let rotation = TokenRotation(sender, store, seal, keepOut: { [log] in log.keepOut([$0]) }) {
        try self.ask($0, sender, under: sender.address(of: $1))
      }
      do {
        let step = try keeper.whileHeld { try rotation?.step() }
        if case .done = step {
          log.info(
            "the change of an auth token was finished", ["sender": sender.sender.id.text])
        }
      } catch let failed as TokenRotation.Failed {
        log.warning(
          "the change of an auth token cannot be finished",
          ["sender": sender.sender.id.text, "reason": failed.description])
      }
    }
  }

  /// Whoever began it is still at it.
  private static let patience = Duration.seconds(60)

  private func look(after senders: [SenderSettings], _ known: [String: SenderStanding]) throws {
    let byWhatsApp = senders.filter { $0.sender.channel == .twilioWhatsApp }
    if let first = byWhatsApp.first {
      let found = standings(first)
      for sender in byWhatsApp {
        let before = known[SenderStanding.owner(of: sender.sender.id)]
        try keep(found, of: sender, before ?? SenderStanding())
      }
    }
    for sender in senders where sender.sender.channel == .twilioSMS {
      let before = known[SenderStanding.owner(of: sender.sender.id)] ?? SenderStanding()
      try register(sender, before)
    }
  }

  // MARK: WhatsApp

  /// By address, or why not.
  private func standings(_ sender: SenderSettings) -> Result<[String: TwilioStanding], Failed> {
    guard case .twilio(let own) = sender.credentials else { return .success([:]) }
    var found: [TwilioStanding] = []
    do {
      var request: ProviderRequest? = TwilioPlatform.senders(account: own.account)
      for _ in 0..<Self.pageLimit {
        guard let asked = request else { break }
        let page = try TwilioStanding.list(try ask(asked, sender))
        found += page.items
        request = page.next.flatMap { TwilioPlatform.next($0, account: own.account) }
      }
    } catch { return .failure(Failed(description: "\(error)")) }
    return .success(Dictionary(found.map { ($0.address, $0) }) { $1 })
  }

  private func keep(
    _ found: Result<[String: TwilioStanding], Failed>, of sender: SenderSettings,
    _ before: SenderStanding
  ) throws {
    var standing = before
    standing.checkedAt = .now
    switch found {
    case .failure(let failed):
      standing.failure = failed.description
      if before.failure == nil {
        log.warning(
          "Twilio does not tell how a sender stands",
          ["sender": sender.sender.id.text, "reason": failed.description])
      }
    case .success(let all):
      standing.failure = nil
      if let told = all[sender.sender.address] {
        (standing.status, standing.quality) = (told.status, told.quality)
        (standing.messagingLimit, standing.reasons) = (told.messagingLimit, told.reasons)
        try act(on: told, sender.sender.id, before)
      }
    }
    try save(standing, of: sender.sender.id)
  }

  /// Only a stop that this has made is taken back: nothing else stops a lane of Twilio's for this code.
  private func act(on told: TwilioStanding, _ id: SenderID, _ before: SenderStanding) throws {
    if told.isOffline {
      let reasons =
        told.reasons.isEmpty ? "no reason is given" : told.reasons.joined(separator: "; ")
      let failure = Failure(
        code: LaneStop.byProvider, sentence: "Twilio has taken the sender offline: \(reasons)")
      for stopped in try store.stopLanes(of: [id], failure) {
        log.error("a sender's lane has stopped", ["sender": stopped.text, "reason": reasons])
      }
    } else if told.isOnline {
      for resumed in try store.resumeLanes(of: [id], stoppedFor: LaneStop.byProvider) {
        log.info("a sender's lane goes on: it is online again", ["sender": resumed.text])
      }
    }
    guard told.messagingLimit != before.messagingLimit else { return }
    switch told.limit {
    case .people(let count): try store.tell(recipients: count, of: [id])
    case .unlimited: try store.tell(recipients: nil, of: [id])
    case nil: break
    }
  }

  // MARK: Texts to the US

  private func register(_ sender: SenderSettings, _ before: SenderStanding) throws {
    var standing = before
    do {
      guard let found = try USRegistration.read(sender, { try ask($0, sender) }) else { return }
      standing.failure = nil
      standing.warnings = [found.warning(for: sender.sender)].compactMap(\.self)
    } catch { standing.failure = "\(error)" }
    standing.checkedAt = .now
    if standing.warnings != before.warnings {
      for warning in standing.warnings {
        log.warning(
          "texts to the US may be blocked",
          ["sender": sender.sender.id.text, "reason": warning])
      }
    }
    try save(standing, of: sender.sender.id)
  }

  // MARK: What both need

  private func save(_ standing: SenderStanding, of sender: SenderID) throws {
    let owner = SenderStanding.owner(of: sender)
    let kept = try store.credentials().first { $0.owner == owner }
    var row = kept ?? StoredCredentials(owner: owner, facts: [])
    row.facts = standing.json
    // Who comes second has asked just now as well.
    _ = try store.save(row)
  }

  private func ask(
    _ request: ProviderRequest, _ sender: SenderSettings, under other: WebAddress? = nil
  ) throws -> ProviderAnswer {
    try client.ask(
      request, under: other ?? sender.address(of: .messaging), within: .seconds(20))
  }

  private struct Failed: Error, CustomStringConvertible { let description: String }
}
