package import Events
internal import Forms
internal import Domain
internal import Kafka
private import Platform
private import Synchronization
internal import Time

/// The log on a Kafka cluster. Opening needs no broker: what is appended waits for one, at most the
/// message time-out.
package final class KafkaLog: EventLog {
  private let settings: KafkaLogSettings
  private let state: Locked<State>
  private let outstanding = Atomic(0)

  private enum State {
    case open(KafkaProducer)
    /// A handle died of a fatal error and no other could be made yet.
    case broken(KafkaError)
    case closed
  }

  package init(_ settings: KafkaLogSettings) throws(LogError) {
    self.settings = settings
    do { state = Locked(.open(try Self.makeProducer(settings))) } catch { throw LogError(error) }
  }

  deinit {
    if case .open(let producer) = state.withLock({ $0 }) { producer.retire(within: .zero) }
  }

  package func append(
    _ records: [NewRecord], done: @escaping @Sendable (Result<Void, LogError>) -> Void
  ) {
    do throws(LogError) {
      let producer = try usableProducer()
      let batch = try records.map(encode)
      let count = batch.count
      try enter(count)
      producer.produce(batch) { [self] error in
        outstanding.subtract(count, ordering: .relaxed)
        done(error.map { .failure(LogError($0)) } ?? .success(()))
      }
    } catch {
      done(.failure(error))
    }
  }

  package func subscribe(
    group: String, topics: [Topic], options: SubscriptionOptions
  ) throws(LogError) -> any LogSubscription {
    _ = try usableProducer()
    do {
      return KafkaSubscription(
        try KafkaConsumer(
          settings.consumer(group: group, member: options.member),
          topics: topics.map(settings.name)),
        topics: Dictionary(uniqueKeysWithValues: topics.map { (settings.name(of: $0), $0) }),
        options)
    } catch { throw LogError(error) }
  }

  package func reader(_ name: String, of topics: [Topic]) throws(LogError) -> any LogReader {
    _ = try usableProducer()
    do {
      return KafkaReader(
        try KafkaConsumer(settings.consumer(group: name, member: nil), topics: []),
        topics: Dictionary(uniqueKeysWithValues: topics.map { (settings.name(of: $0), $0) }),
        patience: SubscriptionOptions().patience)
    } catch { throw LogError(error) }
  }

  /// Kafka tells its clusters apart, not a topic from one made anew under its name: a topic is never
  /// to be deleted under a running system.
  package func identity(within limit: Duration) throws(LogError) -> String {
    let producer = try usableProducer()
    do { return "\(try producer.clusterID(within: limit))/\(settings.prefix)" } catch {
      throw LogError(error)
    }
  }

  package func partitionCount(of topic: Topic, within limit: Duration) throws(LogError) -> Int {
    let producer = try usableProducer()
    do { return try producer.partitionCount(of: settings.name(of: topic), within: limit) } catch {
      throw LogError(error)
    }
  }

  package func offsets(
    of topic: Topic, within limit: Duration
  ) throws(LogError) -> [Range<Int64>] {
    let (producer, name) = (try usableProducer(), settings.name(of: topic))
    let count = try partitionCount(of: topic, within: limit)
    do {
      return try (0..<count).map { number throws(KafkaError) in
        try producer.range(of: KafkaPartition(topic: name, number: number), within: limit)
      }
    } catch { throw LogError(error) }
  }

  package func ping(within limit: Duration) throws(LogError) {
    let producer = try usableProducer()
    do { try producer.ping(within: limit) } catch { throw LogError(error) }
  }

  package func close(within limit: Duration) {
    let last = state.withLock { state in
      defer { state = .closed }
      return state
    }
    if case .open(let producer) = last { producer.close(within: limit) }
  }

  /// The producer of now. One that had a fatal error is of no more use: its outstanding records are told
  /// as failed and a new one takes its place.
  func usableProducer() throws(LogError) -> KafkaProducer {
    let found: Result<KafkaProducer, LogError> = state.withLock { state in
      switch state {
      case .closed: return .failure(.closed)
      case .open(let producer) where producer.fatalError == nil: return .success(producer)
      case .open(let producer): producer.retire(within: .zero)
      case .broken: break
      }
      do throws(KafkaError) {
        let producer = try Self.makeProducer(settings)
        state = .open(producer)
        return .success(producer)
      } catch {
        state = .broken(error)
        return .failure(LogError(error))
      }
    }
    return try found.get()
  }

  private static func makeProducer(
    _ settings: KafkaLogSettings
  ) throws(KafkaError) -> KafkaProducer {
    try KafkaProducer(settings.producer, topics: Topic.allCases.map(settings.name))
  }

  private func encode(_ record: NewRecord) throws(LogError) -> KafkaRecord {
    let headers = RecordHeaders(record.event)
    let size = record.key.utf8.count + headers.block.count + record.event.data.count
    guard size <= settings.recordLimit else { throw .recordTooLarge(limit: settings.recordLimit) }
    return KafkaRecord(
      topic: settings.name(of: record.topic), key: record.key, headers: headers,
      value: record.event.data)
  }

  private func enter(_ count: Int) throws(LogError) {
    let now = outstanding.add(count, ordering: .relaxed).newValue
    guard now <= settings.queueLimit else {
      outstanding.subtract(count, ordering: .relaxed)
      throw .full(.queue)
    }
  }
}
