/// Which zones a region has, from zone.tab: a region's two letters, coordinates and a zone's name, with tabs between.
struct ZoneTable {
  private(set) var namesOfRegion: [String: [String]] = [:]

  init(_ text: [UInt8]) {
    for line in text.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
      let columns = line.split(separator: UInt8(ascii: "\t"))
        .map { String(decoding: $0, as: UTF8.self) }
      guard columns.count > 2 else { continue }
      namesOfRegion[columns[0], default: []].append(columns[2])
    }
  }
}
