internal import CRdKafka

/// What librdkafka said, sorted by what a caller can do about it. Its texts name brokers, topics and
/// settings, never the value of a setting.
package struct KafkaError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    /// No broker, no answer in time, or a broker that asks to be tried again.
    case unreachable
    case queueFull
    case tooLarge
    /// The group has given the partition to somebody else.
    case lost
    /// The handle is of no more use; a new one is.
    case fatal
    case closed
    case setting
    case other
  }

  package let kind: Kind
  package let code: Int32
  package let text: String

  package var description: String { "Kafka: \(text) (\(code))" }

  static func setting(_ name: String, _ reason: String) -> KafkaError {
    KafkaError(kind: .setting, code: 0, text: "setting \(name) \(reason)")
  }

  package static func unreachable(_ reason: String) -> KafkaError {
    KafkaError(kind: .unreachable, code: RD_KAFKA_RESP_ERR__TIMED_OUT.rawValue, text: reason)
  }

  static let closed = KafkaError(kind: .closed, code: 0, text: "closed")

  init(kind: Kind, code: Int32, text: String) {
    (self.kind, self.code, self.text) = (kind, code, text)
  }

  init(_ code: rd_kafka_resp_err_t, _ text: String? = nil) {
    self.code = code.rawValue
    self.text = text ?? String(cString: rd_kafka_err2str(code))
    kind = Self.kind(of: code)
  }

  /// nil where the code means success.
  static func check(_ code: rd_kafka_resp_err_t) -> KafkaError? {
    code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code)
  }

  /// Nobody answered, and the code does not say why.
  var isSilence: Bool {
    [
      RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT,
      RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__TRANSPORT,
      RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
    ].contains { $0.rawValue == code }
  }

  /// A person has to put it right: the password, the certificate, the name of the host.
  var isOfSettings: Bool {
    [
      RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL, RD_KAFKA_RESP_ERR__RESOLVE,
    ].contains { $0.rawValue == code }
  }

  private static func kind(of code: rd_kafka_resp_err_t) -> Kind {
    switch code {
    case RD_KAFKA_RESP_ERR__QUEUE_FULL: .queueFull
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE: .tooLarge
    case RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER: .fatal
    case RD_KAFKA_RESP_ERR__DESTROY: .closed
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
      RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
      RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST,
      RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
      .lost
    case _ where transient.contains(code.rawValue): .unreachable
    default: .other
    }
  }

  private static let transient: Set<Int32> = Set(
    [
      RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT,
      RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__TRANSPORT,
      RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__RESOLVE,
      RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL,
      RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__PURGE_QUEUE,
      RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
      RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
      RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
      RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
      RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
      RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
      RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
      RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED,
    ].map(\.rawValue))
}
