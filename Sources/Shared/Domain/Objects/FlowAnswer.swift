internal import JSON

/// What a person filled into a form of ours.
package struct FlowAnswer: Hashable, Sendable {
  package struct Value: Hashable, Sendable {
    package let name: String
    /// JSON.
    package let json: [UInt8]

    /// A text as it was written; anything else as JSON.
    package var text: String {
      JSONValue(whole: json)?.string ?? String(decoding: json, as: UTF8.self)
    }
  }

  /// Names the form that was sent, if it was given one.
  package let token: String?
  package let values: [Value]

  /// More is not shown one by one.
  package static let mostValues = 200

  /// `response` is an inbound message's; nil for what is no object.
  package init?(_ response: String) {
    guard let fields = JSONValue(whole: Array(response.utf8))?.fields else { return nil }
    let token = fields.first { $0.name == "flow_token" }?.value.string
    // What Meta says where a form was sent without a token.
    self.token = token == "unused" ? nil : token
    values = fields.filter { $0.name != "flow_token" }.prefix(Self.mostValues)
      .map { Value(name: $0.name, json: $0.value.text) }
  }

  package subscript(name: String) -> String? { values.first { $0.name == name }?.text }
}
