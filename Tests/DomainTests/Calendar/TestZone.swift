import Domain

/// A TZif file made by hand.
struct TestZone {
  var version: Character = "2"
  var times: [(Int64, kind: UInt8)] = []
  var offsets: [Int32] = [0]
  var leaps = 0
  var rule = ""

  var bytes: [UInt8] {
    let isFirst = version == "\0"
    let now = block(size: isFirst ? 4 : 8)
    return isFirst
      ? now : TestZone(version: version).block(size: 4) + now + Array("\n\(rule)\n".utf8)
  }

  private func block(size: Int) -> [UInt8] {
    var bytes = Array("TZif\(version)".utf8) + [UInt8](repeating: 0, count: 15)
    for count in [0, 0, leaps, times.count, offsets.count, 4] { bytes += big(Int64(count), 4) }
    for (time, _) in times { bytes += big(time, size) }
    bytes += times.map(\.kind)
    for offset in offsets { bytes += big(Int64(offset), 4) + [0, 0] }
    bytes += Array("LMT\0".utf8)
    return bytes + [UInt8](repeating: 0, count: leaps * (size + 4))
  }

  private func big(_ number: Int64, _ size: Int) -> [UInt8] {
    (0..<size).reversed().map { UInt8(truncatingIfNeeded: number >> Int64(8 * $0)) }
  }
}
