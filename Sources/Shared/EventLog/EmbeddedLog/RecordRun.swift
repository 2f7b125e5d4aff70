/// Records of one partition that were appended together, as one row of the file holds them. Each is
///
///     key length | headers length | value length + 1, or 0 for no value | key | headers | value
///
/// with lengths of four bytes, the lowest first.
struct RecordRun {
  private(set) var bytes: [UInt8] = []
  private(set) var count = 0

  /// A reader that wants less than a run holds reads the rest of it again.
  var isFull: Bool { count >= 64 || bytes.count >= 256 << 10 }

  mutating func add(key: String, headers: [UInt8], value: [UInt8]?) {
    add(length: key.utf8.count)
    add(length: headers.count)
    add(length: value.map { $0.count + 1 } ?? 0)
    bytes += key.utf8
    bytes += headers
    if let value { bytes += value }
    count += 1
  }

  mutating func clear() {
    bytes.removeAll(keepingCapacity: true)
    count = 0
  }

  private mutating func add(length: Int) {
    let length = UInt32(length)
    for shift in [0, 8, 16, 24] as [UInt32] {
      bytes.append(UInt8(truncatingIfNeeded: length >> shift))
    }
  }
}

/// Goes from record to record of a run.
struct RunReader {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Where a record's parts lie; they are copied only when asked for.
  struct Place {
    let key, headers: Range<Int>
    let value: Range<Int>?
  }

  /// nil at the end, and where the bytes are not such.
  mutating func next() -> Place? {
    guard bytes.count - place >= 12 else { return nil }
    let start = place + 12
    let key = start..<start + length(at: place)
    let headers = key.upperBound..<key.upperBound + length(at: place + 4)
    let valueLength = length(at: place + 8)
    let value = headers.upperBound..<headers.upperBound + max(0, valueLength - 1)
    guard value.upperBound <= bytes.count else { return nil }
    place = value.upperBound
    return Place(key: key, headers: headers, value: valueLength == 0 ? nil : value)
  }

  func key(_ place: Place) -> String { String(decoding: bytes[place.key], as: UTF8.self) }
  func headers(_ place: Place) -> [UInt8] { Array(bytes[place.headers]) }
  func value(_ place: Place) -> [UInt8]? { place.value.map { Array(bytes[$0]) } }

  private func length(at place: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
  }
}
