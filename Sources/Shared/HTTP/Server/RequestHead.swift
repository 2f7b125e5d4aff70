/// What a request says before its body, read strictly: a head that two parsers could read in two ways is
/// refused, because the proxy in front may have read it the other way.
package struct RequestHead {
  package enum Verdict: Error {
    case ambiguous
    case bodyTooLarge
    case headTooLarge
    case targetTooLong
    case unknownExpectation
    case unknownVersion
  }

  package let method: Range<Int>
  package let target: Range<Int>
  package private(set) var fields: [HeaderBlock.Place] = []
  /// Where the body begins.
  package private(set) var end = 0
  package private(set) var isChunked = false
  package private(set) var contentLength: Int?
  /// The client sends its body once it is told to.
  package private(set) var expectsLeave = false
  package private(set) var endsConnection: Bool
  package let isVersion10: Bool
  private var hostCount = 0

  /// nil while the empty line has not come. Bytes behind it are left alone.
  package static func read(
    _ bytes: Span<UInt8>, limit: Int
  ) throws(Verdict) -> RequestHead? {
    var lines = LineReader()
    guard let requestLine = try lines.nextFilled(in: bytes) else {
      guard bytes.count <= limit else { throw .targetTooLong }
      return nil
    }
    guard requestLine.upperBound <= limit else { throw .targetTooLong }
    var head = try RequestHead(requestLine, in: bytes)
    while let line = try lines.next(in: bytes) {
      guard lines.position <= limit else { throw .headTooLarge }
      guard !line.isEmpty else {
        head.end = lines.position
        try head.judgeWhole()
        return head
      }
      try head.take(line, in: bytes)
    }
    guard bytes.count <= limit else { throw .headTooLarge }
    return nil
  }

  /// `METHOD target HTTP/1.1`, with one space between.
  private init(_ line: Range<Int>, in bytes: Span<UInt8>) throws(Verdict) {
    let space = UInt8(ascii: " ")
    guard let methodEnd = bytes.firstIndex(of: space, in: line), line.upperBound - methodEnd >= 11,
      bytes[line.upperBound - 9] == space
    else { throw .ambiguous }
    method = line.lowerBound..<methodEnd
    target = methodEnd + 1..<line.upperBound - 9
    guard isToken(bytes, method), target.allSatisfy({ bytes[$0] > space }) else {
      throw .ambiguous
    }
    let version = line.upperBound - 8..<line.upperBound
    if bytes.equal(version, "HTTP/1.1") {
      isVersion10 = false
    } else if bytes.equal(version, "HTTP/1.0") {
      isVersion10 = true
    } else if bytes.equal(version.prefix(5), "HTTP/") {
      throw .unknownVersion
    } else {
      throw .ambiguous
    }
    endsConnection = isVersion10
    fields.reserveCapacity(16)
  }

  /// `name: value`; a line that goes on with the value before it begins with a blank, which is no name.
  private mutating func take(_ line: Range<Int>, in bytes: Span<UInt8>) throws(Verdict) {
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":"), in: line) else { throw .ambiguous }
    let name = line.lowerBound..<colon
    var start = colon + 1
    while start < line.upperBound, isBlank(bytes[start]) { start += 1 }
    let value = start..<line.upperBound
    guard isToken(bytes, name) else { throw .ambiguous }
    try judge(name, value, in: bytes)
    fields.append(HeaderBlock.Place(name: name, value: value))
  }

  private mutating func judge(
    _ name: Range<Int>, _ value: Range<Int>, in bytes: Span<UInt8>
  ) throws(Verdict) {
    switch name.count {
    case 4 where bytes.equalIgnoringCase(name, "host"): hostCount += 1
    case 6 where bytes.equalIgnoringCase(name, "expect"):
      guard bytes.equalIgnoringCase(value, "100-continue") else { throw .unknownExpectation }
      expectsLeave = !isVersion10
    case 10 where bytes.equalIgnoringCase(name, "connection"):
      endsConnection = endsConnection || bytes.hasWord("close", in: value)
    case 14 where bytes.equalIgnoringCase(name, "content-length"): try length(value, in: bytes)
    case 17 where bytes.equalIgnoringCase(name, "transfer-encoding"):
      guard !isChunked, bytes.equalIgnoringCase(value, "chunked") else { throw .ambiguous }
      isChunked = true
    default: break
    }
  }

  private mutating func length(_ value: Range<Int>, in bytes: Span<UInt8>) throws(Verdict) {
    guard contentLength == nil, !value.isEmpty else { throw .ambiguous }
    var sum = 0
    for place in value {
      guard isDigit(bytes[place]) else { throw .ambiguous }
      let (product, overflow) = sum.multipliedReportingOverflow(by: 10)
      sum = overflow ? .max : product.addingClamped(Int(bytes[place] - UInt8(ascii: "0")))
    }
    contentLength = sum
  }

  /// HTTP/1.0 has no chunks: a proxy of that age would pass them on as they are.
  private func judgeWhole() throws(Verdict) {
    guard !(isChunked && (contentLength != nil || isVersion10)),
      hostCount == 1 || isVersion10 && hostCount == 0
    else { throw .ambiguous }
  }
}

/// Goes from line to line. Each ends with CRLF and holds nothing else that controls.
struct LineReader {
  private(set) var position = 0

  /// nil where the line's end has not come.
  mutating func next(in bytes: Span<UInt8>) throws(RequestHead.Verdict) -> Range<Int>? {
    var place = position
    while place < bytes.count, isFieldByte(bytes[place]) { place += 1 }
    guard place < bytes.count else { return nil }
    guard bytes[place] == UInt8(ascii: "\r") else { throw .ambiguous }
    guard place + 1 < bytes.count else { return nil }
    guard bytes[place + 1] == UInt8(ascii: "\n") else { throw .ambiguous }
    defer { position = place + 2 }
    return position..<place
  }

  /// Empty lines may stand before a request.
  mutating func nextFilled(in bytes: Span<UInt8>) throws(RequestHead.Verdict) -> Range<Int>? {
    while let line = try next(in: bytes) {
      if !line.isEmpty { return line }
    }
    return nil
  }
}

func isFieldByte(_ byte: UInt8) -> Bool {
  byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t")
}

func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

private func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

/// RFC 9110's token: what a method or a field name is made of.
func isToken(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
  !range.isEmpty && range.allSatisfy { isTokenByte(bytes[$0]) }
}

func isToken(_ text: String) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy(isTokenByte)
}

private func isTokenByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
  case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"): true
  case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "`"): true
  case UInt8(ascii: "|"), UInt8(ascii: "~"): true
  default: false
  }
}

extension Span<UInt8> {
  fileprivate func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
    range.first { self[$0] == byte }
  }

  fileprivate func equal(_ range: Range<Int>, _ text: StaticString) -> Bool {
    range.count == text.utf8CodeUnitCount
      && range.allSatisfy { self[$0] == text.utf8Start[$0 - range.lowerBound] }
  }

  /// `text` is in lower case.
  fileprivate func equalIgnoringCase(_ range: Range<Int>, _ text: StaticString) -> Bool {
    range.count == text.utf8CodeUnitCount
      && range.allSatisfy { lowercase(self[$0]) == text.utf8Start[$0 - range.lowerBound] }
  }

  /// Whether that is one of the words between the commas.
  fileprivate func hasWord(_ text: StaticString, in range: Range<Int>) -> Bool {
    var start = range.lowerBound
    while start <= range.upperBound {
      let end = firstIndex(of: UInt8(ascii: ","), in: start..<range.upperBound) ?? range.upperBound
      var word = start..<end
      while let first = word.first, isBlank(self[first]) { word = word.dropFirst() }
      while let last = word.last, isBlank(self[last]) { word = word.dropLast() }
      if equalIgnoringCase(word, text) { return true }
      start = end + 1
    }
    return false
  }
}

extension Int {
  fileprivate func addingClamped(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
