/// A pair of a query or of a form body, decoded to the bytes that it stands for.
package struct FormPair: Hashable, Sendable {
  package let name: [UInt8]
  package let value: [UInt8]

  package init(name: [UInt8], value: [UInt8]) {
    self.name = name
    self.value = value
  }

  /// `a=1&b=two+words&c=%C3%AB`; a name without `=` has an empty value. No more than so many are read.
  ///
  /// Not generic: it would not be specialised in other modules, and take ten times as long.
  package static func all(in bytes: ArraySlice<UInt8>, atMost limit: Int = .max) -> [FormPair] {
    var pairs: [FormPair] = []
    var start = bytes.startIndex
    while start < bytes.endIndex, pairs.count < limit {
      var end = start
      var equals: Int?
      while end < bytes.endIndex, bytes[end] != UInt8(ascii: "&") {
        if equals == nil, bytes[end] == UInt8(ascii: "=") { equals = end }
        end += 1
      }
      if end > start {
        let value = equals.map { percentDecoded(bytes[($0 + 1)..<end], plusIsSpace: true) }
        let name = percentDecoded(bytes[start..<(equals ?? end)], plusIsSpace: true)
        pairs.append(FormPair(name: name, value: value ?? []))
      }
      start = end + 1
    }
    return pairs
  }

  package static func encoded(_ pairs: [(name: String, value: String)]) -> [UInt8] {
    var body: [UInt8] = []
    for (name, value) in pairs {
      if !body.isEmpty { body.append(UInt8(ascii: "&")) }
      append(percentEncoding: name, to: &body)
      body.append(UInt8(ascii: "="))
      append(percentEncoding: value, to: &body)
    }
    return body
  }
}
