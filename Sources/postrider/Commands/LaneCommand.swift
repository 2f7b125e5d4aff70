internal import Domain
internal import Running
internal import SendStore
internal import Store
internal import Time

/// `postrider lane`
struct LaneCommand: Subcommand {
  static let name = "lane"
  static let summary = "say how each sender's lane stands; pause and resume it"
  static let options: Set<String> = ["config", "reason"]
  static let help = """
    usage: postrider lane list [--config FILE]
           postrider lane show SENDER [--config FILE]
           postrider lane pause SENDER [--reason TEXT] [--config FILE]
           postrider lane resume SENDER [--config FILE]

    Says of each sender's lane how many sends wait, why, and until when. A paused lane sends nothing until it
    is resumed; its sends stay queued. Resuming also takes back every stop and hold.
    """

  private let options: Options
  private let action: Action

  private enum Action {
    case list
    case show(SenderID)
    case pause(SenderID)
    case resume(SenderID)
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    switch (options.words.first ?? "list", options.words.count) {
    case ("list", 0...1): action = .list
    case ("show", 2): action = .show(SenderID(options.words[1]))
    case ("pause", 2): action = .pause(SenderID(options.words[1]))
    case ("resume", 2): action = .resume(SenderID(options.words[1]))
    case ("show", _), ("pause", _), ("resume", _):
      throw UsageFault("lane \(options.words[0]) needs one sender")
    default: throw UsageFault("lane needs list, show, pause or resume")
    }
  }

  func run() -> Exit {
    StoreAccess.with(options) { access in
      switch action {
      case .list: return try list(access.store)
      case .show(let sender): return try show(sender, access.store)
      case .pause(let sender):
        return try change(sender, access.store) { () throws(StoreError) in
          let reason = options["reason"] ?? "Paused by hand."
          try access.store.stop(sender, Failure(code: LaneStop.byHand, sentence: reason))
        }
      case .resume(let sender):
        return try change(sender, access.store) { () throws(StoreError) in
          try access.store.release(sender)
        }
      }
    }
  }

  private func change(
    _ sender: SenderID, _ store: SendStore, _ body: () throws(StoreError) -> Void
  ) throws(StoreError) -> Exit {
    let known = try store.laneStatus()
    guard known.contains(where: { $0.sender == sender }) else { return refuse(sender, known) }
    try body()
    return try list(store)
  }

  private func refuse(_ sender: SenderID, _ known: [LaneStatus]) -> Exit {
    let names = known.map(\.sender.text).joined(separator: ", ")
    Terminal.error("postrider: there is no lane \(sender); lanes are \(names)")
    return .failed
  }

  private func show(_ sender: SenderID, _ store: SendStore) throws(StoreError) -> Exit {
    let known = try store.laneStatus()
    guard let lane = known.first(where: { $0.sender == sender }) else {
      return refuse(sender, known)
    }
    let now = try store.now()
    let waits = try store.laneWaits().first { $0.sender == sender }
    var rows = [
      ["lane", sender.text], ["state", lane.standing(at: now).state],
      ["waiting", "\(lane.waiting)"], ["in flight", "\(lane.inFlight)"],
      ["in doubt", "\(lane.inDoubt)"],
    ]
    if lane.leaseUntil > now, let worker = lane.worker { rows.append(["worker", worker.text]) }
    if let stop = lane.stop { rows.append(["since", "\(stop.since)"]) }
    if let why = waits?.waits {
      rows.append(["waits", why.sentence])
      if let until = why.until { rows.append(["until", "\(until)"]) }
    }
    let standing = try SenderStanding.all(in: store)[SenderStanding.owner(of: sender)]
    for warning in standing?.warnings ?? [] { rows.append(["warning", warning]) }
    print(Terminal.table(rows))
    guard let waits, !waits.flows.isEmpty else { return .done }
    let flows = waits.flows.map { ["\($0.priority)", "\($0.waiting)", $0.waits.sentence] }
    print("\n" + Terminal.table([["priority", "waiting", "why"]] + flows))
    if waits.heldFlows > flows.count {
      print("and \(waits.heldFlows - flows.count) more flows that are held")
    }
    return .done
  }

  private func list(_ store: SendStore) throws(StoreError) -> Exit {
    let now = try store.now()
    let waits = Dictionary(try store.laneWaits().map { ($0.sender, $0) }) { $1 }
    var table = [["lane", "state", "waiting", "in flight", "in doubt", "until", "why"]]
    for lane in try store.laneStatus() {
      let why = waits[lane.sender]?.waits
      table.append([
        lane.sender.text, lane.standing(at: now).state, "\(lane.waiting)", "\(lane.inFlight)",
        "\(lane.inDoubt)", why?.untilText ?? "", why?.sentence ?? "",
      ])
      for flow in waits[lane.sender]?.flows ?? [] {
        let template = flow.template.description
        let name =
          switch (template, flow.campaign) {
          case ("", ""): "what has neither template nor campaign"
          case ("", let campaign): "campaign \(campaign)"
          case (let template, _): "template \(template)"
          }
        table.append([
          "- \(name)", "held", "\(flow.waiting)", "", "", flow.waits.untilText, flow.reason,
        ])
      }
    }
    print(Terminal.table(table))
    return .done
  }
}

extension Waits {
  /// For a table: a hold that only a person ends has no time.
  fileprivate var untilText: String {
    until?.description ?? (isUntilLifted ? "until lifted" : "")
  }
}
