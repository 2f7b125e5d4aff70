internal import CRdKafka
internal import CThreads

/// librdkafka's own mock cluster: real brokers on loopback ports of this process. It has no admin API,
/// keeps about 5 MB a partition, and the first join of a group takes 3 s.
///
/// Unchecked: the pointers are set once, and the mock's functions may be called from any thread.
package final class MockKafka: @unchecked Sendable {
  package struct Unavailable: Error {}

  private let handle: OpaquePointer
  private let cluster: OpaquePointer
  package let brokerCount: Int

  package init(brokers: Int = 1) throws {
    guard let handle = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nil, 0),
      let cluster = rd_kafka_mock_cluster_new(handle, Int32(brokers))
    else { throw Unavailable() }
    (self.handle, self.cluster, brokerCount) = (handle, cluster, brokers)
  }

  deinit {
    rd_kafka_mock_cluster_destroy(cluster)
    rd_kafka_destroy(handle)
  }

  /// `host:port,…`
  package var bootstrap: String { String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

  package func createTopic(_ name: String, partitions: Int) {
    rd_kafka_mock_topic_create(cluster, name, Int32(partitions), 1)
  }

  /// Each connection breaks at its next request until ``bringUp()``. The brokers keep listening: one that lets go of its
  /// port and finds it taken when it comes back ends the whole process.
  package func takeDown() {
    var breaks = [rd_kafka_resp_err_t](repeating: RD_KAFKA_RESP_ERR__TRANSPORT, count: 10_000)
    for request in Self.requests {
      rd_kafka_mock_push_request_errors_array(cluster, request, breaks.count, &breaks)
    }
  }

  package func bringUp() {
    for request in Self.requests { rd_kafka_mock_clear_request_errors(cluster, request) }
  }

  /// Kafka's numbers of the requests whose answers the mock lets others decide, Produce (0) to ApiVersions (18) and
  /// InitProducerId (22) among them.
  private static let requests: [Int16] = Array(0...30)

  /// The next produce requests are answered with these of Kafka's error codes, one each.
  package func failProduce(with codes: [Int16]) {
    var codes = codes.map { rd_kafka_resp_err_t(rawValue: Int32($0)) }
    let produce: Int16 = 0
    rd_kafka_mock_push_request_errors_array(cluster, produce, codes.count, &codes)
  }
}
