internal import Domain
internal import Forms
internal import HTTP
internal import JSON
internal import Platform
internal import Running
internal import Time

/// Follows the stream of a running system, and after each interruption goes on where it was, until somebody ends it.
final class EventFollower: Sendable {
  typealias Failed = APICaller.Failed

  private struct State: Sendable {
    var reader = ServerEventReader()
    /// The id of the last event that was written, or told of.
    var place: String?
    /// Whether the present connection has given anything.
    var isHeard = false
    var end: Exit?
  }

  private let path: String
  private let isMasked: Bool
  private let output: ResultFile
  private let stop: StopSignal
  private let state = Locked(State())

  private static let firstPause = Duration.milliseconds(250)
  private static let longestPause = Duration.seconds(10)

  /// `query`: the parameters of `/api/events`, as they are asked.
  init(
    _ query: [(name: String, value: String)], isMasked: Bool, to output: ResultFile,
    until stop: StopSignal
  ) {
    let parameters = query.map { "\($0.name)=\(APICaller.segment($0.value))" }
    path = "/api/events" + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&"))
    (self.isMasked, self.output, self.stop) = (isMasked, output, stop)
  }

  func run(_ caller: APICaller) throws(Failed) -> Exit {
    var pause = Self.firstPause
    var wasThere = false
    while !stop.isRequested {
      let outcome = listen(caller)
      if let end = state.withLock({ $0.end }) { return end }
      if stop.isRequested { break }
      if state.withLock({ $0.isHeard }) { (wasThere, pause) = (true, Self.firstPause) }
      try judge(outcome, caller, wasThere)
      stop.wait(for: pause)
      pause = min(pause * 2, Self.longestPause)
    }
    return .done
  }

  private func listen(_ caller: APICaller) -> HTTPOutcome {
    let place = state.withLock { state in
      (state.reader, state.isHeard) = (ServerEventReader(), false)
      return state.place
    }
    let headers = place.map { [HTTPHeader("Last-Event-ID", $0)] } ?? []
    return caller.follow(path, headers: headers, until: stop) { [self] part in take(part) }
  }

  /// Throws where it would be the same the next time.
  private func judge(
    _ outcome: HTTPOutcome, _ caller: APICaller, _ wasThere: Bool
  ) throws(Failed) {
    switch outcome {
    case .answered(let answer) where answer.status != 200:
      let said = Failed(
        APICaller.Answer(status: answer.status, json: JSONValue(whole: answer.body)))
      guard answer.status == 429 || answer.status >= 500 else { throw said }
      Terminal.error("postrider: \(said.description); it is asked again")
    case .answered, .unknown:
      Terminal.error("postrider: the stream was cut; it goes on where it was")
    case .notSent:
      guard wasThere else { throw caller.isAway }
      Terminal.error("postrider: \(caller.isAway.description) It is asked again")
    }
  }

  // MARK: On the client's thread

  private func take(_ part: [UInt8]) -> Bool {
    state.withLock { state in
      state.isHeard = true
      do throws(ServerEventReader.TooLong) {
        for event in try state.reader.take(part) {
          if state.place == nil { Terminal.error("Listening; this may be ended at any time.") }
          state.end = write(event)
          guard state.end == nil else { return false }
          state.place = event.id ?? state.place
        }
        return true
      } catch { return false }
    }
  }

  /// How it all ends, where it does. A place counts once what stands before it is written.
  private func write(_ event: ServerEvent) -> Exit? {
    var line: [UInt8] = []
    switch (event.name, event.data) {
    case (nil, let data?): line = self.line(data)
    case ("gap", let data?): tellGap(data)
    default: break
    }
    switch output.write(line, orUntil: { stop.isRequested }) {
    case .whole: return nil
    case .readerGone, .stopped: return .done
    case .failed(let reason):
      Terminal.error("postrider: what was heard cannot be written: \(reason)")
      return .failed
    }
  }

  private func line(_ data: [UInt8]) -> [UInt8] {
    guard isMasked else { return data + [0x0A] }
    return MaskedEvent.line(data).map { $0 + [0x0A] } ?? []
  }

  private func tellGap(_ data: [UInt8]) {
    let gap = JSONValue(whole: data)
    let count = (gap?["to"]?.integer ?? 0) - (gap?["from"]?.integer ?? 0)
    Terminal.error(
      "postrider: the log has \(count) records of \(gap?["topic"]?.string ?? "a topic") no more that were not heard yet"
    )
  }
}
