internal import Synchronization

/// One request and its answer, which may come from any thread.
final class Exchange: @unchecked Sendable {
  enum Answer {
    case whole(HTTPAnswer)
    case stream(HTTPStream, status: Int, headers: [HTTPHeader])
    case cut
  }

  // Not the loop: a responder that somebody keeps must not keep the server.
  let mailbox: LoopMailbox
  let streamBuffer: Int
  let connection: ServerConnection
  // Written once, by whoever set `isOver`, before the loop hears of it.
  private(set) var answer: Answer?
  private let isOver = Atomic(false)

  init(_ loop: ServerLoop, _ connection: ServerConnection) {
    mailbox = loop.mailbox
    streamBuffer = loop.core.configuration.streamBuffer
    self.connection = connection
  }

  /// The first answer wins; tells whether this one was it.
  @discardableResult
  func answer(_ answer: Answer) -> Bool {
    guard end() else { return false }
    self.answer = answer
    return mailbox.post(.news(self))
  }

  /// From now on no answer is taken. False where one was taken before.
  @discardableResult
  func end() -> Bool {
    !isOver.exchange(true, ordering: .acquiringAndReleasing)
  }
}
