internal import Events
package import Running
package import Telemetry
package import Domain
package import EventLog
internal import JSON
internal import Providers
package import SendStore
internal import Settings
internal import Store
internal import Time

/// Takes what a provider tells of accounts, numbers and templates to the lanes, at once.
package final class AccountLoop {
  package static let group = ReadingGroup.account.rawValue

  private let store: SendStore
  private let inboxes: LiveInboxes
  private let log: Log
  private let applied: Counter
  private let other: Counter
  private let nobodys: Counter
  private let sightings: WebhookSightings

  package init(
    _ store: SendStore, _ inboxes: LiveInboxes = LiveInboxes(), log: Log, metrics: Metrics,
    sightings: WebhookSightings? = nil
  ) {
    self.store = store
    self.inboxes = inboxes
    self.sightings = sightings ?? WebhookSightings(store)
    self.log = log
    applied = metrics.counter(
      "postrider_account_events_heeded_total", "News of accounts that changed a lane.")
    other = metrics.counter(
      "postrider_account_events_other_total", "News of accounts that change no lane.")
    nobodys = metrics.counter(
      "postrider_account_events_unknown_total", "News of accounts that no sender is of.")
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run(
    _ eventLog: any EventLog, worker: WorkerID, health: HealthPart, metrics: Metrics,
    stop: StopSignal
  ) {
    RecordLoop(
      eventLog, store, worker: worker, group: Self.group, topic: .account,
      types: [AccountEvent.type], log: log,
      health: health, metrics: metrics, stop: stop, handler: handle
    ).run()
  }

  /// Answers with the reason for each place that can never be processed.
  package func handle(_ events: [LoggedEvent]) throws(HandlerFailure) -> [Int: String] {
    var refused: [Int: String] = [:]
    var seen: [AccountEvent] = []
    for (place, logged) in events.enumerated() {
      let event: AccountEvent
      do throws(EventUnreadable) { event = try AccountEvent(data: logged.data) } catch {
        refused[place] = error.description
        continue
      }
      do throws(StoreError) { try apply(event) } catch { throw HandlerFailure(error) }
      seen.append(event)
    }
    do throws(StoreError) { try sightings.note(seen) } catch { throw HandlerFailure(error) }
    return refused
  }

  /// What a number or its account is may be otherwise now: it is asked about soon.
  private func noteChange(
    _ event: AccountEvent, _ senders: [SenderID]
  ) throws(StoreError) {
    guard event.provider == .meta, Self.changing.contains(event.kind) else { return }
    try store.phonesChanged(senders)
  }

  private static let changing: Set<String> = [
    "account_update", "account_review_update", "account_alerts", "account_settings_update",
    "business_capability_update", "phone_number_quality_update", "phone_number_name_update",
    "security",
  ]

  private func apply(_ event: AccountEvent) throws(StoreError) {
    if case .account(let update) = event.news, update.isGiven { try connect(event.account) }
    let senders = store.senders(of: event.account, address: event.phoneNumberID)
    guard !senders.isEmpty else {
      nobodys.add()
      log.info(
        "news of an account that no sender is of",
        ["account": event.account.text, "kind": event.kind])
      return
    }
    // What comes late changes nothing that is newer.
    guard try mirror(event) else { return other.add() }
    try noteChange(event, senders)
    let done = try act(on: event, senders)
    (done ? applied : other).add()
  }

  /// A log-in that had come to its end before the account was shared goes on.
  private func connect(_ account: AccountID) throws(StoreError) {
    for var stored in try store.signups() {
      guard var signup = Signup(json: stored.facts), signup.end == .failed, signup.hasToken,
        !signup.isInspected, signup.hint.waba == nil || signup.hint.waba == account.text
      else { continue }
      (signup.end, signup.failure, signup.tries) = (nil, nil, 0)
      signup.hint.waba = account.text
      stored.facts = signup.json
      if try store.save(stored) {
        log.info("a signup goes on", ["signup": stored.id, "account": account.text])
      }
    }
  }

  /// Webhooks come before the daily list. False where something newer is known.
  private func mirror(_ event: AccountEvent) throws(StoreError) -> Bool {
    let told = event.providerAt.map { Timestamp(told: $0) } ?? event.receivedAt
    let account = event.account
    switch event.news {
    case .templateStatus(let status):
      let reasons = [status.reason, status.advice].compactMap(\.self)
      return try store.tell(
        .status(status.mirrored, rejection: reasons.joined(separator: ": ")),
        ofTemplate: status.name, status.language, in: account, at: told)
    case .templateQuality(let news):
      return try store.tell(
        .quality(news.quality), ofTemplate: news.name, news.language, in: account, at: told)
    case .templateCategory(let news):
      log.warning(
        news.isDone ? "a template has another category" : "a template will have another category",
        [
          "template": TemplateKey(name: news.name, language: news.language).description,
          "category": news.category,
        ])
      return try store.tell(
        news.isDone ? .category(news.category) : .announced(news.category),
        ofTemplate: news.name, news.language, in: account, at: told)
    case .templateComponents(let changed):
      // Not all of it stands in the webhook: the list is read anew.
      try store.templatesFailed(of: account, because: "\(changed.name) was changed")
      return true
    case .account, .quality, .capability, .preferences, .echoes, .error, .other: return true
    }
  }

  /// False where the news changes no lane.
  private func act(on event: AccountEvent, _ senders: [SenderID]) throws(StoreError) -> Bool {
    switch event.news {
    case .templateStatus(let status): try act(on: status, senders)
    case .account(let update): try act(on: update, senders)
    case .quality(let quality): try act(on: quality, senders)
    case .capability(let capability): try tell(capability.limit, to: senders)
    case .preferences(let preferences): try act(on: preferences, senders)
    case .echoes(let echoes): try act(on: echoes, senders)
    case .error(let code, let text): try act(onError: code, text, event, senders)
    case .templateComponents, .templateQuality, .templateCategory, .other: false
    }
  }

  private func act(
    on status: TemplateStatus, _ senders: [SenderID]
  ) throws(StoreError) -> Bool {
    let key = TemplateKey(name: status.name, language: status.language)
    if status.resumes {
      try store.release(template: key.text, of: senders)
    } else if status.pauses {
      let reason = "the template is \(status.event.lowercased())"
      let now = try store.now()
      let until = status.pauseLength.map { now + $0 } ?? .distantFuture
      try store.hold(template: key.text, of: senders, until: until, because: reason)
    } else {
      return false
    }
    log.warning(
      "news of a template",
      ["template": key.description, "event": status.event, "reason": status.reason ?? ""])
    return true
  }

  static let stopCode = LaneStop.byProvider

  private func act(
    on update: AccountUpdate, _ senders: [SenderID]
  ) throws(StoreError) -> Bool {
    let isHeld = try hold(update.restrictions, senders)
    let changed: [SenderID]
    if update.stopsLanes {
      changed = try store.stopLanes(
        of: senders, Failure(code: Self.stopCode, sentence: update.sentence))
    } else if update.resumesLanes {
      changed = try store.resumeLanes(of: senders, stoppedFor: Self.stopCode)
      if update.isReinstated {
        for held in [TemplateKey.all, .none] {
          try store.release(template: held.text, of: senders)
        }
      }
    } else {
      return isHeld
    }
    for sender in changed {
      log.error(
        update.stopsLanes ? "a sender's lane has stopped" : "a sender's lane goes on",
        ["sender": sender.text, "event": update.event])
    }
    return true
  }

  /// Meta's clock may be a little behind ours, and what comes too early stops the whole lane.
  private static let clockRoom = Duration.seconds(2)

  /// A restriction says until when it stands, and what it is about goes on by itself then; of replies that have no end
  /// everything else goes on all the same.
  private func hold(
    _ restrictions: [AccountUpdate.Restriction], _ senders: [SenderID]
  ) throws(StoreError) -> Bool {
    var isHeld = false
    for restriction in restrictions {
      guard let kind = restriction.kind, kind == .replies || restriction.until != nil else {
        continue
      }
      let what = kind == .templates ? TemplateKey.all : .none
      let until = restriction.until.map { Timestamp(told: $0) + Self.clockRoom } ?? .distantFuture
      let reason =
        kind == .templates
        ? "Meta lets the account send no templates" : "Meta lets the account send no replies"
      try store.hold(template: what.text, of: senders, until: until, because: reason)
      log.error(
        "Meta has restricted an account",
        [
          "restriction": restriction.type, "senders": senders.map(\.text).joined(separator: " "),
          "until": restriction.until == nil ? "lifted" : until.description,
        ])
      isHeld = true
    }
    return isHeld
  }

  private func act(
    on quality: NumberQuality, _ senders: [SenderID]
  ) throws(StoreError) -> Bool {
    let told = try tell(quality.limit, to: senders)
    guard quality.event == "THROUGHPUT_UPGRADE" else { return told }
    guard let sender = try sender(shownAs: quality.displayNumber, among: senders) else {
      log.warning(
        "a number's throughput was raised, and it is not known whose it is",
        ["number": quality.displayNumber ?? ""])
      return told
    }
    try store.tell(messagesASecond: Self.upgradedRate, of: [sender])
    return true
  }

  /// What Meta raises a number to.
  private static let upgradedRate = 1000

  private func sender(
    shownAs number: String?, among senders: [SenderID]
  ) throws(StoreError) -> SenderID? {
    if senders.count == 1 { return senders[0] }
    guard let digits = number?.filter(\.isNumber), !digits.isEmpty else { return nil }
    let shown = try store.shownNumbers()
    return senders.first { shown[$0] == digits }
  }

  private func tell(
    _ limit: RecipientLimit?, to senders: [SenderID]
  ) throws(StoreError) -> Bool {
    switch limit {
    case .people(let count): try store.tell(recipients: count, of: senders)
    case .unlimited: try store.tell(recipients: nil, of: senders)
    case nil: return false
    }
    return true
  }

  private func act(
    on preferences: [MarketingPreference], _ senders: [SenderID]
  ) throws(StoreError) -> Bool {
    for preference in preferences {
      for sender in senders {
        try store.optOut(
          preference.contact, of: sender,
          preference.isStopped ? .out(.marketing) : .wantsMarketing, from: "preferences")
      }
    }
    return !preferences.isEmpty
  }

  /// A person of ours has taken over in each of these conversations.
  private func act(
    on echoes: [InboundMessage], _ senders: [SenderID]
  ) throws(StoreError) -> Bool {
    // Of the number that it was written from; without that nobody could say whose it is.
    guard senders.count == 1, let sender = senders.first,
      let tenant = store.tenant(of: sender)
    else { return false }
    for echo in echoes {
      var report = InboundReport(
        account: echo.account, sender: sender, contact: echo.contact, providerID: echo.providerID,
        at: echo.at)
      var words = InboundWords(echo, content: JSONWriter.object { echo.write(to: &$0) })
      words.charge = inboxes.now.inbox(of: tenant).charge(
        of: FirstMessage("", from: echo.contact, to: sender))
      report.words = words
      _ = try store.echo(report)
    }
    return true
  }

  /// A trouble of no message: what it says of the lane counts.
  private func act(
    onError code: Int, _ text: String?, _ event: AccountEvent, _ senders: [SenderID]
  ) throws(StoreError) -> Bool {
    let verdict = ErrorTable.shared.verdict(event.provider, code: code, text: text, attempts: 1)
    log.warning(
      "the provider reports a trouble of the account",
      [
        "account": event.account.text, "code": verdict.failure.code,
        "reason": verdict.failure.sentence,
      ])
    switch verdict {
    case .stopLane(let failure): _ = try store.stopLanes(of: senders, failure)
    case .again(let wait, .lane, let failure):
      var random = SystemRandomNumberGenerator()
      let until = try store.now() + wait.span(failures: 1, using: &random)
      for sender in senders {
        try store.hold(sender, until: until, because: failure.sentence)
      }
    case .again, .final: return false
    }
    return true
  }
}

extension TemplateStatus {
  /// As Meta's list has it.
  fileprivate var mirrored: String {
    resumes ? "APPROVED" : event
  }

  /// Meta pauses for 3 hours, then for 6, then for good.
  fileprivate var pauseLength: Duration? {
    guard event == "PAUSED" else { return nil }
    switch title {
    case "FIRST_PAUSE": return .seconds(3 * 3600)
    case "SECOND_PAUSE": return .seconds(6 * 3600)
    default: return nil
    }
  }
}
