internal import CRdKafka
internal import CThreads
internal import Glibc
private import Platform

/// librdkafka's own mock cluster: real brokers on loopback ports of this process. It has no admin API,
/// keeps about 5 MB a partition, and the first join of a group takes 3 s.
///
/// Unchecked: the pointers are set once, and the mock's functions may be called from any thread.
package final class MockKafka: @unchecked Sendable {
  package struct Unavailable: Error {}

  private let handle: OpaquePointer
  private let cluster: OpaquePointer
  package let brokerCount: Int
  /// Sockets of ours that keep the brokers' ports while they are down.
  private let kept = Locked<[Int32]>([])

  package init(brokers: Int = 1) throws {
    guard let handle = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nil, 0),
      let cluster = rd_kafka_mock_cluster_new(handle, Int32(brokers))
    else { throw Unavailable() }
    (self.handle, self.cluster, brokerCount) = (handle, cluster, brokers)
  }

  deinit {
    letGo()
    rd_kafka_mock_cluster_destroy(cluster)
    rd_kafka_destroy(handle)
  }

  /// `host:port,…`
  package var bootstrap: String { String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

  package func createTopic(_ name: String, partitions: Int) {
    rd_kafka_mock_topic_create(cluster, name, Int32(partitions), 1)
  }

  /// The ports stay ours: a broker that finds its port taken when it comes back ends the whole process.
  package func takeDown() {
    for broker in 1...brokerCount { rd_kafka_mock_broker_set_down(cluster, Int32(broker)) }
    letGo()
    kept.withLock { $0 = ports.compactMap(Self.keep) }
    for port in ports { Self.close(port) }
  }

  /// While connections of before are left on a port the kernel lets others connect from it, though a socket that would
  /// share it is bound. One that has listened shares with nobody, and the port stays closed to them.
  private static func close(_ port: UInt16) {
    guard let descriptor = keep(port) else { return }
    listen(descriptor, 1)
    Glibc.close(descriptor)
  }

  /// False where somebody has taken a port meanwhile; the brokers stay down then.
  @discardableResult
  package func bringUp() -> Bool {
    guard isFree(within: .seconds(60)) else { return false }
    for broker in 1...brokerCount { rd_kafka_mock_broker_set_up(cluster, Int32(broker)) }
    letGo()
    return true
  }

  /// A process that was started while the brokers listened may have got their sockets, and then listens with them
  /// as long as it lives.
  private func isFree(within limit: Duration) -> Bool {
    let end = RunningTime.now + limit
    while !ports.allSatisfy(Self.nobodyListens) {
      guard !end.hasPassed else { return false }
      pause(for: .milliseconds(20))
    }
    return true
  }

  /// It can be shared by all but one who listens. To try by listening would be to do that for a moment, and for a longer
  /// one in every process that is started just then.
  private static func nobodyListens(_ port: UInt16) -> Bool {
    guard let descriptor = keep(port) else { return false }
    Glibc.close(descriptor)
    return true
  }

  private var ports: [UInt16] {
    bootstrap.split(separator: ",").compactMap { address in
      address.split(separator: ":").last.flatMap { UInt16($0) }
    }
  }

  private func letGo() {
    kept.withLock { sockets in
      for socket in sockets { Glibc.close(socket) }
      sockets = []
    }
  }

  /// Bound and not listening: the kernel gives the port to nobody else, and the broker can still share it.
  private static func keep(_ port: UInt16) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let code = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else {
      Glibc.close(descriptor)
      return nil
    }
    return descriptor
  }

  /// The next produce requests are answered with these of Kafka's error codes, one each.
  package func failProduce(with codes: [Int16]) {
    var codes = codes.map { rd_kafka_resp_err_t(rawValue: Int32($0)) }
    let produce: Int16 = 0
    rd_kafka_mock_push_request_errors_array(cluster, produce, codes.count, &codes)
  }
}
