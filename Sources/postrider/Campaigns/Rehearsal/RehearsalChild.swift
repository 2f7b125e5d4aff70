internal import Campaigns
internal import Domain
internal import Platform
internal import Running
internal import SendStore
internal import Telemetry
internal import Time

/// A rehearsal that a listener starts: this program once more, as a process of its own, so that neither its memory nor
/// its time nor its fall touches what comes in.
struct RehearsalChild: Sendable {
  /// Where the settings of this process came from, so that the other reads the same.
  struct Origin: Sendable {
    /// As it was named on the command line.
    var file: String?
    /// Of the demo, which has no file: they go by the standard input, where nobody else reads them.
    var text = ""
  }

  let origin: Origin
  let log: Log

  static let limit = Duration.seconds(15 * 60)
  /// Of a report and its word.
  static let mostReport = 1 << 20

  /// As the API takes it.
  var rehearse: Rehearse {
    { id, faults, goesOn in run(id, faults, goesOn) }
  }

  private func run(
    _ id: CampaignID, _ faults: [RehearsalFault], _ goesOn: (RehearsalProgress?) -> Bool
  ) -> RehearsalResult {
    let child: ChildProcess
    do throws(ChildProcess.Failed) { child = try ChildProcess(program(id, faults)) } catch {
      log.warning(
        "a rehearsal could not be started",
        ["campaign": id.description, "reason": error.description])
      return .failed("no process could be started for it: try again later")
    }
    var told = RehearsalTold()
    let ending = child.run(line: { told.take($0) }, isWanted: { goesOn(told.progress) })
    let result = told.result(of: ending)
    if case .failed(let why) = result, ending.cause != .stopped {
      log.warning(
        "a rehearsal failed",
        [
          "campaign": id.description, "reason": why,
          "said": String(decoding: ending.errors, as: UTF8.self),
        ])
    }
    return result
  }

  private func program(_ id: CampaignID, _ faults: [RehearsalFault]) -> ChildProgram {
    var words = ["campaign", "rehearse", id.description, "--watched"]
    if let file = origin.file { words += ["--config", file] }
    for fault in faults { words += ["--fault", fault.text] }
    var program = ChildProgram(ChildProgram.itself, words, limit: Self.limit)
    program.input = Array(origin.text.utf8) + [0]
    program.longestLine = Self.mostReport
    return program
  }
}

/// What such a process has told so far.
struct RehearsalTold {
  private(set) var progress: RehearsalProgress?
  private var report: [UInt8]?
  private var refusal: String?

  /// What is no line of ours is passed over.
  mutating func take(_ line: [UInt8]) {
    switch RehearsalLine(line) {
    case .progress(let progress): self.progress = progress
    case .report(let json): report = json
    case .refused(let why): refusal = why
    case nil: break
    }
  }

  func result(of ending: ChildEnding) -> RehearsalResult {
    switch (ending.cause, ending.exit) {
    case (.stopped, _): .failed("it was stopped")
    case (.overTime, _):
      .failed("it took longer than \(Int(RehearsalChild.limit.seconds / 60)) minutes")
    case (.overOutput, _): .failed("its report is larger than can be kept")
    case (.itself, .signal):
      .failed("its process was killed, perhaps as the machine had no memory left")
    case (.itself, .code(let code)):
      if code == Exit.done.rawValue, let report {
        .done(report)
      } else {
        .failed(refusal ?? "something went wrong, which the log of the server tells")
      }
    }
  }
}
