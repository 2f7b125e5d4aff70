internal import CRdKafka
private import Platform
private import Synchronization

/// The delivery of one batch. One retain covers all of its records: taken before the first is handed to
/// librdkafka, released by whoever settles the last.
final class Delivery: Sendable {
  private let outstanding: Atomic<Int>
  private let failure = Locked<KafkaError?>(nil)
  private let done: @Sendable (KafkaError?) -> Void

  init(of count: Int, done: @escaping @Sendable (KafkaError?) -> Void) {
    outstanding = Atomic(count)
    self.done = done
  }

  func settle(_ count: Int, _ error: KafkaError?) {
    if let error { failure.withLock { $0 = $0 ?? error } }
    let left = outstanding.subtract(count, ordering: .acquiringAndReleasing).newValue
    guard left == 0 else { return }
    done(failure.withLock { $0 })
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
    .settle(1, KafkaError.check(message.pointee.err))
}
