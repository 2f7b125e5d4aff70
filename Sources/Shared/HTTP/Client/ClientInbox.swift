internal import CSystem
internal import Glibc
internal import Platform

struct Submission: Sendable {
  let call: HTTPCall
  let completion: HTTPClient.Completion
}

/// What other threads hand to the client's thread. The event descriptor is written once for each change
/// from empty to not empty.
final class ClientInbox: Sendable {
  struct Content: Sendable {
    var submissions: [Submission] = []
    var cancelsAll = false
    var canceled: Set<UInt64> = []
    var isClosed = false

    fileprivate var isEmpty: Bool { submissions.isEmpty && !cancelsAll && canceled.isEmpty }
  }

  let descriptor: Int32
  private let content = Locked(Content())

  /// nil when the process has no descriptor left.
  init?() {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard descriptor >= 0 else { return nil }
  }

  deinit { Glibc.close(descriptor) }

  /// False once the client is closed.
  func add(_ submissions: [Submission]) -> Bool {
    content.withLock {
      guard !$0.isClosed else { return false }
      if $0.isEmpty { wake() }
      $0.submissions += submissions
      return true
    }
  }

  func cancel(_ tags: Set<UInt64>) {
    guard !tags.isEmpty else { return }
    content.withLock {
      if $0.isEmpty { wake() }
      $0.canceled.formUnion(tags)
    }
  }

  func cancelAll() {
    content.withLock {
      if $0.isEmpty { wake() }
      $0.cancelsAll = true
    }
  }

  func close() {
    content.withLock {
      wake()
      $0.isClosed = true
    }
  }

  func takeAll() -> Content {
    var count: UInt64 = 0
    _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    return content.withLock { content in
      defer { content = Content(isClosed: content.isClosed) }
      return content
    }
  }

  private func wake() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
  }
}
