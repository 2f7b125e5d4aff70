internal import Domain
internal import SendStore
internal import Store
internal import Time

/// `postrider doubt`
struct DoubtCommand: Subcommand {
  static let name = "doubt"
  static let summary = "say which sends may have gone out; decide about them"
  static let options: Set<String> = ["config"]
  static let help = """
    usage: postrider doubt list [--config FILE]
           postrider doubt sent|resend|fail ID… [--config FILE]

    Sends of which nobody knows whether they went out. Most are settled by a callback or by asking Twilio;
    what stays is for a person to decide: it was sent, it is sent again, or nothing more is tried.
    """

  private let options: Options
  private let action: Action

  private enum Action {
    case list
    case decide(DoubtDecision, [SendID])
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    let word = options.words.first ?? "list"
    guard word != "list" else {
      guard options.words.count <= 1 else { throw UsageFault("doubt list takes no more arguments") }
      action = .list
      return
    }
    guard let decision = DoubtDecision(rawValue: word) else {
      throw UsageFault("doubt needs list, or a decision: \(DoubtDecision.words)")
    }
    var ids: [SendID] = []
    for text in options.words.dropFirst() {
      guard let id = SendID(text) else { throw UsageFault("\(text) is not the id of a send") }
      ids.append(id)
    }
    guard !ids.isEmpty else { throw UsageFault("doubt \(word) needs the ids of sends") }
    action = .decide(decision, ids)
  }

  func run() -> Exit {
    StoreAccess.with(options) { access in
      switch action {
      case .list: return try list(access.store)
      case .decide(let decision, let ids): return try decide(decision, ids, access.store)
      }
    }
  }

  private func list(_ store: SendStore) throws(StoreError) -> Exit {
    var table = [["send", "attempt", "sender", "to", "since", "why"]]
    var after: SendKey?
    repeat {
      let page = try store.doubts(after: after, limit: 500)
      for doubt in page {
        table.append([
          doubt.id.description, "\(doubt.attempt)", doubt.sender.text, doubt.recipient.text,
          doubt.since.description, doubt.reason,
        ])
      }
      after = page.last?.send
    } while after != nil
    print(Terminal.table(table))
    return .done
  }

  private func decide(
    _ decision: DoubtDecision, _ ids: [SendID], _ store: SendStore
  ) throws(StoreError) -> Exit {
    var exit = Exit.done
    for id in ids {
      guard let send = try store.send(id) else {
        Terminal.error("postrider: there is no send \(id)")
        exit = .failed
        continue
      }
      if let state = try store.decide(send, decision) {
        print("\(id) is \(state.name)")
      } else {
        Terminal.error("postrider: \(id) is not in doubt, it is \(send.progress.state.name)")
        exit = .failed
      }
    }
    return exit
  }
}
