internal import Domain
internal import EventLog
internal import Events
internal import Platform
internal import Settings
internal import Store
internal import Time

/// The log: whether it answers, and for Kafka whether each topic is as it should be.
struct LogCheckUp {
  private let settings: Settings

  init(_ settings: Settings) { self.settings = settings }

  var findings: [Finding] {
    switch settings.log {
    case .embedded(let own): [embedded(own)]
    case .kafka(let own): kafka(own)
    }
  }

  private func embedded(_ own: EmbeddedLogSettings) -> Finding {
    guard content(ofFile: own.path, first: 1) != nil else {
      return .good("log", "\(own.path) is made at the first start")
    }
    do throws(StoreError) {
      _ = try SQLiteFacts.schema(of: own.path)
      return .good("log", "\(own.path) can be read")
    } catch {
      return .bad("log", error.description, "look at the file's owner and its disk")
    }
  }

  private func kafka(_ own: KafkaLogSettings) -> [Finding] {
    let plans = TopicPlan.all(partitions: 8, compacting: settings.compactsMessages)
    do throws(LogError) {
      let reports = try KafkaTopics(own).check(plans, within: .seconds(10))
      return [.good("log", "\(own.bootstrap) answers")] + reports.flatMap(topic)
        + retention(reports)
    } catch {
      return [
        .bad(
          "log", error.description,
          "look at log and rdkafka in the settings, and whether the brokers can be reached from here"
        )
      ]
    }
  }

  /// How many partitions is the user's choice.
  private func topic(_ report: TopicReport) -> [Finding] {
    let about = "topic \(report.name)"
    guard let found = report.found else {
      return [.bad(about, "it is missing", "run `postrider topics`")]
    }
    let differences = report.differences.filter { !$0.contains("partitions, planned") }
    if !differences.isEmpty {
      return [
        .bad(about, differences.joined(separator: "; "), "change it with Kafka's own tools")
      ]
    }
    var findings = report.remarks.map { Finding.warning(about, $0) }
    if found.replicas < 3 {
      findings.append(
        .warning(
          about,
          "it has \(found.replicas) replica\(found.replicas == 1 ? "" : "s"): what is told as durable is lost with its broker\(found.replicas == 1 ? "" : "s")",
          "give it 3 replicas and min.insync.replicas=2"))
    }
    let text = "\(found.partitions) partitions, \(found.replicas) replicas"
    return findings.isEmpty ? [.good(about, text)] : findings
  }

  /// The store has to know what comes again from the log.
  private func retention(_ reports: [TopicReport]) -> [Finding] {
    let kept = settings.retention.microseconds / 1000
    return reports.compactMap { report in
      guard let retention = report.found?.retention, retention < 0 || retention >= kept else {
        return nil
      }
      return .warning(
        "topic \(report.name)",
        "it keeps records as long as the store keeps sends, or longer: one that is read again from the start sends again",
        "make its retention.ms shorter than `retention`")
    }
  }
}
