internal import Domain
internal import Store
internal import Time

/// The changes of a send as they are packed beside it, one behind the other, so that a change costs no row of its own:
///
///     version  state  attempt  what there is   at   provider's time   code          detail
///     4        1      1        1               8    8                 2 + length    4 + length
///
/// The numbers are big-endian, as PostgreSQL's own functions write them: there a callback's change is put together in
/// the statement that finds its send. A change that ends a send without its reaching anybody has a row in `history`
/// instead. Those are few, and are searched by it.
enum PackedHistory {
  fileprivate static let hasProviderAt: UInt8 = 1
  fileprivate static let hasCode: UInt8 = 2
  fileprivate static let hasDetail: UInt8 = 4

  /// In the order in which they happened.
  static func entries(_ packed: [UInt8]) throws(StoreError) -> [HistoryEntry] {
    var reader = PackedReader(packed)
    var entries: [HistoryEntry] = []
    while !reader.isAtEnd { entries.append(try reader.entry()) }
    return entries
  }

  /// Without reading the rest.
  static func first(_ packed: [UInt8]) throws(StoreError) -> HistoryEntry? {
    var reader = PackedReader(packed)
    return reader.isAtEnd ? nil : try reader.entry()
  }
}

extension HistoryEntry {
  /// Whether it is packed beside its send where the store is written in that form.
  static func isPacked(_ state: SendState) -> Bool { !state.isFailure }
}

extension Change {
  func pack(into bytes: inout [UInt8]) {
    bytes.append(bigEndian: UInt32(truncatingIfNeeded: version))
    packRest(into: &bytes)
  }

  /// What stands behind the version.
  func packRest(into bytes: inout [UInt8]) {
    bytes.append(UInt8(truncatingIfNeeded: state.rawValue))
    bytes.append(UInt8(truncatingIfNeeded: attempt))
    let code = code.map { Array($0.utf8.prefix(Int(UInt16.max))) }
    bytes.append(
      (providerAt == nil ? 0 : PackedHistory.hasProviderAt)
        | (code == nil ? 0 : PackedHistory.hasCode)
        | (detail == nil ? 0 : PackedHistory.hasDetail))
    bytes.append(bigEndian: at.microseconds)
    if let providerAt { bytes.append(bigEndian: providerAt.microseconds) }
    if let code {
      bytes.append(bigEndian: UInt16(code.count))
      bytes += code
    }
    if let detail {
      bytes.append(bigEndian: UInt32(detail.json.count))
      bytes += detail.json
    }
  }
}

/// One change that is to be published, as the outbox has it: the send's key and the change's version.
struct OutboxMark: Hashable {
  static let width = 12

  let send: SendKey
  let version: Int

  func pack(into bytes: inout [UInt8]) {
    bytes.append(bigEndian: send.value)
    bytes.append(bigEndian: UInt32(truncatingIfNeeded: version))
  }

  static func all(in packed: [UInt8]) throws(StoreError) -> [OutboxMark] {
    var reader = PackedReader(packed)
    var marks: [OutboxMark] = []
    marks.reserveCapacity(packed.count / width)
    while !reader.isAtEnd {
      marks.append(
        OutboxMark(
          send: SendKey(try reader.integer(Int64.self)),
          version: Int(try reader.integer(UInt32.self))))
    }
    return marks
  }
}

/// Goes along packed bytes, and says where they end too early.
private struct PackedReader {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { place == bytes.count }

  mutating func integer<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(StoreError) -> Number {
    let end = place + Number.bitWidth / 8
    guard end <= bytes.count else { throw .broken("a packed history ends within a number") }
    defer { place = end }
    return bytes[place..<end].reduce(0) { $0 << 8 | Number($1) }
  }

  mutating func take(_ count: Int) throws(StoreError) -> ArraySlice<UInt8> {
    guard place + count <= bytes.count else { throw .broken("a packed history ends within a text") }
    defer { place += count }
    return bytes[place..<(place + count)]
  }

  mutating func entry() throws(StoreError) -> HistoryEntry {
    let version = Int(try integer(UInt32.self))
    let number = Int(try integer(UInt8.self))
    guard let state = SendState(rawValue: number) else { throw .broken("a state \(number)") }
    let attempt = Int(try integer(UInt8.self))
    let given = try integer(UInt8.self)
    let at = Timestamp(microseconds: try integer(Int64.self))
    var (providerAt, code, detail): (CalendarTime?, String?, HistoryDetail?) = (nil, nil, nil)
    if given & PackedHistory.hasProviderAt != 0 {
      providerAt = CalendarTime(microseconds: try integer(Int64.self))
    }
    if given & PackedHistory.hasCode != 0 {
      code = String(decoding: try take(Int(try integer(UInt16.self))), as: UTF8.self)
    }
    if given & PackedHistory.hasDetail != 0 {
      detail = HistoryDetail(json: Array(try take(Int(try integer(UInt32.self)))))
    }
    return HistoryEntry(
      version: version, state: state, attempt: attempt, at: at, providerAt: providerAt, code: code,
      detail: detail)
  }
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian number: some FixedWidthInteger) {
    for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}
