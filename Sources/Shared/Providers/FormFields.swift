internal import Forms

/// A body of the type `application/x-www-form-urlencoded`, decoded; names and values are the bytes that
/// signatures are over, whether or not they are UTF-8.
package struct FormFields: Hashable, Sendable {
  private let form: DecodedForm
  /// In the order of the names' bytes; those of one name in the order they came.
  let sorted: [Field]

  /// Nobody sends as many; a body that does is not read.
  package static let limit = 2000

  package init(_ body: some Collection<UInt8>) throws(WebhookUnreadable) {
    form = DecodedForm(Array(body)[...], atMost: Self.limit + 1)
    guard form.pairs.count <= Self.limit else {
      throw WebhookUnreadable(description: "more than \(Self.limit) form fields")
    }
    sorted = form.sortedPairs.map { [bytes = form.bytes] pair in
      Field(name: bytes[pair.name], value: bytes[pair.value])
    }
  }

  /// The first of that name. Empty values are normal and say nothing: they are nil.
  package func text(_ name: String) -> String? {
    guard let place = place(of: name), !form.pairs[place].value.isEmpty else { return nil }
    return String(decoding: form.bytes[form.pairs[place].value], as: UTF8.self)
  }

  /// Whether there is such a field, with or without a value.
  func has(_ name: String) -> Bool { place(of: name) != nil }

  var isUTF8: Bool {
    do {
      _ = try UTF8Span(validating: form.bytes.span)
      return true
    } catch { return false }
  }

  struct Field: Hashable, Sendable {
    let name: ArraySlice<UInt8>
    let value: ArraySlice<UInt8>
  }

  private func place(of name: String) -> Int? {
    let name = name.utf8Span.span
    return form.pairs.firstIndex { pair in
      pair.name.count == name.count
        && name.indices.allSatisfy { form.bytes[pair.name.lowerBound + $0] == name[$0] }
    }
  }
}

extension DecodedForm {
  fileprivate var sortedPairs: [Pair] {
    let isSorted = pairs.indices.dropFirst().allSatisfy { !isBefore(pairs[$0], pairs[$0 - 1]) }
    guard !isSorted else { return pairs }
    return pairs.enumerated().sorted { left, right in
      if isBefore(left.element, right.element) { return true }
      return !isBefore(right.element, left.element) && left.offset < right.offset
    }.map(\.element)
  }

  private func isBefore(_ left: Pair, _ right: Pair) -> Bool {
    bytes[left.name].precedes(bytes[right.name])
  }
}

extension ArraySlice<UInt8> {
  /// The order of bytes, which for UTF-8 is that of code points.
  func precedes(_ other: ArraySlice<UInt8>) -> Bool {
    for offset in 0..<Swift.min(count, other.count) {
      let (own, its) = (self[startIndex + offset], other[other.startIndex + offset])
      if own != its { return own < its }
    }
    return count < other.count
  }
}
