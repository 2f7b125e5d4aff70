internal import Domain
package import JSON

/// What is kept of a change beside its state and its code: a JSON object.
package struct HistoryDetail: Hashable, Sendable {
  package let json: [UInt8]

  package init(json: [UInt8]) { self.json = json }

  /// Of a change that was a failure.
  init(_ failure: Failure) {
    json = JSONWriter.object { writer in
      writer.field("reason", failure.sentence)
      writer.field("providerText", failure.providerText)
    }
  }

  /// Of a change that has one sentence to say.
  static func sentence(_ text: String) -> HistoryDetail {
    HistoryDetail(json: JSONWriter.object { $0.field("reason", text) })
  }

  /// Of the first change, where the send's trace is recorded: all that is told of it later goes on from there.
  static func trace(_ traceparent: String) -> HistoryDetail {
    HistoryDetail(json: JSONWriter.object { $0.field("traceparent", traceparent) })
  }

  /// nil where it cannot be read.
  package var value: JSONValue? { JSONValue(whole: json) }
}
