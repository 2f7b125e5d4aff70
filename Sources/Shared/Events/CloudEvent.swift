package import Time

/// What one record of the log says, in the words of CloudEvents 1.0. `source` and `id` together name an
/// event: the same pair again is the same event.
package struct CloudEvent: Hashable, Sendable {
  package var id: String
  package var source: String
  package var type: String
  package var time: Timestamp
  package var subject: String?
  package var traceparent: Traceparent?
  /// Lower-case names without the `ce_` prefix.
  package var extensions: [String: String]
  /// JSON.
  package var data: [UInt8]

  package init(
    id: String, source: String, type: String, time: Timestamp, subject: String? = nil,
    traceparent: Traceparent? = nil, extensions: [String: String] = [:], data: [UInt8]
  ) {
    self.id = id
    self.source = source
    self.type = type
    self.time = time
    self.subject = subject
    self.traceparent = traceparent
    self.extensions = extensions
    self.data = data
  }
}
