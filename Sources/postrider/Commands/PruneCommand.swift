internal import Settings
internal import EventLog
internal import SendStore
internal import Store
internal import Time

/// `postrider prune`
struct PruneCommand: Subcommand {
  static let name = "prune"
  static let summary = "forget now what the retention allows"
  static let options: Set<String> = ["config"]
  static let help = """
    usage: postrider prune [--config FILE]

    Forgets now what the retention of the settings allows: sends that came to their end before it, with all
    that belongs to them, and records of the embedded log that everybody has read. A running system does
    the same by itself, each hour.
    """

  private let options: Options

  init(_ options: Options) throws(UsageFault) {
    guard options.words.isEmpty else { throw UsageFault("prune takes no arguments") }
    self.options = options
  }

  func run() -> Exit {
    StoreAccess.with(options) { access in
      let sends = try pruneSends(access)
      let records = try pruneLog(access.settings.log)
      print("forgot \(sends) sends" + (records.map { " and \($0) records of the log" } ?? ""))
      return .done
    }
  }

  private func pruneSends(_ access: StoreAccess) throws(StoreError) -> Int {
    let before = try access.store.now() - access.settings.retention
    var count = 0
    while true {
      let report = try access.store.prune(before: before)
      count += report.sends
      guard report.hasMore else { return count }
      Terminal.error("forgot \(count) sends from before \(before) so far")
    }
  }

  /// nil where Kafka sees to it.
  private func pruneLog(_ settings: LogSettings) throws(LogError) -> Int? {
    guard case .embedded(let own) = settings else { return nil }
    let log = try EmbeddedLog(own)
    defer { log.close(within: .seconds(5)) }
    return try log.prune(within: .seconds(60))
  }
}
