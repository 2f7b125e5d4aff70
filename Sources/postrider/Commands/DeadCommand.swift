internal import Events
internal import Running
internal import Settings
internal import SendStore
internal import Time

/// `postrider dead`
struct DeadCommand: Subcommand {
  static let name = "dead"
  static let summary = "show what could not be processed; put it back or drop it"
  static let options: Set<String> = ["config"]
  static let help = """
    usage: postrider dead list [--config FILE]
           postrider dead show NUMBER [--config FILE]
           postrider dead replay|drop NUMBER…|all [--config FILE]

    What could not be processed, and what tenants did not take for a day. Replaying puts a record back
    into its topic, or a delivery back into its line, as it was; dropping says that nothing more is to be
    done about it. What nobody decides about goes with the topic's retention.
    """

  private let options: Options
  private let action: Action

  private enum Action {
    case list
    case show(LetterNumber)
    /// nil: all of them.
    case decide(LetterDecision, [LetterNumber]?)
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    let words = options.words.dropFirst()
    switch options.words.first ?? "list" {
    case "list" where words.isEmpty: action = .list
    case "show" where words.count == 1: action = .show(try Self.number(words.first ?? ""))
    case "replay" where !words.isEmpty: action = .decide(.replayed, try Self.numbers(words))
    case "drop" where !words.isEmpty: action = .decide(.dropped, try Self.numbers(words))
    case "show", "replay", "drop":
      throw UsageFault("dead \(options.words[0]) needs the number of a dead letter")
    default: throw UsageFault("dead needs list, show, replay or drop")
    }
  }

  private static func number(_ text: String) throws(UsageFault) -> LetterNumber {
    guard let number = LetterNumber(text) else {
      throw UsageFault("\(text) is not the number of a dead letter, such as 3/17")
    }
    return number
  }

  private static func numbers(_ words: ArraySlice<String>) throws(UsageFault) -> [LetterNumber]? {
    if Array(words) == ["all"] { return nil }
    var numbers: [LetterNumber] = []
    for word in words { numbers.append(try number(word)) }
    return numbers
  }

  func run() -> Exit {
    LogAccess.with(options) { eventLog, settings in
      let desk = DeadLetters(eventLog)
      let pending = try desk.pending()
      switch action {
      case .list: return list(pending)
      case .show(let number): return show(pending.first { $0.number == number }, number)
      case .decide(let decision, let numbers):
        return try decide(decision, numbers ?? pending.map(\.number), pending, desk, settings)
      }
    }
  }

  private func list(_ letters: [Letter]) -> Exit {
    let rows = letters.map {
      ["\($0.number)", "\($0.at)", $0.subject, $0.key, $0.reason]
    }
    print(Terminal.table([["number", "at", "from", "key", "reason"]] + rows))
    return .done
  }

  private func show(_ letter: Letter?, _ number: LetterNumber) -> Exit {
    guard let letter else { return missing(number) }
    print(String(decoding: letter.data, as: UTF8.self))
    return .done
  }

  private func missing(_ number: LetterNumber) -> Exit {
    Terminal.error("postrider: there is no dead letter \(number) that waits for a decision")
    return .failed
  }

  private func decide(
    _ decision: LetterDecision, _ numbers: [LetterNumber],
    _ pending: [Letter], _ desk: DeadLetters, _ settings: Settings
  ) throws -> Exit {
    var exit = Exit.done
    for number in numbers {
      guard let letter = pending.first(where: { $0.number == number }) else {
        exit = missing(number)
        continue
      }
      do {
        switch decision {
        case .dropped: try desk.decide(letter, .dropped)
        case .replayed: try replay(letter, desk, settings)
        }
        print("\(number) is \(decision.rawValue)")
      } catch {
        Terminal.error("postrider: \(error)")
        exit = .failed
      }
    }
    return exit
  }

  private func replay(
    _ letter: Letter, _ desk: DeadLetters, _ settings: Settings
  ) throws {
    guard let delivery = NewDelivery(letter) else { return try desk.replay(letter) }
    let store = try Opening.store(settings.store, settings.senders)
    defer { store.close() }
    try store.add([delivery])
    try desk.decide(letter, .replayed)
  }
}
