import HTTP
import Platform

/// Statuses of calls, as they come.
final class Outcomes: Sendable {
  private let statuses = Monitor<[Int]>([])

  func add(_ outcome: HTTPOutcome) {
    let status = if case .answered(let answer) = outcome { answer.status } else { 0 }
    statuses.change { $0.append(status) }
  }

  /// `push` is called until they are there.
  func wait(for count: Int, push: () -> Void) -> [Int] {
    for _ in 0..<100 {
      statuses.wait(for: .milliseconds(100)) { $0.count >= count }
      if statuses.peek({ $0.count }) >= count { break }
      push()
    }
    return statuses.peek { $0 }
  }
}
