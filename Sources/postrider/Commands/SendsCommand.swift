internal import Domain
internal import Forms
internal import HTTP
internal import JSON
internal import Settings
internal import Time

/// `postrider sends`
struct SendsCommand: Subcommand {
  static let name = "sends"
  static let summary = "send again what did not arrive"
  static let options: Set<String> = [
    "config", "state", "code", "sender", "campaign", "since", "undo-seconds", "undo", "url",
  ]
  static let flags: Set<String> = ["no-wait"]
  static let help = """
    usage: postrider sends resend --state STATE [OPTIONS]
           postrider sends resend --undo ORDER

    Sends again, through the API of a running system, all that ended as STATE (failed, undelivered, expired or
    canceled) and fits the other options. Prints the order's id, counts what it finds, and begins after ten
    seconds, in which it can be taken back with --undo; later --undo stops it. Each send goes once however often
    it is ordered. Rows of campaigns are left out: `postrider campaign resend` sends those again.

      --code CODE        ended with this code of the provider's or of ours
      --sender ID        of this sender
      --campaign NAME    with this name of a campaign on them
      --since TIME       ended since then, such as 2026-11-26T08:00:00Z
      --undo-seconds N   begins after so many seconds, at most 3600
      --no-wait          orders it, and does not stay until it is done
      --undo ORDER       takes it back, or stops it
      --url URL          where the API is, unless it is where the settings listen
      --config FILE
    """

  private let options: Options
  private let action: Action

  private enum Action {
    case order([UInt8])
    case undo(String)
  }

  init(_ options: Options) throws(UsageFault) {
    guard options.words == ["resend"] else { throw UsageFault("sends needs resend") }
    self.options = options
    if let id = options["undo"] {
      let others = ["state", "code", "sender", "campaign", "since", "undo-seconds"]
      if let other = others.first(where: { options[$0] != nil }) {
        throw UsageFault("--undo takes no --\(other)")
      }
      guard SendID(id) != nil else { throw UsageFault("--undo needs the id of an order") }
      action = .undo(id)
      return
    }
    let states = ResendRule.states
    guard let state = options["state"].flatMap({ SendState(name: $0) }), states.contains(state)
    else {
      let names = states.map(\.name).joined(separator: ", ")
      throw UsageFault("sends resend needs --state, one of \(names)")
    }
    let wait =
      try options["undo-seconds"] == nil
      ? nil : options.count("undo-seconds", in: 0...3600, default: 0)
    action = .order(
      JSONWriter.object { writer in
        writer.field("state", state.name)
        writer.field("cause", options["code"])
        writer.field("sender", options["sender"])
        writer.field("campaign", options["campaign"])
        writer.field("since", options["since"])
        if let wait { writer.field("undoSeconds", wait) }
      })
  }

  func run() -> Exit {
    var exit = Exit.done
    let asked = APICaller.with(options, scopes: [.send, .read]) { caller throws(APICaller.Failed) in
      switch action {
      case .order(let body): exit = try order(body, caller)
      case .undo(let id): try undo(id, caller)
      }
    }
    return asked == .done ? exit : asked
  }

  private func order(_ body: [UInt8], _ caller: APICaller) throws(APICaller.Failed) -> Exit {
    let made = try ResendLook(try caller.done("POST", "/api/resends", body))
    Terminal.show(made.id)
    return options.has("no-wait") ? .done : try ResendWatch(made.id, caller).run()
  }

  private func undo(_ id: String, _ caller: APICaller) throws(APICaller.Failed) {
    let look = try ResendLook(
      try caller.done("POST", "/api/resends/\(APICaller.segment(id))/stop"))
    Terminal.show(look.resent == 0 ? "taken back: nothing was sent" : look.line)
  }
}
