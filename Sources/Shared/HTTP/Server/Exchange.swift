internal import Synchronization

/// One request and its answer, which may come from any thread.
final class Exchange: @unchecked Sendable {
  // `answer` is written once, by whoever set `isOver`, before the loop hears of it.
  enum Answer {
    case whole(HTTPAnswer)
    case stream(HTTPStream, status: Int, headers: [HTTPHeader])
    case cut
  }

  let loop: ServerLoop
  let connection: ServerConnection
  private(set) var answer: Answer?
  private let isOver = Atomic(false)

  init(_ loop: ServerLoop, _ connection: ServerConnection) {
    self.loop = loop
    self.connection = connection
  }

  /// The first answer wins; tells whether this one was it.
  @discardableResult
  func answer(_ answer: Answer) -> Bool {
    guard end() else { return false }
    self.answer = answer
    return loop.mailbox.post(.news(self))
  }

  /// From now on no answer is taken. False where one was taken before.
  @discardableResult
  func end() -> Bool {
    !isOver.exchange(true, ordering: .acquiringAndReleasing)
  }
}
