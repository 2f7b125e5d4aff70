internal import CCurl
internal import CSystem
internal import Glibc
internal import Platform

/// The client's thread: libcurl's multi interface over one epoll descriptor.
final class ClientLoop: @unchecked Sendable {
  // Made by the client's maker, then touched only by the client's thread, which also lets go of it last.
  private let configuration: HTTPClient.Configuration
  private let inbox: ClientInbox
  private let multi: UnsafeMutableRawPointer
  private let epoll: Int32
  private var running: [Transfer] = []
  private var idle: [EasyHandle] = []
  /// When libcurl wants to be called, in microseconds since boot.
  private var wakeAt: Int64?
  /// The earliest deadline among the running calls, or an earlier one of a call that is done.
  private var nextDeadline = Int64.max
  private var isClosed = false

  /// nil when the process has no descriptor or no memory left.
  init?(_ configuration: HTTPClient.Configuration, inbox: ClientInbox) {
    guard curlIsReady, let made = curl_multi_init() else { return nil }
    self.configuration = configuration
    self.inbox = inbox
    multi = made
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0, postrider_epoll_add(epoll, inbox.descriptor, EPOLLIN.rawValue) == 0 else {
      return nil
    }
    set(CURLMOPT_MAX_HOST_CONNECTIONS, configuration.connectionsPerHost)
    set(CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.totalConnections)
    set(CURLMOPT_MAXCONNECTS, configuration.totalConnections)
    set(CURLMOPT_PIPELINING, 0)
  }

  deinit {
    idle = []
    curl_multi_cleanup(multi)
    if epoll >= 0 { close(epoll) }
  }

  /// Until the inbox is closed and everything is completed.
  func run() {
    blockBrokenPipeSignal()
    // The loop outlives its callbacks: they are called only from within this function.
    let context = Unmanaged.passUnretained(self).toOpaque()
    postrider_curl_multi_callbacks(multi, LoopCallbacks.socket, LoopCallbacks.timer, context)
    var events = [epoll_event](repeating: epoll_event(), count: 128)
    withExtendedLifetime(self) {
      while !isClosed {
        wait(for: &events)
        callAtTime()
        expireWaiting()
        takeInbox()
        collect()
      }
    }
    postrider_curl_multi_callbacks(multi, nil, nil, nil)
  }

  fileprivate func watch(_ descriptor: Int32, what: Int32, isKnown: Bool) {
    if what == CURL_POLL_REMOVE {
      postrider_epoll_remove(epoll, descriptor)
      return
    }
    var events: UInt32 = 0
    if what & CURL_POLL_IN != 0 { events |= EPOLLIN.rawValue }
    if what & CURL_POLL_OUT != 0 { events |= EPOLLOUT.rawValue }
    if isKnown {
      postrider_epoll_change(epoll, descriptor, events)
    } else {
      postrider_epoll_add(epoll, descriptor, events)
      curl_multi_assign(multi, descriptor, multi)
    }
  }

  fileprivate func wake(after milliseconds: Int) {
    wakeAt = milliseconds < 0 ? nil : bootMicroseconds() + Int64(milliseconds) * 1000
  }

  private func wait(for events: inout [epoll_event]) {
    let count = epoll_wait(epoll, &events, Int32(events.count), patience)
    for event in events.prefix(Int(max(0, count))) where event.data.fd != inbox.descriptor {
      act(on: event.data.fd, flags(of: event.events))
    }
  }

  private func flags(of events: UInt32) -> Int32 {
    var flags: Int32 = 0
    if events & EPOLLIN.rawValue != 0 { flags |= CURL_CSELECT_IN }
    if events & EPOLLOUT.rawValue != 0 { flags |= CURL_CSELECT_OUT }
    if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { flags |= CURL_CSELECT_ERR }
    return flags
  }

  /// Milliseconds for epoll: rounded up, so that it does not spin out the last of them.
  private var patience: Int32 {
    let next = min(wakeAt ?? .max, nextDeadline)
    guard next != .max else { return -1 }
    return Int32(clamping: max(0, next - bootMicroseconds() + 999) / 1000)
  }

  private func callAtTime() {
    guard let due = wakeAt, due <= bootMicroseconds() else { return }
    wakeAt = nil
    act(on: CURL_SOCKET_TIMEOUT, 0)
  }

  /// libcurl times a call only from when it has a connection for it.
  private func expireWaiting() {
    let now = bootMicroseconds()
    guard nextDeadline <= now else { return }
    let late = running.filter { $0.deadline <= now && !$0.hasStarted }
    for transfer in late { remove(transfer) }
    nextDeadline = running.lazy.map(\.deadline).filter { $0 > now }.min() ?? .max
    for transfer in late { transfer.complete(.notSent(.noConnectionFree)) }
  }

  private func act(on descriptor: Int32, _ flags: Int32) {
    var count: Int32 = 0
    curl_multi_socket_action(multi, descriptor, flags, &count)
  }

  private func takeInbox() {
    let content = inbox.takeAll()
    for submission in content.submissions { start(submission) }
    if content.cancelsAll || content.isClosed {
      cancel(running)
    } else if !content.canceled.isEmpty {
      cancel(running.filter { $0.call.tag.map(content.canceled.contains) ?? false })
    }
    isClosed = content.isClosed
  }

  private func start(_ submission: Submission) {
    guard let handle = idle.popLast() ?? EasyHandle(configuration) else {
      submission.completion(.notSent(.other(Int(CURLE_OUT_OF_MEMORY.rawValue))))
      return
    }
    let transfer = Transfer(
      submission, handle: handle, maximumAnswerSize: configuration.maximumAnswerSize)
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    guard handle.prepare(submission.call, context: context),
      curl_multi_add_handle(multi, handle.pointer) == CURLM_OK
    else {
      idle.append(handle)
      transfer.complete(.notSent(.invalidCall))
      return
    }
    nextDeadline = min(nextDeadline, transfer.deadline)
    transfer.place = running.count
    running.append(transfer)
  }

  /// Completions run here, outside libcurl's callbacks.
  private func collect() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE,
        let context = postrider_curl_get_context(message.pointee.easy_handle)
      else { continue }
      let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
      // The message is gone once its handle is removed.
      let code = postrider_curl_result(message)
      let outcome = transfer.outcome(of: code)
      remove(transfer)
      transfer.complete(outcome)
    }
  }

  private func cancel(_ cancelled: [Transfer]) {
    for transfer in cancelled { remove(transfer) }
    for transfer in cancelled { transfer.complete(transfer.cancelledOutcome()) }
  }

  private func remove(_ transfer: Transfer) {
    curl_multi_remove_handle(multi, transfer.handle.pointer)
    let last = running.removeLast()
    if last !== transfer {
      running[transfer.place] = last
      last.place = transfer.place
    }
    idle.append(transfer.handle)
  }

  private func set(_ option: CURLMoption, _ value: Int) {
    postrider_curl_multi_long(multi, option, value)
  }
}

/// libcurl's global state, made once and before any thread uses it.
private let curlIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

private enum LoopCallbacks {
  static let socket: curl_socket_callback = { _, descriptor, what, context, known in
    loop(context)?.watch(descriptor, what: what, isKnown: known != nil)
    return 0
  }

  static let timer: curl_multi_timer_callback = { _, milliseconds, context in
    loop(context)?.wake(after: milliseconds)
    return 0
  }

  private static func loop(_ context: UnsafeMutableRawPointer?) -> ClientLoop? {
    context.map { Unmanaged<ClientLoop>.fromOpaque($0).takeUnretainedValue() }
  }
}
