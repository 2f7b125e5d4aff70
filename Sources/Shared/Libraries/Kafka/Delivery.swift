internal import CRdKafka
private import Synchronization

/// The delivery of one batch. One retain covers all of its records: taken before the first is handed to
/// librdkafka, released by whoever settles the last.
final class Delivery: Sendable {
  private let outstanding: Atomic<Int>
  /// Of the first that failed.
  private let failure = Atomic(none)
  private let done: @Sendable (KafkaError?) -> Void

  private static let none = RD_KAFKA_RESP_ERR_NO_ERROR.rawValue

  init(of count: Int, done: @escaping @Sendable (KafkaError?) -> Void) {
    outstanding = Atomic(count)
    self.done = done
  }

  func settle(_ count: Int, _ code: rd_kafka_resp_err_t) {
    _ = failure.compareExchange(expected: Self.none, desired: code.rawValue, ordering: .relaxed)
    let left = outstanding.subtract(count, ordering: .acquiringAndReleasing).newValue
    guard left == 0 else { return }
    done(KafkaError.check(rd_kafka_resp_err_t(failure.load(ordering: .relaxed))))
    Unmanaged.passUnretained(self).release()
  }
}

/// Called on the polling thread, once for each record that librdkafka took.
func deliveryReport(
  _ handle: OpaquePointer?, _ message: UnsafePointer<rd_kafka_message_t>?,
  _ context: UnsafeMutableRawPointer?
) {
  guard let message, let batch = message.pointee._private else { return }
  Unmanaged<Delivery>.fromOpaque(batch).takeUnretainedValue()
    .settle(1, message.pointee.err)
}
