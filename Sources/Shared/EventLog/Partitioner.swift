/// The partition of a key, as Kafka's own Java producer finds it: murmur2 with seed 0x9747b28c over the
/// UTF-8 of the key, sign bit off, modulo the number of partitions. It must never change: the order of a
/// key's records hangs on it.
package enum Partitioner {
  package static func partition(ofKey key: String, among count: Int) -> Int {
    Int(murmur2(key.utf8Span.span) & 0x7FFF_FFFF) % count
  }
}

private func murmur2(_ bytes: Span<UInt8>) -> UInt32 {
  let factor: UInt32 = 0x5BD1_E995
  var hash: UInt32 = 0x9747_B28C ^ UInt32(truncatingIfNeeded: bytes.count)
  var index = 0
  while index + 4 <= bytes.count {
    var word = littleEndian(bytes, index, 4) &* factor
    word = (word ^ (word >> 24)) &* factor
    hash = (hash &* factor) ^ word
    index += 4
  }
  if index < bytes.count {
    hash = (hash ^ littleEndian(bytes, index, bytes.count - index)) &* factor
  }
  hash = (hash ^ (hash >> 13)) &* factor
  return hash ^ (hash >> 15)
}

private func littleEndian(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> UInt32 {
  var word: UInt32 = 0
  for index in 0..<count { word |= UInt32(bytes[start + index]) << UInt32(8 * index) }
  return word
}
