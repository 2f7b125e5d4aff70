internal import Domain
internal import Platform
internal import Time

/// Looks on until a campaign has ended, or a person has to see to it. The campaign does not know of it.
struct CampaignWatch {
  typealias Failed = APICaller.Failed

  let caller: CampaignCaller
  /// Of its rows, in hundredths; nil where failures are no matter.
  let mostFailures: Double?

  private var display = ProgressDisplay()
  private var rate = RecentRate()
  private var seen: CampaignLook?
  private var changed = RunningTime.now

  private static let pause = Duration.milliseconds(500)
  private static let causes = 5

  init(_ caller: CampaignCaller, mostFailures: Double?) {
    (self.caller, self.mostFailures) = (caller, mostFailures)
  }

  func run(_ id: CampaignID) throws(Failed) -> Exit {
    Terminal.error(
      "Looking on; this may be ended at any time, and the campaign goes on. `postrider campaign watch \(id)` looks on again."
    )
    var watch = self
    while true {
      let look = try watch.caller.campaign(id)
      watch.show(look)
      if look.state.hasEnded { return watch.ended(look) }
      if let sentence = watch.personNeeded(look) {
        Terminal.error("postrider: \(sentence)")
        return .waits
      }
      Platform.pause(for: Self.pause)
    }
  }

  // MARK: What is shown

  private mutating func show(_ look: CampaignLook) {
    rate.note(look.begun)
    let isNews = seen.map { $0.state != look.state || $0.reason != look.reason } ?? true
    if isNews || seen?.counts.map(\.count) != look.counts.map(\.count) || seen?.rows != look.rows {
      changed = RunningTime.now
    }
    seen = look
    let speed = look.state == .running ? ", \(ProgressDisplay.tenths(rate.perSecond))/s" : ""
    let progress = "\(look.begun) of \(look.rows) rows\(speed)"
    let counts = look.counts.map { "\($0.state.name) \($0.count)" }.joined(separator: ", ")
    let why = Self.why(look)
    var lines = [
      "\(look.name): \(look.state.name)",
      "\(ProgressDisplay.bar(look.begun, of: look.rows)) \(progress)", counts,
    ]
    if look.duplicates > 0 { lines.append("\(look.duplicates) rows were of a person twice") }
    lines += look.causes.prefix(Self.causes).map { "  \($0)" }
    if let why { lines.append(why) }
    let parts = ["\(look.state.name): \(progress)", counts, why].compactMap(\.self)
    display.show(lines, line: parts.filter { !$0.isEmpty }.joined(separator: "; "), isNews: isNews)
  }

  /// Why it does not go on.
  private static func why(_ look: CampaignLook) -> String? {
    if let reason = look.reason {
      return "waits: \(reason.text)\(reason.until.map { " (until \($0))" } ?? "")"
    }
    switch look.state {
    case .planned where look.wantsStart:
      return "waits: it starts at \(look.startsAt ?? "once it is loaded")"
    case .planned: return "waits: nobody has started it yet"
    case .loading where look.upload?.isComplete == false:
      return "waits: its recipients are not all uploaded"
    case .loading: return "its recipients are taken in"
    case .finishing: return "all are on their way; the last word on some is still out"
    default: return nil
    }
  }

  // MARK: How it ends

  private func ended(_ look: CampaignLook) -> Exit {
    let share = look.rows > 0 ? Double(look.failures) / Double(look.rows) * 100 : 0
    Terminal.show(
      "\(look.state.name): \(look.rows) rows, \(look.failures) failed (\(ProgressDisplay.tenths(share)) %)"
    )
    for cause in look.causes.prefix(Self.causes) { Terminal.show("  \(cause)") }
    guard look.state == .done else {
      Terminal.error("postrider: the campaign was canceled: \(look.reason?.text ?? "by somebody")")
      return .failed
    }
    guard let mostFailures, share > mostFailures else { return .done }
    Terminal.error(
      "postrider: \(ProgressDisplay.tenths(share)) % failed, more than the \(ProgressDisplay.tenths(mostFailures)) % of --fail-over"
    )
    return .failed
  }

  /// What somebody has to do before it goes on. What is perhaps under way has as long as a server has that is away.
  private func personNeeded(_ look: CampaignLook) -> String? {
    if look.state == .paused {
      return
        "the campaign is paused: \(look.reason?.text ?? "by somebody"). `postrider campaign resume \(look.id)` lets it go on."
    }
    guard (changed + caller.patience).hasPassed else { return nil }
    if look.state == .planned, !look.wantsStart {
      return "nobody has started the campaign: `postrider campaign run \(look.id)` does"
    }
    if look.state == .loading, look.upload?.isComplete == false {
      return
        "its recipients are not all uploaded: `postrider campaign upload \(look.id) FILE.csv` goes on"
    }
    guard look.state.isClaimable, let reason = look.reason, reason.until == nil else { return nil }
    return "the campaign stands still until somebody sees to it: \(reason.text)"
  }
}
