internal import Forms

/// A body of the type `application/x-www-form-urlencoded`, decoded; names and values are the bytes that
/// signatures are over, whether or not they are UTF-8.
package struct FormFields: Hashable, Sendable {
  package struct Field: Hashable, Sendable {
    package let name: [UInt8]
    package let value: [UInt8]
  }

  package private(set) var all: [Field] = []

  /// Nobody sends as many; a body that does is not read.
  package static let limit = 2000

  package init(_ body: some Collection<UInt8>) throws(WebhookUnreadable) {
    let pairs = FormPair.all(in: Array(body)[...], atMost: Self.limit + 1)
    guard pairs.count <= Self.limit else {
      throw WebhookUnreadable(description: "more than \(Self.limit) form fields")
    }
    all = pairs.map { Field(name: $0.name, value: $0.value) }
  }

  /// For fields that were decoded elsewhere.
  package init(decoded pairs: [(name: String, value: String)]) {
    all = pairs.map { Field(name: Array($0.name.utf8), value: Array($0.value.utf8)) }
  }

  /// The first of each name, where every byte is UTF-8.
  package func texts() throws(WebhookUnreadable) -> [String: String] {
    var texts: [String: String] = [:]
    for field in all {
      guard let name = String(validating: field.name, as: UTF8.self),
        let value = String(validating: field.value, as: UTF8.self)
      else { throw WebhookUnreadable(description: "a form field is not UTF-8") }
      if texts[name] == nil { texts[name] = value }
    }
    return texts
  }
}
