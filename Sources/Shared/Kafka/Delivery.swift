internal import CRdKafka
private import Platform

/// The delivery of one batch. One retain covers all of its records: taken before the first is handed to
/// librdkafka, released by whoever settles the last.
final class Delivery: Sendable {
  private let state: Locked<State>
  private let done: @Sendable (KafkaError?) -> Void

  private struct State {
    var outstanding: Int
    var failure: KafkaError?
  }

  init(of count: Int, done: @escaping @Sendable (KafkaError?) -> Void) {
    state = Locked(State(outstanding: count))
    self.done = done
  }

  func settle(_ count: Int, _ error: KafkaError?) {
    let (left, failure) = state.withLock { state in
      state.outstanding -= count
      state.failure = state.failure ?? error
      return (state.outstanding, state.failure)
    }
    guard left == 0 else { return }
    done(failure)
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
