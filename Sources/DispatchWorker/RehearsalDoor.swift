internal import Domain
package import HTTP
package import Providers
package import SendStore
package import Settings
package import Time

/// How a sender's messages are written and their answers judged, for a rehearsal in which nothing leaves the machine.
package struct RehearsalDoor: Sendable {
  private let door: SenderDoor
  private let firstLook: Duration

  package init(_ settings: SenderSettings, of all: Settings) throws(ServiceAccount.Fault) {
    let storage = try all.gcs.map { account throws(ServiceAccount.Fault) in
      try ServiceAccount(json: account)
    }
    // Twilio tells what becomes of a message only where an address is given.
    door = SenderDoor(
      settings, publicURL: all.publicURL ?? WebAddress("http://rehearsal"), storage: storage,
      patience: all.answerTimeout, routes: RouteBook())
    firstLook = all.doubts.first
  }

  /// What a circuit breaker is about.
  package var host: String { door.host }

  /// A message on its way.
  package struct Post: Sendable {
    fileprivate let prepared: PreparedSend
    package let at: Timestamp

    package var call: HTTPCall { prepared.call }
    package var template: String? { prepared.template }
  }

  package enum Answer: Sendable {
    case answered(HTTPAnswer)
    case notReached

    /// Whether the host itself did not do what it should.
    package var isHostFailure: Bool {
      switch self {
      case .answered(let answer): answer.status >= 500
      case .notReached: true
      }
    }
  }

  /// What is recorded of an attempt, and what its lane learns from it.
  package struct Judged: Sendable {
    package let report: AttemptReport
    package let showsThatLaneWorks: Bool

    package var stopsLane: Bool { report.consequences.contains(where: \.stopsLane) }
  }

  /// The message, or what is to be recorded of a send that can never go.
  package func prepare(_ send: ClaimedSend, at now: Timestamp) -> Result<Post, Refused> {
    do throws(Failure) {
      return .success(Post(prepared: try door.prepare(send, at: now), at: now))
    } catch {
      let verdict = Verdict(refused: error)
      return .failure(
        Refused(report: AttemptReport(of: send, verdict.result, from: door.sender)))
    }
  }

  package struct Refused: Error { package let report: AttemptReport }

  package func judge(_ answer: Answer, to post: Post, at now: Timestamp) -> Judged {
    let prepared = post.prepared
    guard case .answered(let answer) = answer else {
      let verdict = Verdict(notSent: .connectFailed, at: now)
      return judged(AttemptReport(of: prepared.send, verdict.result, from: door.sender), verdict)
    }
    let reading = door.read(
      ProviderAnswer(
        status: answer.status, headers: answer.headers.map { ProviderHeader($0.name, $0.value) },
        body: answer.body),
      attempt: prepared.send.attempt, prepared.template, by: prepared.route)
    var generator = SystemRandomNumberGenerator()
    let verdict = Verdict(
      reading.outcome,
      Verdict.Facts(
        attempt: prepared.send.attempt, template: prepared.template,
        hasFallback: prepared.hasFallback),
      at: now, firstLook: firstLook, using: &generator)
    return judged(
      AttemptReport(
        of: prepared.send, verdict.result, postedAt: post.at, hold: reading.hold,
        consequences: verdict.consequences, from: door.sender, template: prepared.template),
      verdict)
  }

  private func judged(_ report: AttemptReport, _ verdict: Verdict) -> Judged {
    Judged(report: report, showsThatLaneWorks: verdict.showsThatLaneWorks)
  }
}
