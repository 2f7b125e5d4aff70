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
      let list = lists[account]
      let isOld = list.map { now - $0.listedAt >= Self.each || !$0.failure.isEmpty } ?? true
      guard isOld, next[account]?.hasPassed ?? true else { continue }
      next[account] = .now + Self.pause
      try keeper.whileHeld { try read(account, sender) }
    }
  }

  private static let each = Duration.seconds(86400)
  /// 200 questions an hour are allowed.
  private static let pause = Duration.seconds(600)

  private var accounts: [(AccountID, SenderSettings)] {
    Dictionary(grouping: senders.all, by: \.sender.account).compactMap { account, all in
      all.first { sender in
        if case .meta(let own) = sender.credentials { own.wabaId != nil } else { false }
      }.map { (account, $0) }
    }.sorted { $0.0.text < $1.0.text }
  }

  private func read(_ account: AccountID, _ sender: SenderSettings) throws {
    guard case .meta(let own) = sender.credentials else { return }
    var list: [MirroredTemplate] = []
    do {
      var after: String?
      for _ in 0..<Self.pageLimit {
        let page = try MetaTemplates(
          try ask(MetaTemplates.request(of: account.text, by: own.sender, after: after), sender))
        list += page.found.map {
          MirroredTemplate(
            account: account, name: $0.name, language: $0.language, status: $0.status,
            category: $0.category, quality: $0.quality, components: $0.components)
        }
        after = page.after
        if after == nil { break }
      }
    } catch {
      log.warning(
        "templates cannot be read", ["account": account.text, "reason": "\(error)"])
      return try store.templatesFailed(of: account, because: "\(error)")
    }
    // A list may name one twice while it changes.
    let distinct = Dictionary(list.map { ([$0.name, $0.language], $0) }) { $1 }
    try store.save(Array(distinct.values), of: account)
  }

  private func ask(_ request: ProviderRequest, _ sender: SenderSettings) throws -> ProviderAnswer {
    var call = HTTPCall(request, under: sender.baseURL)
    call.totalTimeout = .seconds(20)
    guard case .answered(let answer) = client.ask(call) else {
      throw NoAnswer(description: "there was no answer from \(sender.baseURL.authority)")
    }
    return ProviderAnswer(answer)
  }

  private struct NoAnswer: Error, CustomStringConvertible { let description: String }
}
