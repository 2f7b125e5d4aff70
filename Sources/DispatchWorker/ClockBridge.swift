internal import Platform
internal import Time

/// From the machine's running time to the store's time, as they stood together at a claim: what has happened since is
/// told in the store's time without asking it.
struct ClockBridge: Hashable, Sendable {
  private let offset: Duration

  init(_ running: RunningTime, is time: Timestamp) {
    offset = .microseconds(time.microseconds - running.microseconds)
  }

  func inStore(_ running: RunningTime) -> Timestamp {
    Timestamp(microseconds: running.microseconds) + offset
  }

  func here(_ time: Timestamp) -> RunningTime {
    RunningTime(microseconds: time.microseconds) + (.zero - offset)
  }
}
