internal import CRdKafka
private import Platform

/// librdkafka's properties by name. A later layer wins over an earlier one.
package struct KafkaSettings: Sendable {
  package var properties: [String: String]

  package init(_ properties: [String: String]) { self.properties = properties }

  package func overridden(by other: [String: String]) -> KafkaSettings {
    KafkaSettings(properties.merging(other) { $1 })
  }

  /// A configuration that the caller hands to rd_kafka_new, which takes it over, or destroys.
  ///
  /// librdkafka's own words on a refused property may quote its value, and that may be a password: only
  /// the name is told.
  func configuration() throws(KafkaError) -> OpaquePointer {
    guard let configuration = rd_kafka_conf_new() else { throw .setting("*", "no memory") }
    for (name, value) in properties {
      guard rd_kafka_conf_set(configuration, name, value, nil, 0) == RD_KAFKA_CONF_OK else {
        rd_kafka_conf_destroy(configuration)
        throw .setting(name, "is refused by librdkafka")
      }
    }
    rd_kafka_conf_set_log_cb(configuration, nil)
    return configuration
  }
}

/// What librdkafka tells of a handle as a whole, from its own threads.
final class HandleFaults: Sendable {
  private let fatal = Locked<KafkaError?>(nil)
  /// Why a broker could not be reached, since one last answered.
  private let connection = Locked<KafkaError?>(nil)

  var fatalError: KafkaError? { fatal.withLock { $0 } }

  func tell(_ error: KafkaError) {
    fatal.withLock { $0 = $0 ?? error }
  }

  /// What is a setting's fault is not covered up by what follows from it.
  func tellOfConnection(_ error: KafkaError) {
    connection.withLock { known in
      if known?.isOfSettings != true || error.isOfSettings { known = error }
    }
  }

  func forgetConnection() { connection.withLock { $0 = nil } }

  var connectionError: KafkaError? { connection.withLock { $0 } }

  /// In place of an error that says only that nobody answered, why.
  func explained(_ error: KafkaError) -> KafkaError {
    error.isSilence ? connectionError ?? error : error
  }
}

/// Makes a handle. `context` is retained for the handle by the caller, who also releases it after
/// rd_kafka_destroy.
func makeHandle(
  _ type: rd_kafka_type_t, _ settings: KafkaSettings, context: UnsafeMutableRawPointer,
  _ prepare: (OpaquePointer) -> Void
) throws(KafkaError) -> OpaquePointer {
  let configuration = try settings.configuration()
  rd_kafka_conf_set_opaque(configuration, context)
  prepare(configuration)
  guard let handle = rd_kafka_new(type, configuration, nil, 0) else {
    rd_kafka_conf_destroy(configuration)
    throw .setting("rdkafka", "combination is refused by librdkafka")
  }
  return handle
}

func fatalError(of handle: OpaquePointer) -> KafkaError? {
  var text = [CChar](repeating: 0, count: 512)
  let code = rd_kafka_fatal_error(handle, &text, text.count)
  guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
  let end = text.firstIndex(of: 0) ?? text.endIndex
  let words = String(decoding: text[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self)
  return KafkaError(kind: .fatal, code: code.rawValue, text: words)
}
