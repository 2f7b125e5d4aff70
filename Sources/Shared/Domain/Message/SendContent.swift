private import JSON

/// A request as the log and the store keep it: JSON that was read when it came in, and is handed on as it is.
package struct SendContent: Hashable, Sendable {
  package let json: [UInt8]

  package init(json: [UInt8]) { self.json = json }

  /// JSON, as it came with the request; nil where this is no request, or one without.
  package var metadata: [UInt8]? {
    JSONValue(whole: json)?["metadata"].flatMap { $0.isNull ? nil : $0.text }
  }
}
