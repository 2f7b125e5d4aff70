package import Forms
internal import CRdKafka
internal import Platform
internal import Time

package struct KafkaRecord: Sendable {
  package var topic: String
  package var key: String
  package var headers: RecordHeaders
  /// nil is a tombstone.
  package var value: [UInt8]?

  package init(topic: String, key: String, headers: RecordHeaders, value: [UInt8]?) {
    (self.topic, self.key, self.headers, self.value) = (topic, key, headers, value)
  }
}

/// One producer handle and the thread that polls it. Once it had a fatal error it takes nothing more:
/// whoever uses it closes it and makes another.
///
/// Unchecked: `handle` and `topics` are set before the polling thread starts and librdkafka may be called
/// from any thread. Only that thread frees them, after `users` has told that nobody is inside and nobody
/// gets in any more.
package final class KafkaProducer: @unchecked Sendable {
  let handle: OpaquePointer
  private let topics: [String: OpaquePointer]
  let faults = HandleFaults()
  private let users = Locked(Users())
  private let destroyed = Gate()

  private struct Users {
    var inside = 0
    /// Boot time; set when nobody may enter any more. What is not delivered by then fails.
    var closesAt: RunningTime?
  }

  package init(_ settings: KafkaSettings, topics names: [String]) throws(KafkaError) {
    let context = Unmanaged.passRetained(faults)
    do throws(KafkaError) {
      handle = try makeHandle(RD_KAFKA_PRODUCER, settings, context: context.toOpaque()) {
        rd_kafka_conf_set_dr_msg_cb($0, deliveryReport)
        rd_kafka_conf_set_error_cb($0, KafkaProducer.errorTold)
      }
    } catch {
      context.release()
      throw error
    }
    var topics: [String: OpaquePointer] = [:]
    for name in names { topics[name] = rd_kafka_topic_new(handle, name, nil) }
    self.topics = topics
    _ = WorkerThread("kafka-producer") { self.poll() }
  }

  package var fatalError: KafkaError? { faults.fatalError }

  /// How many records wait for their delivery report.
  package var outstanding: Int { Int(rd_kafka_outq_len(handle)) }

  /// `done` comes once, on the polling thread or, when nothing could be handed over, on this one.
  package func produce(
    _ records: [KafkaRecord], done: @escaping @Sendable (KafkaError?) -> Void
  ) {
    guard !records.isEmpty else { return done(nil) }
    guard enter() else { return done(faults.fatalError ?? .closed) }
    defer { leave() }
    let delivery = Delivery(of: records.count) { [faults] error in
      done(error.map(faults.explained))
    }
    let batch = Unmanaged.passRetained(delivery).toOpaque()
    for (index, record) in records.enumerated() {
      let code = hand(record, to: batch)
      guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
      return delivery.settle(records.count - index, code)
    }
  }

  /// Takes nothing more; what is not delivered within that time is told as failed.
  package func close(within limit: Duration) {
    retire(within: limit)
    destroyed.wait()
  }

  /// `close` without waiting for it.
  package func retire(within limit: Duration) {
    let time = RunningTime.now + limit
    users.withLock { $0.closesAt = min($0.closesAt ?? .distantFuture, time) }
  }

  /// Runs the body while the handle cannot go away.
  func withHandle<Result>(
    _ body: (OpaquePointer) throws(KafkaError) -> Result
  ) throws(KafkaError) -> Result {
    guard enter() else { throw .closed }
    defer { leave() }
    return try body(handle)
  }

  private func enter() -> Bool {
    users.withLock { users in
      guard users.closesAt == nil else { return false }
      users.inside += 1
      return true
    }
  }

  private func leave() {
    users.withLock { $0.inside -= 1 }
  }

  private func hand(
    _ record: KafkaRecord, to batch: UnsafeMutableRawPointer
  ) -> rd_kafka_resp_err_t {
    guard let topic = topics[record.topic] else { return RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC }
    let headers = nativeHeaders(record.headers)
    var key = record.key
    let code = key.withUTF8 { key in
      withBytes(record.value) { value, size in
        postrider_produce(
          handle, topic, UnsafeRawPointer(key.baseAddress) ?? emptyBytes, key.count, value, size,
          headers, batch)
      }
    }
    // librdkafka owns the headers of what it has taken.
    if code != RD_KAFKA_RESP_ERR_NO_ERROR { rd_kafka_headers_destroy(headers) }
    return code
  }

  private func poll() {
    while !isDone() { rd_kafka_poll(handle, 50) }
    rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    while rd_kafka_outq_len(handle) > 0 { rd_kafka_poll(handle, 10) }
    for topic in topics.values { rd_kafka_topic_destroy(topic) }
    rd_kafka_destroy(handle)
    Unmanaged.passUnretained(faults).release()
    destroyed.open()
  }

  private func isDone() -> Bool {
    users.withLock { users in
      guard let closesAt = users.closesAt, users.inside == 0 else { return false }
      return rd_kafka_outq_len(handle) == 0 || closesAt.hasPassed
    }
  }

  private static let errorTold:
    @convention(c) (OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void =
      { handle, code, reason, context in
        guard let handle, let context else { return }
        let faults = Unmanaged<HandleFaults>.fromOpaque(context).takeUnretainedValue()
        switch rd_kafka_resp_err_t(code) {
        case RD_KAFKA_RESP_ERR__FATAL:
          if let error = Kafka.fatalError(of: handle) { faults.tell(error) }
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL,
          RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__TRANSPORT:
          faults.tellOfConnection(
            KafkaError(rd_kafka_resp_err_t(code), reason.map { String(cString: $0) }))
        default: break
        }
      }
}

/// An address for what is empty but not absent: librdkafka takes no address for "no value".
var emptyBytes: UnsafeRawPointer? { UnsafeRawPointer(bitPattern: 1) }

private func withBytes<Result>(
  _ bytes: [UInt8]?, _ body: (UnsafeRawPointer?, Int) -> Result
) -> Result {
  guard let bytes else { return body(nil, 0) }
  return bytes.withUnsafeBytes { body($0.baseAddress ?? emptyBytes, $0.count) }
}
