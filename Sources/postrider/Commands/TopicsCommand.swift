internal import Events
internal import Settings
internal import Domain
internal import EventLog

/// `postrider topics`
struct TopicsCommand: Subcommand {
  static let name = "topics"
  static let summary = "make Kafka's topics"
  static let options: Set<String> = ["config", "partitions", "replicas", "retention-days"]
  static let flags: Set<String> = ["check"]
  static let help = """
    usage: postrider topics [--check] [--partitions N] [--replicas N] [--retention-days N] [--config FILE]

    Makes the topics that are missing in Kafka, and waits until every broker has them. A topic that is there
    already is left as it is; what is not as planned is told. The number of partitions is never changed, since
    that would move keys. With `compactMessages` in the settings, messages keeps the last state of each send alone
    (cleanup.policy compact,delete) once the others are a day old.

      --check              make nothing: say what is missing or different, and end with 1 if anything is
      --partitions N       8 unless said
      --replicas N         the cluster's own default unless said
      --retention-days N   at least 7, the default
    """

  private let options: Options

  init(_ options: Options) throws(UsageFault) {
    guard options.words.isEmpty else { throw UsageFault("topics takes no arguments") }
    self.options = options
  }

  func run() throws(UsageFault) -> Exit {
    let wish = try wish()
    let settings: Settings
    do throws(SettingsRefused) { settings = try LoadedSettings.find(options).settings } catch {
      Terminal.error(error.description)
      return .settings
    }
    guard case .kafka(let kafka) = settings.log else {
      print("The embedded log makes its topics by itself.")
      return .done
    }
    do throws(LogError) {
      let topics = KafkaTopics(kafka)
      let plans = TopicPlan.all(
        partitions: wish.partitions, replicas: wish.replicas, retention: wish.retention,
        compacting: settings.compactsMessages)
      let isCheck = options.has("check")
      let reports =
        isCheck
        ? try topics.check(plans, within: .seconds(30))
        : try topics.create(plans, within: .seconds(30))
      print(Self.table(reports))
      return isCheck && reports.contains { !$0.differences.isEmpty } ? .failed : .done
    } catch {
      Terminal.error("postrider: \(error)")
      return .unavailable
    }
  }

  private func wish() throws(UsageFault) -> (partitions: Int, replicas: Int, retention: Duration) {
    let days = try options.count("retention-days", in: 7...3650, default: 7)
    return (
      try options.count("partitions", in: 1...10_000, default: 8),
      try options.count("replicas", in: 1...100, default: -1), .seconds(days * 86400)
    )
  }

  private static func table(_ reports: [TopicReport]) -> String {
    let rows = reports.map { report in
      [
        report.name, report.found.map { "\($0.partitions)" } ?? "",
        report.found.map { "\($0.replicas)" } ?? "",
        (report.differences.isEmpty ? ["as planned"] + report.remarks : report.differences)
          .joined(separator: "; "),
      ]
    }
    return Terminal.table([["topic", "partitions", "replicas", ""]] + rows)
  }
}
