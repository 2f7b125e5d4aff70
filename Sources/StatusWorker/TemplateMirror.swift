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

/// Reads each account's list of templates at a start and daily: webhooks tell of changes sooner, and may be lost. One
/// worker at a time does it.
package final class TemplateMirror {
  private let store: SendStore
  private let worker: WorkerID
  private let senders: LiveSenders
  private let client: HTTPClient
  private let keeper: DutyKeeper
  private let log: Log
  private let stop: StopSignal
  private let task: TaskLog
  /// When each account may be asked again.
  private var next: [AccountID: RunningTime] = [:]

  package static let duty = "templates"
  private static let pageLimit = 100

  package init(_ context: WorkerContext, _ senders: LiveSenders) throws(HTTPClientError) {
    (store, worker, self.senders) = (context.store, context.worker, senders)
    (log, stop) = (context.log, context.stop)
    task = TaskLog(.mirrorTemplates, context)
    var configuration = HTTPClient.Configuration()
    configuration.maximumAnswerSize = 16 << 20
    client = try HTTPClient(configuration)
    keeper = DutyKeeper(context.store, Self.duty, context.worker, log: context.log)
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(saying: "cannot read templates, trying again", log: log, stop: stop)
      .run(every: .seconds(5)) { try round() }
    client.close()
  }

  package func round() throws {
    let accounts = accounts
    guard !accounts.isEmpty, try store.takeDuty(Self.duty, worker) != nil else { return }
    try task.note { try read(accounts) }
  }

  private func read(_ accounts: [(AccountID, SenderSettings)]) throws {
    let lists = Dictionary(try store.templateLists().map { ($0.account, $0) }) { $1 }
    let now = try store.now()
    for (account, sender) in accounts where !stop.isRequested {
      let isOld = lists[account].map { $0.isDue(at: now) } ?? true
      guard isOld, next[account]?.hasPassed ?? true else { continue }
      next[account] = .now + Self.pause
      try keeper.whileHeld { try read(account, sender) }
    }
  }

  /// 200 questions an hour are allowed.
  private static let pause = Duration.seconds(600)

  private var accounts: [(AccountID, SenderSettings)] {
    Dictionary(grouping: senders.all, by: \.sender.account).compactMap { account, all in
      all.first { $0.hasTemplates }.map { (account, $0) }
    }.sorted { $0.0.text < $1.0.text }
  }

  private func read(_ account: AccountID, _ sender: SenderSettings) throws {
    let since = try store.now()
    let list: [MirroredTemplate]
    do {
      switch sender.credentials {
      case .meta(let own): list = try templates(account, own, sender)
      case .twilio(let own): list = try contents(account, own, sender)
      }
    } catch {
      log.warning(
        "templates cannot be read", ["account": account.text, "reason": "\(error)"])
      return try store.templatesFailed(of: account, because: "\(error)")
    }
    let before = try store.templates().filter { $0.account == account }
    try store.save(list, of: account, since: since)
    try follow(list, before, account)
  }

  private func templates(
    _ account: AccountID, _ own: MetaCredentials, _ sender: SenderSettings
  ) throws -> [MirroredTemplate] {
    var list: [MirroredTemplate] = []
    var after: String?
    for _ in 0..<Self.pageLimit {
      let page = try MetaTemplates(
        try ask(MetaTemplates.request(of: account.text, by: own.sender, after: after), sender))
      list += page.found.map { MirroredTemplate($0, of: account) }
      after = page.after
      if after == nil { break }
    }
    // A list may name one twice while it changes.
    return Array(Dictionary(list.map { ([$0.name, $0.language], $0) }) { $1 }.values)
  }

  private func contents(
    _ account: AccountID, _ own: TwilioCredentials, _ sender: SenderSettings
  ) throws -> [MirroredTemplate] {
    var found: [TwilioStoredContent] = []
    var request: ProviderRequest? = TwilioPlatform.contents(account: own.account)
    for _ in 0..<Self.pageLimit {
      guard let asked = request else { break }
      let page = try TwilioStoredContent.list(
        try ask(asked, sender, under: sender.address(of: .content)))
      found += page.items
      request = page.next.flatMap { TwilioPlatform.next($0, account: own.account) }
    }
    return MirroredTemplate.all(found, of: account)
  }

  /// What was held while it could not be sent goes on where a webhook that told so was lost; what somebody has changed at
  /// the provider's is in review, and waits.
  private func follow(
    _ list: [MirroredTemplate], _ before: [MirroredTemplate], _ account: AccountID
  ) throws {
    let former = Dictionary(before.map { ($0.key.text, $0.status) }) { $1 }
    let ids = store.senders(of: account)
    for template in list {
      let key = template.key
      switch (former[key.text] ?? "", template.status) {
      case ("", _), ("APPROVED", "APPROVED"): continue
      case (_, "APPROVED"):
        try store.release(template: key.text, of: ids)
        log.info("a template can be sent again", ["template": key.description])
      case ("APPROVED", "PENDING"):
        try store.hold(
          template: key.text, of: ids, until: .distantFuture - .seconds(1),
          because: "the template is in review")
        log.warning("a template is in review", ["template": key.description])
      default: continue
      }
    }
  }

  private func ask(
    _ request: ProviderRequest, _ sender: SenderSettings, under base: WebAddress? = nil
  ) throws -> ProviderAnswer {
    try client.ask(request, under: base ?? sender.baseURL, within: .seconds(20))
  }
}

extension TemplateList {
  fileprivate func isDue(at now: Timestamp) -> Bool {
    !failure.isEmpty || isWanted || now - listedAt >= Self.each
  }

  private static let each = Duration.seconds(86400)
}

extension SenderSettings {
  /// Whose account has templates that we know how to ask for.
  fileprivate var hasTemplates: Bool {
    switch credentials {
    case .meta(let own): own.wabaId != nil
    case .twilio: sender.channel == .twilioWhatsApp
    }
  }
}

extension MirroredTemplate {
  fileprivate init(_ found: MetaTemplates.Found, of account: AccountID) {
    self.init(
      account: account, name: found.name, language: found.language, status: found.status,
      category: found.category, quality: found.quality, components: found.components)
    (id, format) = (found.id, found.format)
    (rejection, announced) = (found.rejection, found.announced)
  }

  private init(_ found: TwilioStoredContent, name: String, of account: AccountID) {
    self.init(
      account: account, name: name, language: found.language, status: found.status,
      category: found.category, quality: "", components: found.components)
    (id, rejection) = (found.sid, found.rejection)
  }

  /// Names of contents are not unique: the one that is approved has it, else the newest; others go by their ids.
  fileprivate static func all(
    _ found: [TwilioStoredContent], of account: AccountID
  ) -> [MirroredTemplate] {
    Dictionary(grouping: found) { [$0.name, $0.language] }.values.flatMap { same in
      let ordered = same.sorted {
        ($0.status == "APPROVED" ? 1 : 0, $0.createdAt, $0.sid)
          > ($1.status == "APPROVED" ? 1 : 0, $1.createdAt, $1.sid)
      }
      return ordered.enumerated().map { place, one in
        MirroredTemplate(one, name: place == 0 ? one.name : one.sid, of: account)
      }
    }
  }
}
