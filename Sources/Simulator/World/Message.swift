internal import Crypto

/// An accepted message and how far it has come.
struct Message: Sendable {
  enum State: String, Sendable {
    case accepted, scheduled, queued, sent, delivered, read, undelivered, failed, canceled

    var isFinal: Bool {
      switch self {
      case .read, .undelivered, .failed, .canceled: true
      default: false
      }
    }
  }

  /// What Meta charges it as.
  enum Price: String, Sendable {
    case marketing, utility, authentication, service
    case marketingLite = "marketing_lite"
  }

  let sender: Int
  let person: Int32
  let acceptedAt: Int64
  let hasMedia: Bool
  /// Meta says of a reaction only that it was sent.
  let isReaction: Bool
  var service: Int?
  var body: String
  /// Where Twilio reports to, or what Meta gives back with each status. Let go of at the end.
  var callback: String?
  let claim: Claim?
  var state: State
  let price: Price
  /// Meta does not send it until it has decided about its template.
  var isHeld: Bool
  /// Set when it was decided that it fails.
  var code: Int?
  var detail: String?
  var updatedAt: Int64
  var sentAt: Int64?
  /// The one before to the same person from the same sender, and the one before of the same send.
  let previousOfPair: Int?
  let previousOfSend: Int?
}

/// The newest messages by their serial numbers, which go up by one.
struct MessageBook: Sendable {
  private var messages: [Message?] = []
  private var first = 0
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  var next: Int { first + messages.count }
  var oldest: Int { first }

  mutating func append(_ message: Message) {
    // A quarter at a time, so that the move of the rest costs little for each.
    if messages.count >= limit + limit / 4 {
      messages.removeFirst(limit / 4)
      first += limit / 4
    }
    messages.append(message)
  }

  subscript(serial: Int) -> Message? {
    serial >= first && serial < next ? messages[serial - first] : nil
  }

  /// In place. False for one that is no longer there.
  mutating func change(_ serial: Int, _ body: (inout Message) -> Void) -> Bool {
    guard serial >= first, serial < next else { return false }
    let index = serial - first
    guard var message = messages[index] else { return false }
    messages[index] = nil
    body(&message)
    messages[index] = message
    return true
  }

  mutating func remove(_ serial: Int) {
    if serial >= first, serial < next { messages[serial - first] = nil }
  }
}

/// Makes provider ids out of serial numbers, and finds the number in an id again without a table.
struct IDMint: Sendable {
  private let seed: UInt64
  private let mask: UInt64

  init(seed: UInt64) {
    self.seed = mixed(seed)
    mask = mixed(seed ^ 0x5EED)
  }

  func hex(_ serial: Int) -> String {
    let word = UInt64(serial)
    return hexDigits(mixed(seed ^ word)) + hexDigits(word ^ mask)
  }

  func serial(fromHex hex: some StringProtocol) -> Int? {
    guard hex.utf8.count == 32, hex.utf8.allSatisfy({ nibble($0) != nil })
    else { return nil }
    let low = hex.utf8.suffix(16).reduce(UInt64(0)) { $0 << 4 | UInt64(nibble($1) ?? 0) }
    let word = low ^ mask
    guard word < UInt64(Int.max), hex == self.hex(Int(word)) else { return nil }
    return Int(word)
  }

  /// As Meta's: base64 of the person's number and a hexadecimal id.
  func wamid(_ serial: Int, to digits: String) -> String {
    let number = Array(digits.utf8)
    let head: [UInt8] = [0x1C, 0x18, UInt8(number.count)] + number
    return "wamid." + base64(head + [0x15, 0x02, 0x00, 0x11, 0x18, 0x20] + hex(serial).utf8 + [0])
  }

  func serial(fromWamid id: String) -> Int? {
    guard id.hasPrefix("wamid."), let bytes = bytes(fromBase64: id.dropFirst(6)), bytes.count > 33
    else { return nil }
    return serial(fromHex: String(decoding: bytes.suffix(33).dropLast(), as: UTF8.self))
  }
}

func hexDigits(_ word: UInt64) -> String {
  var text: [UInt8] = []
  text.reserveCapacity(16)
  var shift: UInt64 = 64
  while shift > 0 {
    shift -= 4
    let digit = UInt8(truncatingIfNeeded: word >> shift & 15)
    text.append(digit < 10 ? digit + 0x30 : digit + 0x57)
  }
  return String(decoding: text, as: UTF8.self)
}
