internal import Forms
internal import CRdKafka
private import Glibc

/// librdkafka's form of the headers, for the caller to hand on or destroy.
func nativeHeaders(_ headers: RecordHeaders) -> OpaquePointer? {
  let native = rd_kafka_headers_new(12)
  headers.block.withUnsafeBytes { block in
    var reader = HeaderReader()
    while let place = reader.next(in: headers.block.span) {
      let name = UnsafeRawBufferPointer(rebasing: block[place.name])
      let value = place.value.map { UnsafeRawBufferPointer(rebasing: block[$0]) }
      rd_kafka_header_add(
        native, name.baseAddress, name.count, value.flatMap { $0.baseAddress ?? emptyBytes },
        value?.count ?? 0)
    }
  }
  return native
}

/// Copies a received message's headers.
func recordHeaders(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> RecordHeaders {
  var native: OpaquePointer?
  guard rd_kafka_message_headers(message, &native) == RD_KAFKA_RESP_ERR_NO_ERROR, let native else {
    return RecordHeaders()
  }
  var headers = RecordHeaders(capacity: 400)
  var name: UnsafePointer<CChar>?
  var value: UnsafeRawPointer?
  var (size, index) = (0, 0)
  while rd_kafka_header_get_all(native, index, &name, &value, &size)
    == RD_KAFKA_RESP_ERR_NO_ERROR, let start = name
  {
    headers.add(
      name: UnsafeRawBufferPointer(start: start, count: strlen(start)),
      value: value.map { UnsafeRawBufferPointer(start: $0, count: size) })
    index += 1
  }
  return headers
}
