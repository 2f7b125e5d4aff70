internal import Platform

package struct HTTPClientError: Error, CustomStringConvertible {
  package var description: String {
    "the HTTP client did not start: no descriptor or no memory left"
  }
}

/// Sends requests over HTTP/1.1 on one thread of its own. Nothing is ever sent twice: where libcurl would
/// repeat a request by itself, the call ends as unknown.
package final class HTTPClient: Sendable {
  package typealias Completion = @Sendable (HTTPOutcome) -> Void

  private let inbox: ClientInbox
  private let thread: WorkerThread

  package init(_ configuration: Configuration = Configuration()) throws(HTTPClientError) {
    guard let inbox = ClientInbox(), let loop = ClientLoop(configuration, inbox: inbox) else {
      throw HTTPClientError()
    }
    self.inbox = inbox
    thread = WorkerThread("http-client") { loop.run() }
  }

  deinit { inbox.close() }

  /// `completion` is called once, on the client's thread, and must not block; after `close` it is called
  /// at once on the caller's.
  package func send(_ call: HTTPCall, completion: @escaping Completion) {
    send([(call, completion)])
  }

  /// Many calls with one wake-up of the client's thread.
  package func send(_ calls: [(call: HTTPCall, completion: Completion)]) {
    let submissions = calls.map { Submission(call: $0.call, completion: $0.completion) }
    guard !inbox.add(submissions) else { return }
    for submission in submissions { submission.completion(.notSent(.cancelled)) }
  }

  package func send(_ call: HTTPCall) async -> HTTPOutcome {
    await withCheckedContinuation { continuation in
      send(call) { continuation.resume(returning: $0) }
    }
  }

  /// Waits for what becomes of the call; for threads that may.
  package func ask(_ call: HTTPCall) -> HTTPOutcome {
    let answer = Answer<HTTPOutcome>()
    send(call) { outcome in answer.give(outcome) }
    return answer.wait(for: call.totalTimeout + .seconds(5)) ?? .notSent(.cancelled)
  }

  /// Completes those calls as cancelled, where they are still under way.
  package func cancel(_ tags: Set<UInt64>) { inbox.cancel(tags) }

  /// Completes everything that was handed over before: not sent where the gate has not passed.
  package func cancelAll() { inbox.cancelAll() }

  /// Cancels all, takes no more and returns when every completion was called. Never to be called from a
  /// completion.
  package func close() {
    inbox.close()
    thread.join()
  }
}
