/// What came of a stream of server-sent events.
struct ServerEvent: Hashable, Sendable {
  var id: String?
  /// nil for a message.
  var name: String?
  /// nil for a sign of life.
  var data: [UInt8]?

  fileprivate var isEmpty: Bool { id == nil && name == nil && data == nil }
}

/// Takes such a stream apart, wherever it was cut on its way.
struct ServerEventReader: Sendable {
  struct TooLong: Error {}

  private var line: [UInt8] = []
  private var event = ServerEvent()
  private let most: Int

  init(atMost most: Int = 16 << 20) { self.most = most }

  mutating func take(_ part: [UInt8]) throws(TooLong) -> [ServerEvent] {
    var events: [ServerEvent] = []
    var rest = part[...]
    while let end = rest.firstIndex(of: 0x0A) {
      try add(rest[..<end])
      rest = rest[(end + 1)...]
      if line.last == 0x0D { line.removeLast() }
      if line.isEmpty {
        if !event.isEmpty { events.append(event) }
        event = ServerEvent()
      } else {
        read()
      }
      line.removeAll(keepingCapacity: true)
    }
    try add(rest)
    return events
  }

  private mutating func add(_ bytes: ArraySlice<UInt8>) throws(TooLong) {
    guard line.count + (event.data?.count ?? 0) + bytes.count <= most else { throw TooLong() }
    line += bytes
  }

  /// A line with nothing before its colon is a comment.
  private mutating func read() {
    let name = String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
    var value = line.dropFirst(name.utf8.count + 1)
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    switch name {
    case "id": event.id = String(decoding: value, as: UTF8.self)
    case "event": event.name = String(decoding: value, as: UTF8.self)
    case "data": event.data = event.data.map { $0 + [0x0A] + value } ?? Array(value)
    default: return
    }
  }
}
