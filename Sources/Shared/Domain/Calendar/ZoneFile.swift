/// The part of a TZif file (RFC 9636) that says when which offset begins.
///
///     header, block of 32-bit times, header, block of 64-bit times, newline, rule for later times, newline
///
/// A file of the first version ends after its first block. What else a block has, as the names of offsets, is passed over.
struct ZoneFile {
  /// Seconds since 1970 at which an offset begins, in ascending order.
  private(set) var times: [Int64] = []
  /// Seconds east of UTC that begin at each of them.
  private(set) var offsets: [Int32] = []
  /// Before the first time.
  private(set) var firstOffset: Int32 = 0
  /// What holds from the last time on; empty where that stays as it is.
  private(set) var rule: [UInt8] = []

  init(_ bytes: [UInt8]) throws(ZoneFault) {
    var reader = Reader(rest: bytes[...])
    let header = try Header(&reader)
    guard header.version >= UInt8(ascii: "2") else {
      try read(header, timeSize: 4, &reader)
      return
    }
    try reader.skip(header.blockSize(timeSize: 4))
    try read(try Header(&reader), timeSize: 8, &reader)
    rule = try reader.line()
  }

  private mutating func read(
    _ header: Header, timeSize: Int, _ reader: inout Reader
  ) throws(ZoneFault) {
    guard header.leaps == 0 else {
      throw ZoneFault("counts leap seconds, so its times are not those of UTC")
    }
    guard header.types > 0 else { throw ZoneFault("has no offset at all") }
    guard reader.rest.count >= header.blockSize(timeSize: timeSize) else { throw .cut }
    for _ in 0..<header.times {
      let time = try reader.signed(timeSize)
      if let last = times.last, last >= time { throw ZoneFault("has times that do not ascend") }
      times.append(time)
    }
    let kinds = try reader.bytes(header.times)
    var ofKind: [Int32] = []
    for _ in 0..<header.types {
      let offset = try reader.signed(4)
      try reader.skip(2)
      guard ZoneRules.possibleOffsets.contains(offset) else {
        throw ZoneFault("has an offset of \(offset) seconds, which no zone has")
      }
      ofKind.append(Int32(offset))
    }
    for kind in kinds {
      guard Int(kind) < ofKind.count else { throw ZoneFault("names an offset that it lacks") }
      offsets.append(ofKind[Int(kind)])
    }
    firstOffset = ofKind[0]
    try reader.skip(header.characters + header.indicators)
  }
}

private struct Header {
  let version: UInt8
  /// Of both kinds, a byte each.
  let indicators: Int
  let leaps: Int
  let times: Int
  let types: Int
  let characters: Int

  init(_ reader: inout Reader) throws(ZoneFault) {
    guard try reader.bytes(4).elementsEqual("TZif".utf8) else {
      throw ZoneFault("is no file of time zone rules: it does not begin with TZif")
    }
    version = try reader.bytes(1).first ?? 0
    try reader.skip(15)
    indicators = try reader.count() + reader.count()
    leaps = try reader.count()
    times = try reader.count()
    types = try reader.count()
    characters = try reader.count()
  }

  /// Counts have 32 bits, so that this does not overflow.
  func blockSize(timeSize: Int) -> Int {
    times * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) + indicators
  }
}

private struct Reader {
  var rest: ArraySlice<UInt8>

  mutating func bytes(_ count: Int) throws(ZoneFault) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw .cut }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func skip(_ count: Int) throws(ZoneFault) { _ = try bytes(count) }

  /// The most significant byte stands first.
  mutating func signed(_ size: Int) throws(ZoneFault) -> Int64 {
    let bits = try bytes(size).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let unused = UInt64(64 - 8 * size)
    return Int64(bitPattern: bits << unused) >> unused
  }

  mutating func count() throws(ZoneFault) -> Int {
    Int(try bytes(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  /// What stands between two newlines.
  mutating func line() throws(ZoneFault) -> [UInt8] {
    let newline = UInt8(ascii: "\n")
    guard rest.popFirst() == newline else {
      throw ZoneFault("has no rule for later times where one must stand")
    }
    guard let end = rest.firstIndex(of: newline) else { throw .cut }
    return Array(rest[..<end])
  }
}
