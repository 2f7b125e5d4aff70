internal import API
internal import Domain
internal import Platform
internal import Running
internal import Settings
internal import Time

/// `postrider events`
struct EventsCommand: Subcommand {
  static let name = "events"
  static let summary = "follow what happens, or write out what the log has of it"
  static let options: Set<String> = [
    "config", "url", "topics", "sender", "campaign", "state", "since", "until", "out",
  ]
  static let flags: Set<String> = ["masked"]
  static let help = """
    usage: postrider events tail [--url URL] [OPTIONS]
           postrider events export --since TIME [--until TIME] [--out FILE] [OPTIONS]

    Events as JSON, one a line, as docs/schemas describes them. tail follows a running system through its API, with
    a key of the settings that has the scope read, from now on; after an interruption it goes on where it was. export
    reads the log itself, whole, and writes what has its time from --since on and before --until, in the order of
    each send, person or campaign; where the log does not go back so far it says so.

      --topics LIST     some of messages, inbound, conversations and campaigns, with commas; messages unless said
      --sender LIST     only events of these senders
      --campaign LIST   only those of sends of these campaigns, and of campaigns with these ids
      --state LIST      only those of sends, or campaigns, in one of these states
      --masked          show numbers of people in part, and leave out what providers sent as it was
      --since TIME      RFC 3339, such as 2026-11-28T00:00:00Z, or how long ago, such as 12h
      --until TIME      the same; now unless said
      --out FILE        where the events go; it is there once all of them are. Standard output unless said
      --url URL         where the API is, unless it is where the settings listen
      --config FILE
    """

  private enum Action {
    case tail
    case export(since: Timestamp, until: Timestamp)
  }

  private let options: Options
  private let action: Action
  private let topics: EventTopics

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    guard options.words.count <= 1 else {
      throw UsageFault("events takes one word, tail or export")
    }
    topics =
      try options["topics"].map { text throws(UsageFault) in
        try Self.told("topics") { () throws(FieldFaults) in try EventTopics(text) }
      } ?? .messages
    switch options.words.first {
    case "tail":
      try Self.refuse(["since", "until", "out"], of: options, by: "tail")
      action = .tail
    case "export":
      try Self.refuse(["url"], of: options, by: "export")
      guard let since = options["since"] else { throw UsageFault("events export needs --since") }
      let now = Timestamp(promised: .now)
      action = .export(
        since: try Self.time(since, "since", now),
        until: try options["until"].map { text throws(UsageFault) in
          try Self.time(text, "until", now)
        } ?? .distantFuture)
    default: throw UsageFault("events needs tail or export")
    }
  }

  private static func refuse(
    _ names: [String], of options: Options, by word: String
  ) throws(UsageFault) {
    for name in names where options[name] != nil {
      throw UsageFault("events \(word) takes no --\(name)")
    }
  }

  private static func time(
    _ text: String, _ name: String, _ now: Timestamp
  ) throws(UsageFault) -> Timestamp {
    if let time = Timestamp(rfc3339: text) { return time }
    guard let span = Duration(written: text) else {
      throw UsageFault(
        "--\(name) must be a time such as 2026-11-28T00:00:00Z, or how long ago, such as 12h")
    }
    return now - span
  }

  /// A fault of a parameter in the words of the command line.
  private static func told<Result>(
    _ name: String, _ body: () throws(FieldFaults) -> Result
  ) throws(UsageFault) -> Result {
    do throws(FieldFaults) { return try body() } catch {
      let fault = error.all.first
      throw UsageFault(
        "--\(fault?.pointer.dropFirst() ?? name[...]) \(fault?.detail ?? "cannot be used")")
    }
  }

  func run() throws(UsageFault) -> Exit {
    let stop = StopSignal()
    let signals = SignalWatch(stop: stop)
    return try withExtendedLifetime(signals) { () throws(UsageFault) in
      switch action {
      case .tail: return tail(until: stop)
      case .export(let since, let until): return try export(since, until, stop)
      }
    }
  }

  private func tail(until stop: StopSignal) -> Exit {
    var exit = Exit.done
    let failed = APICaller.with(options, scopes: [.read]) { caller throws(APICaller.Failed) in
      var query = [(name: "topics", value: topics.text)]
      for name in EventFilter.names.sorted() {
        if let value = options[name] { query.append((name, value)) }
      }
      exit = try EventFollower(
        query, isMasked: options.has("masked"), to: ResultFile(), until: stop
      ).run(caller)
    }
    return failed == .done ? exit : failed
  }

  private func export(
    _ since: Timestamp, _ until: Timestamp, _ stop: StopSignal
  ) throws(UsageFault) -> Exit {
    let fault = Locked<UsageFault?>(nil)
    let exit = LogAccess.with(options) { log, settings in
      let senders = SenderIndex(settings.senders)
      let filter: EventFilter
      do throws(UsageFault) {
        filter = try Self.told("sender") { () throws(FieldFaults) in
          try EventFilter(topics, { options[$0] }, isSender: { senders[$0] != nil })
        }
      } catch {
        fault.withLock { $0 = error }
        return .usage
      }
      let wish = EventExport.Wish(
        topics: topics, filter: filter, since: since, until: until,
        isMasked: options.has("masked"))
      let output = try options["out"].map { try ResultFile($0) } ?? ResultFile()
      let export = EventExport(
        wish, from: log, senders, to: output, until: stop, isShown: options["out"] != nil)
      do {
        guard let count = try export.run() else {
          output.giveUp()
          return options["out"] == nil ? .done : .failed
        }
        try output.finish()
        if let file = options["out"] { Terminal.show("\(count) events are in \(file)") }
        return .done
      } catch {
        output.giveUp()
        throw error
      }
    }
    if let fault = fault.withLock({ $0 }) { throw fault }
    return exit
  }
}
