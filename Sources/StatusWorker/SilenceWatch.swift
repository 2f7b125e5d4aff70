internal import Events
package import Running
internal import Settings
package import Telemetry
internal import Domain
package import HTTP
internal import Platform
internal import Providers
package import SendStore
package import Store
internal import Time

/// Looks after sends that were accepted and have heard nothing: Twilio is asked what became of them, for
/// Meta there is nobody to ask.
package final class SilenceWatch {
  private let store: SendStore
  private let senders: LiveSenders
  private let client: HTTPClient
  private let log: Log
  private let health: HealthPart
  private let metrics: Metrics
  private let stop: StopSignal
  private let task: TaskLog?
  private var known: Set<SenderID> = []

  package init(
    _ store: SendStore, _ senders: LiveSenders, _ client: HTTPClient, log: Log,
    health: HealthPart, metrics: Metrics, stop: StopSignal, task: TaskLog? = nil
  ) {
    self.store = store
    self.senders = senders
    self.client = client
    self.log = log
    self.health = health
    self.metrics = metrics
    self.stop = stop
    self.task = task
  }

  private static let pause = Duration.seconds(5)

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(
      saying: "cannot look after silent sends", log: log, health: health, stop: stop, task: task
    )
    .run(every: Self.pause) {
      while try step(), !stop.isRequested { health.ready() }
    }
    health.ended()
  }

  /// True where there may be more.
  package func step() throws(StoreError) -> Bool {
    // Those of each sender are there before there is one.
    let new = Set(senders.ids).subtracting(known)
    for sender in new { _ = counter(sender) }
    known.formUnion(new)
    let (silent, hasMore) = try store.fallSilent(limit: 100)
    for send in silent where send.looks == 0 { counter(send.sender).add() }
    let told = ask(silent)
    if !told.isEmpty { _ = try store.apply(told) }
    return hasMore
  }

  private func counter(_ sender: SenderID) -> Counter {
    metrics.counter(
      "postrider_sends_silent_total",
      "Sends that heard nothing for as long as their sender minds.", ["sender": sender.text])
  }

  /// Bounded by the client's connections and by the time that a call may take.
  private func ask(_ silent: [SilentSend]) -> [CallbackReport] {
    let questions = silent.compactMap { send in
      senders[send.sender].flatMap { SilentQuestion(send, $0) }
    }
    let answers = Monitor<[Int: HTTPOutcome]>([:])
    client.send(
      questions.enumerated().map { place, question in
        (
          call: question.call,
          completion: { outcome in answers.change { $0[place] = outcome } }
        )
      })
    answers.wait(for: Self.patience) { $0.count == questions.count }
    let given = answers.peek { $0 }
    var judge = CallbackJudge([:])
    let now = Timestamp(microseconds: wallMicroseconds())
    return questions.enumerated().compactMap { place, question in
      guard let outcome = given[place] else { return nil }
      do throws(SilentQuestion.Unanswered) {
        return judge.report(try question.callback(outcome, at: now))
      } catch {
        log.warning(
          "a silent send could not be asked for",
          ["send": question.send.description, "reason": error.description])
        return nil
      }
    }
  }

  private static let patience = Duration.seconds(60)
}

/// What Twilio is asked of one send.
private struct SilentQuestion {
  let send: SendID
  let call: HTTPCall
  private let attempt: AttemptID
  private let account: AccountID

  struct Unanswered: Error, CustomStringConvertible { let description: String }

  /// nil where there is nobody to ask, or no id to ask for.
  init?(_ silent: SilentSend, _ settings: SenderSettings) {
    guard case .twilio(let own) = settings.credentials, let answer = silent.answer,
      let id = TwilioAnswer.read(ProviderAnswer(status: 201, body: answer), attempt: 1).message?.sid
    else { return nil }
    send = silent.id
    attempt = AttemptID(silent.id, silent.attempt)
    account = settings.sender.account
    call = HTTPCall(TwilioRequest.fetch(id, account: own.account), under: settings.baseURL)
  }

  func callback(
    _ outcome: HTTPOutcome, at now: Timestamp
  ) throws(Unanswered) -> ProviderCallback {
    guard case .answered(let received) = outcome else {
      throw Unanswered(description: "no answer came")
    }
    let answer = ProviderAnswer(received)
    let found: TwilioMessage?
    do throws(LookupFailed) { found = try .fetched(answer) } catch {
      throw Unanswered(description: error.description)
    }
    guard let found else { throw Unanswered(description: "Twilio does not know it") }
    var callback = ProviderCallback(
      provider: .twilio, account: account, providerID: found.sid, status: found.status,
      meaning: .ofTwilio(found.status), receivedAt: now)
    callback.attempt = attempt
    callback.code = found.errorCode
    callback.text = found.errorText
    return callback
  }
}
