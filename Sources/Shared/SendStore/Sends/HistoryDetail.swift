internal import Domain
private import JSON

extension [UInt8] {
  /// The detail of a change that has one sentence to say.
  static func sentence(_ text: String) -> [UInt8] {
    JSONWriter.object { $0.field("reason", text) }
  }
}

extension Failure {
  /// The detail of a change that was a failure.
  var detail: [UInt8] {
    JSONWriter.object { writer in
      writer.field("reason", sentence)
      writer.field("providerText", providerText)
    }
  }
}
