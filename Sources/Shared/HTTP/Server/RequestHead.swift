/// What a request says before its body, judged: a head that two parsers could read in two ways is
/// refused, because the proxy in front may have read it the other way.
struct RequestHead {
  private(set) var isChunked = false
  private(set) var contentLength: Int?
  private(set) var places: [HeaderBlock.Place] = []
  private var hostCount = 0

  enum Verdict: Error {
    case ambiguous
    case bodyTooLarge
    case headTooLarge
  }

  /// `block` has the layout of `HeaderBlock` and ends with the two zeros of the empty line.
  /// `countedFields` is how many fields libmicrohttpd found: more or fewer here means that a zero, a
  /// bare line feed or a folded line stands in between.
  init(block: UnsafeBufferPointer<UInt8>, countedFields: Int) throws(Verdict) {
    var reader = FieldReader()
    places.reserveCapacity(countedFields)
    while let field = reader.next(in: block) {
      try judge(
        name: UnsafeBufferPointer(rebasing: block[field.name]),
        value: UnsafeBufferPointer(rebasing: block[field.value]))
      places.append(field)
    }
    let rest = block[reader.position...]
    guard places.count == countedFields, rest.count == 2, rest.allSatisfy({ $0 == 0 }) else {
      throw .ambiguous
    }
    guard !(isChunked && contentLength != nil) else { throw .ambiguous }
  }

  private mutating func judge(
    name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>
  ) throws(Verdict) {
    guard isToken(name), value.allSatisfy(isFieldByte) else { throw .ambiguous }
    switch name.count {
    case 4 where equal(name, "host"): try oneHost()
    case 14 where equal(name, "content-length"): try length(value)
    case 17 where equal(name, "transfer-encoding"): try encoding(value)
    default: break
    }
  }

  private mutating func oneHost() throws(Verdict) {
    hostCount += 1
    guard hostCount == 1 else { throw .ambiguous }
  }

  private mutating func length(_ value: UnsafeBufferPointer<UInt8>) throws(Verdict) {
    guard contentLength == nil, !value.isEmpty, value.allSatisfy(isDigit) else { throw .ambiguous }
    contentLength = value.reduce(0) { sum, digit in
      let (product, overflow) = sum.multipliedReportingOverflow(by: 10)
      return overflow ? Int.max : product.addingClamped(Int(digit - UInt8(ascii: "0")))
    }
  }

  private mutating func encoding(_ value: UnsafeBufferPointer<UInt8>) throws(Verdict) {
    guard !isChunked, equal(value, "chunked") else { throw .ambiguous }
    isChunked = true
  }
}

/// RFC 9110's token: what a method or a field name is made of.
func isToken(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  !bytes.isEmpty && bytes.allSatisfy(isTokenByte)
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

/// `text` is in lower case.
private func equal(_ bytes: UnsafeBufferPointer<UInt8>, _ text: StaticString) -> Bool {
  bytes.count == text.utf8CodeUnitCount
    && bytes.indices.allSatisfy { lowercase(bytes[$0]) == text.utf8Start[$0] }
}

private func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

private func isFieldByte(_ byte: UInt8) -> Bool {
  byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t")
}

extension Int {
  fileprivate func addingClamped(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
