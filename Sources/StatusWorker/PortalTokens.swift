internal import Domain
internal import HTTP
internal import JSON
internal import Platform

/// Access tokens that were fetched in place of those that came with messages, which live an hour. Each process fetches
/// its own: the one before stays good.
final class PortalTokens {
  private struct Held {
    let token: Secret
    let until: RunningTime
  }

  private let inbox = Monitor<[(queue: Tenant, outcome: HTTPOutcome)]>([])
  private var held: [Tenant: Held] = [:]
  private var underWay: Set<Tenant> = []
  /// Refused by the portal's server: what comes from there is not asked for again at once.
  private var refusedUntil: [Tenant: RunningTime] = [:]

  /// Shorter than a token lives.
  private static let life = Duration.seconds(3000)
  private static let pause = Duration.seconds(600)

  /// nil where those that came with the messages are to be used.
  func token(of queue: Tenant) -> Secret? {
    held[queue].flatMap { $0.until.hasPassed ? nil : $0.token }
  }

  /// False where it is no use to wait for another one.
  func fetch(for queue: Tenant, by call: HTTPCall, _ client: HTTPClient) -> Bool {
    if let until = refusedUntil[queue], !until.hasPassed { return false }
    guard underWay.insert(queue).inserted else { return true }
    let completion: HTTPClient.Completion = { [inbox] outcome in
      inbox.change { $0.append((queue, outcome)) }
    }
    client.send([(call: call, completion: completion)])
    return true
  }

  func collect() {
    let answers = inbox.change { answers in
      defer { answers = [] }
      return answers
    }
    for (queue, outcome) in answers {
      underWay.remove(queue)
      guard case .answered(let answer) = outcome, answer.status < 500 else { continue }
      if answer.status == 200, let token = JSONValue(whole: answer.body)?["access_token"]?.string {
        held[queue] = Held(token: Secret(token), until: .now + Self.life)
      } else {
        refusedUntil[queue] = .now + Self.pause
      }
    }
  }
}
