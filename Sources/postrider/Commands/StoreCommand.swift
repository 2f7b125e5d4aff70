internal import Settings
internal import Running
internal import EventLog
internal import Glibc
internal import SendStore
internal import Store

/// `postrider store`
struct StoreCommand: Subcommand {
  static let name = "store"
  static let summary = "migrate the store; say that it came back from a backup; bind it to a log"
  static let options: Set<String> = ["config", "from"]
  static let flags: Set<String> = ["yes"]
  static let help = """
    usage: postrider store migrate [--config FILE]
           postrider store restored [--config FILE]
           postrider store adopt-log --from start|end|restored [--yes] [--config FILE]

    migrate: makes the store, or brings it to this version's form, as the first worker that opens it would. It
    may be run as often as one likes.

    restored: to be run once after the store came back from a backup, or after a fail-over that lost
    commits. Every send without an answer goes in doubt, and so does what the log has and the store does
    not: it may have gone out already. Callbacks and Twilio's list settle most of it; `postrider doubt`
    shows the rest. Workers that run go on by themselves.

    adopt-log: binds this store to this log, which it has not read or which another store has read. Until
    somebody chooses, such a log is not read, since everything in it would be sent again.

      --from start      read from the first record on: every send that stands there is sent
      --from end        skip all that stands there: no send of it is sent, no callback of it is applied
      --from restored   read from the first record on, with every send that stands there in doubt
      --yes             do it without asking
    """

  private let options: Options
  private let action: Action

  private enum Action {
    case migrate
    case restored
    case adopt(LogAdoption.Start)
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    switch (options.words.first, options.words.count) {
    case ("restored", 1):
      guard options["from"] == nil else { throw UsageFault("store restored takes no --from") }
      action = .restored
    case ("migrate", 1): action = .migrate
    case ("adopt-log", 1):
      guard let start = options["from"].flatMap(LogAdoption.Start.init) else {
        throw UsageFault("store adopt-log needs --from start, end or restored")
      }
      action = .adopt(start)
    default: throw UsageFault("store needs migrate, restored or adopt-log")
    }
  }

  func run() -> Exit {
    if case .migrate = action {
      return StoreAccess.with(options) { _ in
        print("The store has all \(SendStore.schemaVersion) migrations.")
        return .done
      }
    }
    return LogAccess.with(options) { eventLog, settings in
      let store: SendStore
      do throws(StoreError) { store = try Opening.store(settings.store, settings.senders) } catch {
        Terminal.error("postrider: \(error)")
        return .unavailable
      }
      defer { store.close() }
      let adoption = LogAdoption(eventLog, store)
      let extent: LogAdoption.Extent
      do throws(LogError) { extent = try adoption.look() } catch {
        Terminal.error("postrider: \(error)")
        return error.isTransient ? .unavailable : .failed
      }
      switch action {
      case .migrate: return .done
      case .restored: return try restore(adoption, extent, store)
      case .adopt(let start): return try adopt(adoption, extent, start)
      }
    }
  }

  private func restore(
    _ adoption: LogAdoption, _ extent: LogAdoption.Extent, _ store: SendStore
  ) throws(StoreError) -> Exit {
    let left = try adoption.restore(extent)
    let doubts = try store.laneStatus().reduce(0) { $0 + $1.inDoubt }
    print(
      """
      \(doubts) sends are in doubt\(left > 0 ? ", and \(left) of the log will be as they are taken in" : "").
      Workers that run go on by themselves. Callbacks and Twilio's list settle most doubts; \
      `postrider doubt list` shows what is left to decide.
      """)
    return .done
  }

  private func adopt(
    _ adoption: LogAdoption, _ extent: LogAdoption.Extent, _ start: LogAdoption.Start
  ) throws(ReadingHalt) -> Exit {
    Terminal.error(sentence(start, extent))
    guard options.has("yes") || isConfirmed() else {
      Terminal.error("postrider: nothing was changed; say --yes to do it")
      return .usage
    }
    try adoption.adopt(extent, from: start)
    print(
      "This store reads the log \(extent.log) from now on. Workers that run go on by themselves.")
    return .done
  }

  private func sentence(_ start: LogAdoption.Start, _ extent: LogAdoption.Extent) -> String {
    let sends = extent.count(.intake)
    return switch start {
    case .start:
      "The log has \(sends) sends: this store will send all of them, also those that another store has sent."
    case .end:
      "The log has \(sends) sends and \(extent.count(.callbacks)) callbacks: this store will skip them and read what comes from now on."
    case .restored:
      "The log has \(sends) sends: this store will take them in, each in doubt, and send none before its doubt is settled."
    }
  }

  /// A pipe is no person.
  private func isConfirmed() -> Bool {
    guard isatty(STDIN_FILENO) == 1 else { return false }
    Terminal.error("Type \"adopt\" to go on:")
    return readLine() == "adopt"
  }
}
