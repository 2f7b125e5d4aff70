internal import Running
internal import Settings
internal import Telemetry
internal import Domain
internal import HTTP
internal import Platform
internal import Providers
internal import SendStore
internal import Store
internal import Time

/// Looks into sends that may have gone out: asks Twilio, waits for Meta's callbacks, and in the end leaves
/// to a person what nobody can know.
final class DoubtLoop {
  /// Up to when it is certain that every callback has been applied.
  typealias Marks = () throws(StoreError) -> Timestamp?

  private let store: SendStore
  private let doors: DoorBook
  private let inquiry: Inquiry
  private let looks: DoubtLooks
  private let marks: Marks
  /// How long a doubt that waits for callbacks is left before it is looked at again.
  private let rest: Duration
  private let log: Log
  private let settled: (String) -> Counter
  /// How far the clock of each host is ahead of the store's.
  private var clocks: [WebAddress: Duration] = [:]

  init(
    _ context: WorkerContext, doors: DoorBook, inquiry: Inquiry, rest: Duration,
    marks: @escaping Marks
  ) {
    self.rest = rest
    store = context.store
    log = context.log
    looks = context.settings.doubts
    self.doors = doors
    self.inquiry = inquiry
    self.marks = marks
    let metrics = context.metrics
    settled = { result in
      metrics.counter(
        "postrider_doubts_settled_total", "Doubts that were decided, by how.", ["result": result])
    }
    for word in ["found", "not-sent", "resent", "left-to-a-person"] { _ = settled(word) }
  }

  private static let batch = 50

  func round(_ senders: [SenderID]) throws(StoreError) {
    for sender in senders {
      guard let door = doors[sender] else { continue }
      for doubt in try store.doubtsDue(of: sender, limit: Self.batch) {
        switch door.settings.credentials {
        case .twilio(let own): try look(into: doubt, door, own)
        case .meta: try waitOut(doubt, door)
        }
      }
    }
  }

  // MARK: Twilio

  private func look(
    into doubt: Doubt, _ door: SenderDoor, _ credentials: TwilioCredentials
  ) throws(StoreError) {
    let found: TwilioLook.Finding
    do throws(LookFailed) {
      found = try list(doubt, door, credentials)
    } catch {
      if let broken = error.store { throw broken }
      log.warning(
        "a look into a doubt failed, and is repeated",
        ["send": doubt.id.description, "sender": door.sender.text, "reason": error.reason])
      return try store.lookAgain(doubt, at: try store.now() + Self.repetition, isRepeated: true)
    }
    let isLast = looks.look(after: doubt.looks + 1) == nil
    switch found {
    case .wentOut(let id): try settle(doubt, .accepted(id), as: "found")
    case .notThere where isLast:
      let reason = "Twilio's list does not have it"
      try settle(doubt, .notSent(due: try store.now(), because: reason), as: "not-sent")
    case .unclear where isLast:
      try leaveToPerson(doubt, door, "Twilio's list does not tell whether it has it")
    case .notThere, .unclear:
      let wait = looks.look(after: doubt.looks + 1) ?? looks.grace
      try store.lookAgain(doubt, at: doubt.since + wait)
    }
  }

  private static let repetition = Duration.seconds(15)

  /// A question that got no answer, or a store that could not be asked.
  private struct LookFailed: Error {
    let reason: String
    var store: StoreError?
  }

  private func list(
    _ doubt: Doubt, _ door: SenderDoor, _ credentials: TwilioCredentials
  ) throws(LookFailed) -> TwilioLook.Finding {
    let sender = credentials.sender(of: door.settings)
    let person = sender.spelled(doubt.recipient)
    let (messages, attemptAt) = try pages(
      TwilioRequest.list(
        to: person, from: sender.from.map(sender.spelled), account: credentials.account),
      credentials, door, attemptAt: doubt.claimedAt ?? doubt.since)
    let look = TwilioLook(
      person: person, sender: sender, body: body(of: doubt.content, door), attemptAt: attemptAt)
    let possible = messages.filter(look.mayBe)
    do throws(StoreError) {
      let bound = try store.known(possible.map(\.sid))
      let rivals = try store.rivals(of: doubt, on: door.sender)
      return look.finding(
        possible.filter { !bound.contains($0.sid) }, rivals: rivals.map { body(of: $0, door) })
    } catch { throw LookFailed(reason: error.description, store: error) }
  }

  /// Newest first, as far back as the attempt may be; and when that was on Twilio's clock.
  private func pages(
    _ first: ProviderRequest, _ credentials: TwilioCredentials, _ door: SenderDoor,
    attemptAt: Timestamp
  ) throws(LookFailed) -> (messages: [TwilioMessage], attemptAt: CalendarTime?) {
    var messages: [TwilioMessage] = []
    var request: ProviderRequest? = first
    while let asked = request {
      let outcome = inquiry.ask(HTTPCall(asked, under: door.settings.baseURL))
      guard case .answered(let received) = outcome else {
        throw LookFailed(reason: "no answer: \(outcome)")
      }
      let answer = ProviderAnswer(received)
      try learnClock(of: answer, door)
      guard let ahead = clocks[door.settings.baseURL] else { return ([], nil) }
      do {
        let page = try TwilioPage.read(answer)
        messages += page.messages
        let oldest = attemptAt.shown(byClockAhead: ahead) - TwilioLook.wide.before
        let goesOn = page.messages.last?.created.map { $0 >= oldest } ?? true
        request =
          goesOn
          ? try page.next.map { path throws(Inexpressible) in
            try TwilioRequest.next(path, account: credentials.account)
          } : nil
      } catch { throw LookFailed(reason: "\(error)") }
    }
    return (messages, clocks[door.settings.baseURL].map { attemptAt.shown(byClockAhead: $0) })
  }

  /// Twilio stamps its messages by its own clock, and its answers by the same.
  private func learnClock(of answer: ProviderAnswer, _ door: SenderDoor) throws(LookFailed) {
    guard let date = answer.header("Date").flatMap({ CalendarTime(rfc2822: $0) }) else { return }
    do throws(StoreError) {
      clocks[door.settings.baseURL] = try store.now().lag(behind: date)
    } catch {
      throw LookFailed(reason: error.description, store: error)
    }
  }

  private func body(of content: SendContent, _ door: SenderDoor) -> String? {
    do throws(Failure) { return TwilioLook.body(of: try door.read(content).message) } catch {
      return nil
    }
  }

  // MARK: Meta

  private func waitOut(_ doubt: Doubt, _ door: SenderDoor) throws(StoreError) {
    let end = doubt.since + looks.grace
    guard let marked = try marks(), marked >= end else {
      return try store.lookAgain(doubt, at: max(end, try store.now() + rest))
    }
    switch door.settings.sender.inDoubt {
    case .hold: try leaveToPerson(doubt, door, "no callback came within the grace time")
    case .resend:
      let reason = "no callback came within the grace time, and inDoubt is resend"
      try settle(doubt, .notSent(due: try store.now(), because: reason), as: "resent")
    }
  }

  // MARK: Ends

  private func settle(_ doubt: Doubt, _ result: AttemptResult, as word: String) throws(StoreError) {
    _ = try store.record([AttemptReport(send: doubt.send, attempt: doubt.attempt, result: result)])
    settled(word).add()
  }

  private func leaveToPerson(
    _ doubt: Doubt, _ door: SenderDoor, _ reason: String
  ) throws(StoreError) {
    try store.lookAgain(doubt, at: .distantFuture)
    settled("left-to-a-person").add()
    log.error(
      "it is not known whether a send went out: decide with `postrider doubt`",
      ["send": doubt.id.description, "sender": door.sender.text, "reason": reason])
  }
}
