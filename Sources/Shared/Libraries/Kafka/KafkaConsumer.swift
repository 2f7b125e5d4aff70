package import Forms
internal import CRdKafka
internal import Time

package struct KafkaPartition: Hashable, Sendable {
  package let topic: String
  package let number: Int

  package init(topic: String, number: Int) { (self.topic, self.number) = (topic, number) }
}

package struct KafkaMessage: Sendable {
  package let partition: KafkaPartition
  package let offset: Int64
  package let key: [UInt8]
  package let headers: RecordHeaders
  package let value: [UInt8]?
}

/// What one poll gave. Messages of revoked partitions may be among it, taken before the revocation;
/// offered ones give none before they are assigned.
package struct KafkaPoll: Sendable {
  package var revoked: [KafkaPartition] = []
  /// Stands until `assign`.
  package var offered: [KafkaPartition]?
  package var messages: [KafkaMessage] = []
  /// The broker has no record at the offset we asked for.
  package var outOfRange: [(KafkaPartition, Int64)] = []
}

/// A member of a consumer group. Offered partitions give nothing until `assign` names them. Eager
/// assignment only: the cooperative one can abort the process in librdkafka before 2.3. Used by one
/// thread.
package final class KafkaConsumer {
  private let handle: OpaquePointer
  private let context = ConsumerContext()
  private var queue: OpaquePointer?
  private var fault: KafkaError?
  private var isClosed = false

  package init(_ settings: KafkaSettings, topics: [String]) throws(KafkaError) {
    let retained = Unmanaged.passRetained(context)
    do throws(KafkaError) {
      handle = try makeHandle(RD_KAFKA_CONSUMER, settings, context: retained.toOpaque()) {
        rd_kafka_conf_set_rebalance_cb($0, Rebalance.callback)
        rd_kafka_conf_set_error_cb($0, ConsumerContext.errorTold)
      }
    } catch {
      retained.release()
      throw error
    }
    rd_kafka_poll_set_consumer(handle)
    queue = rd_kafka_queue_get_consumer(handle)
    context.rebalance.queue = queue
    // Without topics it is in no group's rebalances, and reads what it assigns itself.
    guard !topics.isEmpty else { return }
    let list = PartitionList(topics.map { (KafkaPartition(topic: $0, number: -1), 0) })
    let code = list.withPointer { rd_kafka_subscribe(handle, $0) }
    if let error = KafkaError.check(code) { throw error }
  }

  deinit {
    close()
    rd_kafka_destroy(handle)
    Unmanaged.passUnretained(context).release()
  }

  package func poll(max: Int, wait: Duration) throws(KafkaError) -> KafkaPoll {
    guard !isClosed else { throw .closed }
    let received = receive(max, wait)
    defer { for message in received { rd_kafka_message_destroy(message) } }
    var poll = KafkaPoll()
    sort(received, into: &poll)
    if poll.messages.isEmpty, let error = context.faults.fatalError ?? fault {
      fault = nil
      throw error
    }
    poll.revoked = context.rebalance.revoked
    context.rebalance.revoked = []
    poll.offered = context.rebalance.offered
    return poll
  }

  /// Whether partitions wait for `assign`.
  package var hasOffer: Bool { context.rebalance.offered != nil }

  /// Where the group will go on; nil where it has committed nothing yet.
  package func committed(
    _ partitions: [KafkaPartition], within limit: Duration
  ) throws(KafkaError) -> [KafkaPartition: Int64?] {
    let list = PartitionList(partitions.map { ($0, Int64(RD_KAFKA_OFFSET_INVALID)) })
    let milliseconds = Int32(limit.millisecondsRoundedUp)
    let code = list.withPointer { rd_kafka_committed(handle, $0, milliseconds) }
    if let error = KafkaError.check(code) { throw error }
    if let code = list.firstError { throw KafkaError(code) }
    return list.offsets.mapValues { $0 >= 0 ? $0 : nil }
  }

  /// The same with the note that was committed beside each, for those that have an offset.
  package func bookmarks(
    of partitions: [KafkaPartition], within limit: Duration
  ) throws(KafkaError) -> [KafkaPartition: (offset: Int64, note: String)] {
    let list = PartitionList(partitions.map { ($0, Int64(RD_KAFKA_OFFSET_INVALID)) })
    let milliseconds = Int32(limit.millisecondsRoundedUp)
    let code = list.withPointer { rd_kafka_committed(handle, $0, milliseconds) }
    if let error = KafkaError.check(code) { throw error }
    if let code = list.firstError { throw KafkaError(code) }
    return list.bookmarks
  }

  /// Commits offsets with a note each, outside of any membership: a group that has members refuses it.
  package func mark(
    _ bookmarks: [KafkaPartition: (offset: Int64, note: String)], within limit: Duration
  ) throws(KafkaError) {
    guard !isClosed else { throw .closed }
    try commit(PartitionList(noted: bookmarks), within: limit)
  }

  /// Reads these from these offsets, nil being the first that there is, and nothing else. Takes the
  /// offer, if there is one.
  package func assign(_ starts: [KafkaPartition: Int64?]) throws(KafkaError) {
    let list = PartitionList(
      starts.map { ($0.key, $0.value ?? Int64(RD_KAFKA_OFFSET_BEGINNING)) })
    let code = list.withPointer { rd_kafka_assign(handle, $0) }
    if let error = KafkaError.check(code) { throw error }
    context.rebalance.offered = nil
  }

  package func pause(_ partitions: some Sequence<KafkaPartition>) {
    _ = PartitionList(partitions.map { ($0, 0) })
      .withPointer { rd_kafka_pause_partitions(handle, $0) }
  }

  package func resume(_ partitions: some Sequence<KafkaPartition>) {
    _ = PartitionList(partitions.map { ($0, 0) })
      .withPointer { rd_kafka_resume_partitions(handle, $0) }
  }

  /// The next offsets to read, for the group. Fails with `.lost` when it is no longer ours to say.
  package func commit(
    _ offsets: [KafkaPartition: Int64], within limit: Duration
  ) throws(KafkaError) {
    guard !isClosed else { throw .closed }
    // Without a membership librdkafka would commit as a client outside of the group, and a group that
    // is empty just then would take it.
    guard rd_kafka_assignment_lost(handle) == 0 else {
      throw KafkaError(RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST)
    }
    try commit(PartitionList(offsets.map { ($0.key, $0.value) }), within: limit)
  }

  private func commit(_ list: PartitionList, within limit: Duration) throws(KafkaError) {
    let answers = rd_kafka_queue_new(handle)
    defer { rd_kafka_queue_destroy(answers) }
    let code = list.withPointer { rd_kafka_commit_queue(handle, $0, answers, nil, nil) }
    if let error = KafkaError.check(code) { throw error }
    let answer = rd_kafka_queue_poll(answers, Int32(limit.millisecondsRoundedUp))
    guard let answer else { throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT) }
    defer { rd_kafka_event_destroy(answer) }
    if let error = KafkaError.check(rd_kafka_event_error(answer)) { throw error }
    guard let answered = rd_kafka_event_topic_partition_list(answer) else { return }
    let refused = elements(of: answered).first { $0.err != RD_KAFKA_RESP_ERR_NO_ERROR }
    if let refused { throw KafkaError(refused.err) }
  }

  /// The first offset that there is and the one after the last.
  package func range(
    of partition: KafkaPartition, within limit: Duration
  ) throws(KafkaError) -> Range<Int64> {
    try watermarks(of: partition, on: handle, within: limit)
  }

  /// Leaves the group, so that others need not wait for the session to end (a static member,
  /// `group.instance.id`, does not leave).
  package func close() {
    guard !isClosed else { return }
    isClosed = true
    // The library asks that its queue is given back before it closes.
    if let queue { rd_kafka_queue_destroy(queue) }
    queue = nil
    context.rebalance.queue = nil
    rd_kafka_consumer_close(handle)
  }

  /// librdkafka waits the whole time for a batch that is not full, so the wait is for one message, and
  /// what else is there is taken without waiting.
  private func receive(
    _ max: Int, _ wait: Duration
  ) -> [UnsafeMutablePointer<rd_kafka_message_t>] {
    let first = receive(atMost: 1, milliseconds: Int32(wait.millisecondsRoundedUp))
    guard max > 1, !first.isEmpty else { return first }
    return first + receive(atMost: max - 1, milliseconds: 0)
  }

  private func receive(
    atMost max: Int, milliseconds: Int32
  ) -> [UnsafeMutablePointer<rd_kafka_message_t>] {
    [UnsafeMutablePointer<rd_kafka_message_t>?](unsafeUninitializedCapacity: max) {
      buffer, count in
      count = Swift.max(
        0, rd_kafka_consume_batch_queue(queue, milliseconds, buffer.baseAddress, max))
    }.compactMap { $0 }
  }

  private func sort(
    _ received: [UnsafeMutablePointer<rd_kafka_message_t>], into poll: inout KafkaPoll
  ) {
    var names = TopicNames()
    poll.messages.reserveCapacity(received.count)
    for message in received {
      switch message.pointee.err {
      case RD_KAFKA_RESP_ERR_NO_ERROR:
        poll.messages.append(KafkaMessage(message, names.name(of: message.pointee.rkt)))
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        let partition = KafkaPartition(
          topic: names.name(of: message.pointee.rkt), number: Int(message.pointee.partition))
        poll.outOfRange.append((partition, message.pointee.offset))
      case let code:
        // Most pass by themselves (no broker, no such topic yet) or are told as a rebalance; what an
        // operator must put right is told by the next poll that has no messages.
        let error = KafkaError(code)
        if error.kind == .other { fault = error }
      }
    }
  }
}

/// The name of a topic handle, made into a String once a batch.
private struct TopicNames {
  private var known: [(OpaquePointer, String)] = []

  mutating func name(of topic: OpaquePointer?) -> String {
    guard let topic else { return "" }
    if let known = known.first(where: { $0.0 == topic }) { return known.1 }
    let name = String(cString: rd_kafka_topic_name(topic))
    known.append((topic, name))
    return name
  }
}

extension KafkaMessage {
  fileprivate init(_ message: UnsafeMutablePointer<rd_kafka_message_t>, _ topic: String) {
    let native = message.pointee
    partition = KafkaPartition(topic: topic, number: Int(native.partition))
    offset = native.offset
    key = native.key.map { Array(UnsafeRawBufferPointer(start: $0, count: native.key_len)) } ?? []
    value = native.payload.map { Array(UnsafeRawBufferPointer(start: $0, count: native.len)) }
    headers = recordHeaders(of: message)
  }
}
