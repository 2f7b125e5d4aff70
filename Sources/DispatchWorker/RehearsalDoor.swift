package import Domain
package import HTTP
internal import Providers
package import SendStore
package import Settings
package import Time

/// How a sender's messages are written and their answers judged, for a rehearsal in which nothing leaves the machine.
package struct RehearsalDoor: Sendable {
  private let door: SenderDoor
  private let firstLook: Duration

  package init(_ settings: SenderSettings, of all: Settings) {
    door = SenderDoor(
      settings, publicURL: all.publicURL, storage: nil, patience: .seconds(30), routes: RouteBook())
    firstLook = all.doubts.first
  }

  /// The request, or the failure of a send that can never go.
  package func call(for send: ClaimedSend, at now: Timestamp) -> Result<HTTPCall, Failure> {
    do throws(Failure) { return .success(try door.prepare(send, at: now).call) } catch {
      return .failure(error)
    }
  }

  package func report(_ failure: Failure, of send: ClaimedSend) -> AttemptReport {
    AttemptReport(of: send, Verdict(refused: failure).result, from: door.sender)
  }

  /// Without an answer it is in doubt.
  package func report(
    _ answer: HTTPAnswer?, of send: ClaimedSend, template: String?, postedAt: Timestamp,
    at now: Timestamp
  ) -> AttemptReport {
    var hold: ProviderHold?
    let outcome: Outcome
    if let answer {
      let told = MetaAnswer.read(
        ProviderAnswer(status: answer.status, body: answer.body), attempt: send.attempt)
      (outcome, hold) = (told.outcome, told.hold)
    } else {
      outcome = ErrorTable.shared.noAnswer(door.provider, because: "no answer")
    }
    var generator = SystemRandomNumberGenerator()
    let verdict = Verdict(
      outcome, Verdict.Facts(attempt: send.attempt, template: template), at: now,
      firstLook: firstLook, using: &generator)
    return AttemptReport(
      of: send, verdict.result, postedAt: postedAt, hold: hold,
      consequences: verdict.consequences, from: door.sender, template: template)
  }
}
