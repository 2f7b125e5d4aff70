internal import Dispatch
internal import Glibc

/// SIGTERM and SIGINT ask the process to stop, once more makes it stop at once; SIGHUP asks it to read its
/// settings again.
package final class SignalWatch {
  private var sources: [any DispatchSourceSignal] = []

  package init(stop: StopSignal, reload: @escaping @Sendable () -> Void = {}) {
    for number in [SIGTERM, SIGINT] {
      watch(number) {
        if stop.isRequested { _exit(128 + number) }
        stop.request()
      }
    }
    watch(SIGHUP, reload)
    // A peer that is gone is told by the write itself.
    signal(SIGPIPE, SIG_IGN)
  }

  private func watch(_ number: Int32, _ action: @escaping @Sendable () -> Void) {
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler(handler: action)
    source.resume()
    sources.append(source)
  }
}
