internal import Synchronization

/// How much memory the requests that a loop is reading hold, by who sends them. Each loop has its share of the
/// server's bounds and keeps to it by itself, so no loop waits for another to make room.
///
/// Counted is what was allocated, not what was used: an array that grows holds up to twice its bytes.
final class BodyRoom: Sendable {
  let limits: (strangers: Int, known: Int)
  private let strangers = Atomic(0)
  private let known = Atomic(0)

  init(_ configuration: HTTPServer.Configuration) {
    let loops = max(1, configuration.threads)
    limits = (configuration.strangersRoom / loops, configuration.knownRoom / loops)
  }

  func held(by caller: BodyPlan.Caller) -> Int {
    switch caller {
    case .stranger: strangers.load(ordering: .relaxed)
    case .known: known.load(ordering: .relaxed)
    }
  }

  func limit(of caller: BodyPlan.Caller) -> Int {
    switch caller {
    case .stranger: limits.strangers
    case .known: limits.known
    }
  }

  func add(_ count: Int, to caller: BodyPlan.Caller) {
    switch caller {
    case .stranger: strangers.add(count, ordering: .relaxed)
    case .known: known.add(count, ordering: .relaxed)
    }
  }
}
