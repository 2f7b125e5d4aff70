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

/// Goes on with signups that whoever began them has left: a process that ended, or a provider that did not answer. One
/// worker at a time does it.
package final class SignupCare {
  private let store: SendStore
  private let worker: WorkerID
  private let settings: Locked<Settings>
  private let client: HTTPClient
  private let keeper: DutyKeeper
  private let log: Log
  private let stop: StopSignal
  private let task: TaskLog

  package static let duty = "signups"

  package init(_ context: WorkerContext) throws(HTTPClientError) {
    (store, worker, log, stop) = (context.store, context.worker, context.log, context.stop)
    settings = Locked(context.settings)
    client = try HTTPClient()
    task = TaskLog(.connectAccounts, context)
    keeper = DutyKeeper(context.store, Self.duty, context.worker, log: context.log)
    let settings = settings
    context.reload.onChange { new in settings.withLock { $0 = new } }
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(saying: "cannot go on with signups, trying again", log: log, stop: stop)
      .run(every: .seconds(5)) { try round() }
    client.close()
  }

  /// Whoever works on one writes each of its steps down.
  static let patience = Duration.seconds(10)

  package func round() throws {
    let open = try open()
    guard !open.isEmpty, try store.takeDuty(Self.duty, worker) != nil else { return }
    try task.note { try goOn(with: open) }
  }

  private func goOn(with open: [String]) throws {
    let run = SignupRun(settings.withLock { $0 }, store, log: log) { [client] request, base in
      try client.ask(request, under: base, within: .seconds(10))
    }
    for id in open where !stop.isRequested {
      try keeper.whileHeld { _ = try run.advance(id) }
    }
  }

  private func open() throws -> [String] {
    let now = try store.now()
    return try store.signups().filter { stored in
      guard now - stored.changedAt >= Self.patience, let signup = Signup(json: stored.facts) else {
        return false
      }
      return signup.end == nil && (signup.hasCode || signup.hasToken)
    }.map(\.id)
  }
}
