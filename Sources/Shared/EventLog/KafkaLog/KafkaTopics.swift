internal import Domain
internal import Kafka
private import Platform
internal import Time

/// Makes topics and looks at them. Not through a `KafkaLog`: that one asks for its topics by name, and a cluster may
/// make a topic that is asked for.
package struct KafkaTopics {
  private let settings: KafkaLogSettings

  package init(_ settings: KafkaLogSettings) { self.settings = settings }

  /// Makes the topics that are missing, waits until every broker has them, and tells how each is. What is there
  /// stays as it is: another number of partitions would move keys.
  package func create(
    _ plans: [TopicPlan], within limit: Duration
  ) throws(LogError) -> [TopicReport] {
    let deadline = RunningTime.now + limit
    let made = try onHandle { producer throws(KafkaError) in
      // What keeps the cluster from being reached is told sooner by a question.
      try producer.ping(within: limit)
      return try producer.createTopics(plans.map { $0.named(by: settings) }, within: limit)
    }
    let left = deadline.left
    try wait(for: plans.filter { made.contains(settings.name(of: $0.topic)) }, within: left)
    return try check(plans, within: limit)
  }

  /// Right after a topic was made the brokers have yet to tell each other of it, so each is asked by itself, again
  /// and again.
  func wait(for plans: [TopicPlan], within limit: Duration) throws(LogError) {
    guard !plans.isEmpty else { return }
    let deadline = RunningTime.now + limit
    let brokers = try onHandle { producer throws(KafkaError) in
      try producer.cluster(within: limit).brokers
    }
    for broker in brokers {
      try onHandle(of: broker.address) { producer throws(KafkaError) in
        while true {
          let left = deadline.left
          let missing = missing(of: plans, in: try producer.cluster(within: max(left, .seconds(1))))
          if missing.isEmpty { return }
          guard left > .zero else {
            throw .unreachable(
              "broker \(broker.number) at \(broker.address) does not have \(missing.joined(separator: ", ")) yet: run `postrider topics --check` in a while"
            )
          }
          pause(for: .milliseconds(50))
        }
      }
    }
  }

  private func missing(of plans: [TopicPlan], in found: KafkaClusterFound) -> [String] {
    plans.map { ($0.partitions, settings.name(of: $0.topic)) }.filter { partitions, name in
      found.topics[name]?.partitions != partitions || found.topics[name]?.isLed != true
    }.map(\.1)
  }

  /// How each topic is beside what was planned. Makes nothing.
  package func check(
    _ plans: [TopicPlan], within limit: Duration
  ) throws(LogError) -> [TopicReport] {
    try onHandle { producer throws(KafkaError) in
      let found = try producer.cluster(within: limit).topics
      let names = plans.map { settings.name(of: $0.topic) }
      let present = names.filter { found[$0] != nil }
      let told = configuration(of: present, producer, limit)
      return zip(plans, names).map { plan, name in
        TopicReport(
          plan, name: name,
          found[name].map { topic in
            TopicReport.Found(
              partitions: topic.partitions, replicas: topic.replicas,
              retention: told?[name]?["retention.ms"].flatMap { Int64($0) },
              leastInSync: told?[name]?["min.insync.replicas"].flatMap { Int($0) },
              cleanup: told?[name]?["cleanup.policy"])
          })
      }
    }
  }

  /// nil where the cluster does not tell, or not to us.
  private func configuration(
    of names: [String], _ producer: KafkaProducer, _ limit: Duration
  ) -> [String: [String: String]]? {
    guard !names.isEmpty else { return [:] }
    do throws(KafkaError) { return try producer.configuration(of: names, within: limit) } catch {
      return nil
    }
  }

  /// Of one broker, its first connection is to that one, and only that one is asked.
  private func onHandle<Result>(
    of broker: String? = nil, _ body: (KafkaProducer) throws(KafkaError) -> Result
  ) throws(LogError) -> Result {
    var own = settings
    if let broker {
      own.bootstrap = broker
      own.properties["bootstrap.servers"] = nil
      own.properties["metadata.broker.list"] = nil
    }
    do throws(KafkaError) {
      let producer = try KafkaProducer(own.producer, topics: [])
      defer { producer.close(within: .zero) }
      return try body(producer)
    } catch { throw LogError(error) }
  }
}
