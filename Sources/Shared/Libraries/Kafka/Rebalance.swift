internal import CRdKafka

/// What the group has decided since the last poll. librdkafka calls back on the thread that polls or
/// closes, so no lock is needed.
final class Rebalance {
  var queue: OpaquePointer?
  /// Given to us and not yet taken with rd_kafka_assign.
  var offered: [KafkaPartition]?
  var revoked: [KafkaPartition] = []

  static let callback:
    @convention(c) (
      OpaquePointer?, rd_kafka_resp_err_t,
      UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?, UnsafeMutableRawPointer?
    ) -> Void = { handle, code, list, context in
      guard let handle, let context else { return }
      let rebalance = Unmanaged<ConsumerContext>.fromOpaque(context).takeUnretainedValue()
        .rebalance
      if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
        rebalance.offered = list.map { partitions(of: $0) } ?? []
      } else {
        if rebalance.offered == nil {
          rebalance.revoked += list.map { partitions(of: $0) } ?? []
        }
        rebalance.offered = nil
        rd_kafka_assign(handle, nil)
      }
      // Ends the poll as soon as nothing more is queued. (rd_kafka_yield would end it at once, and lose
      // the record that it had in its hand.)
      if let queue = rebalance.queue { rd_kafka_queue_yield(queue) }
    }
}

final class ConsumerContext {
  let rebalance = Rebalance()
  let faults = HandleFaults()

  static let errorTold:
    @convention(c) (OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void =
      { handle, code, _, context in
        guard code == RD_KAFKA_RESP_ERR__FATAL.rawValue, let handle, let context,
          let error = fatalError(of: handle)
        else { return }
        Unmanaged<ConsumerContext>.fromOpaque(context).takeUnretainedValue().faults.tell(error)
      }
}
