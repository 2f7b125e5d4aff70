internal import Domain
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
           postrider lane pause SENDER [--reason TEXT] [--config FILE]
           postrider lane resume SENDER [--config FILE]

    Says of each sender's lane how many sends wait, why, and until when. A paused lane sends nothing until it
    is resumed; its sends stay queued. Resuming also takes back every stop and hold.
    """

  private let options: Options
  private let action: Action

  private enum Action {
    case list
    case pause(SenderID)
    case resume(SenderID)
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    switch (options.words.first ?? "list", options.words.count) {
    case ("list", 0...1): action = .list
    case ("pause", 2): action = .pause(SenderID(options.words[1]))
    case ("resume", 2): action = .resume(SenderID(options.words[1]))
    case ("pause", _), ("resume", _): throw UsageFault("lane \(options.words[0]) needs one sender")
    default: throw UsageFault("lane needs list, pause or resume")
    }
  }

  func run() -> Exit {
    StoreAccess.with(options) { access in
      switch action {
      case .list: return try list(access.store)
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
    let known = try store.laneStatus().map(\.sender)
    guard known.contains(sender) else {
      let names = known.map(\.text).joined(separator: ", ")
      Terminal.error("postrider: there is no lane \(sender); lanes are \(names)")
      return .failed
    }
    try body()
    return try list(store)
  }

  private func list(_ store: SendStore) throws(StoreError) -> Exit {
    let now = try store.now()
    let held = try store.heldFlows()
    var table = [["lane", "state", "waiting", "in flight", "in doubt", "until", "why"]]
    for lane in try store.laneStatus() {
      let standing = lane.standing(at: now)
      table.append([
        lane.sender.text, standing.state, "\(lane.waiting)", "\(lane.inFlight)", "\(lane.inDoubt)",
        standing.until?.description ?? "", standing.reason ?? "",
      ])
      for flow in held where flow.sender == lane.sender {
        let template = flow.template.description
        let name = template.isEmpty ? "campaign \(flow.campaign)" : "template \(template)"
        table.append(["- \(name)", "held", "\(flow.waiting)", "", "", "\(flow.until)", flow.reason])
      }
    }
    print(Terminal.table(table))
    return .done
  }
}
