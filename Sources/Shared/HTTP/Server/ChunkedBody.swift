/// Reads a chunked body as it comes. Sizes are plain hexadecimal numbers and every line ends with CRLF;
/// extensions and trailers are read over.
package struct ChunkedBody {
  private enum State {
    case size(digits: Int)
    case pastSize
    case sizeEnd
    case data
    case dataEnd
    case dataEndFeed
    case trailerStart
    case trailer
    case trailerEnd
    case lastFeed
    case done
  }

  private var state = State.size(digits: 0)
  /// Of the chunk that is being read.
  private var left = 0
  /// What is neither size nor data; a client has no reason to send much of it.
  private var rest = 0
  private static let restLimit = 8 << 10

  package init() {}

  package var isDone: Bool {
    if case .done = state { true } else { false }
  }

  /// Appends what is data to `body` and returns how many bytes belonged to this body.
  package mutating func take(
    _ bytes: Span<UInt8>, into body: inout [UInt8], limit: Int
  ) throws(RequestHead.Verdict) -> Int {
    var place = 0
    while place < bytes.count, !isDone {
      if case .data = state {
        let count = min(left, bytes.count - place)
        body.append(bytes.extracting(place..<place + count))
        left -= count
        place += count
        if left == 0 { state = .dataEnd }
      } else {
        try step(bytes[place])
        if case .data = state, left > limit - body.count { throw .bodyTooLarge }
        place += 1
      }
    }
    return place
  }

  private mutating func step(_ byte: UInt8) throws(RequestHead.Verdict) {
    switch (state, byte) {
    case (.size(let digits), _):
      if let value = hexDigit(byte), digits < 15 {
        left = left << 4 | value
        state = .size(digits: digits + 1)
      } else if digits > 0, byte == UInt8(ascii: ";") || isBlank(byte) {
        state = .pastSize
      } else if digits > 0, byte == UInt8(ascii: "\r") {
        state = .sizeEnd
      } else {
        throw .ambiguous
      }
    case (.sizeEnd, UInt8(ascii: "\n")): state = left == 0 ? .trailerStart : .data
    case (.dataEnd, UInt8(ascii: "\r")): state = .dataEndFeed
    case (.dataEndFeed, UInt8(ascii: "\n")): state = .size(digits: 0)
    case (.pastSize, UInt8(ascii: "\r")): state = .sizeEnd
    case (.trailerStart, UInt8(ascii: "\r")): state = .lastFeed
    case (.trailer, UInt8(ascii: "\r")): state = .trailerEnd
    case (.trailerEnd, UInt8(ascii: "\n")): state = .trailerStart
    case (.lastFeed, UInt8(ascii: "\n")): state = .done
    case (.pastSize, _), (.trailer, _), (.trailerStart, _):
      rest += 1
      guard isFieldByte(byte), rest <= Self.restLimit else { throw .ambiguous }
      if case .trailerStart = state { state = .trailer }
    default: throw .ambiguous
    }
  }

  private func hexDigit(_ byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
  }
}

extension [UInt8] {
  mutating func append(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
  }

  init(_ bytes: Span<UInt8>) {
    self = bytes.withUnsafeBufferPointer { Array($0) }
  }
}
