internal import Forms

/// A body of the type `application/x-www-form-urlencoded`, decoded; names and values are the bytes that
/// signatures are over, whether or not they are UTF-8.
package struct FormFields: Hashable, Sendable {
  /// Decoded, one behind the other: `sorted` tells where.
  let bytes: [UInt8]
  /// In the order of the names' bytes; those of one name in the order they came.
  let sorted: [DecodedForm.Pair]

  /// Nobody sends as many; a body that does is not read.
  package static let limit = 2000

  package init(_ body: [UInt8]) throws(WebhookUnreadable) { try self.init(body[...]) }

  package init(_ body: ArraySlice<UInt8>) throws(WebhookUnreadable) {
    var form = DecodedForm(body, atMost: Self.limit + 1)
    guard form.pairs.count <= Self.limit else {
      throw WebhookUnreadable(description: "more than \(Self.limit) form fields")
    }
    form.sort()
    (bytes, sorted) = (form.bytes, form.pairs)
  }

  /// The first of that name. Empty values are normal and say nothing: they are nil.
  package func text(_ name: String) -> String? {
    guard let pair = pair(named: name), !pair.value.isEmpty else { return nil }
    return String(decoding: bytes[pair.value], as: UTF8.self)
  }

  /// An address without the channel that may stand before it.
  func address(_ name: String) -> String? {
    guard let pair = pair(named: name), !pair.value.isEmpty else { return nil }
    let address = bytes[pair.value]
    let channel = ["whatsapp:".utf8, "rcs:".utf8].first { address.starts(with: $0) }
    let start = channel?.count ?? 0
    return String(decoding: address.dropFirst(start), as: UTF8.self)
  }

  /// Whether there is such a field, with or without a value.
  func has(_ name: String) -> Bool { pair(named: name) != nil }

  var isUTF8: Bool {
    do {
      _ = try UTF8Span(validating: bytes.span)
      return true
    } catch { return false }
  }

  private func pair(named name: String) -> DecodedForm.Pair? {
    let (name, bytes) = (name.utf8Span.span, bytes.span)
    return sorted.first { pair in
      pair.name.count == name.count
        && name.indices.allSatisfy { bytes[pair.name.lowerBound + $0] == name[$0] }
    }
  }
}
