internal import Domain
internal import JSON
internal import Providers

/// A mark as read: of a message from a person and those before it.
struct MetaRead {
  let message: ProviderID
  let isTyping: Bool

  private static let served: Set = [
    "messaging_product", "status", "message_id", "typing_indicator",
  ]

  /// nil where it asks to send.
  init?(_ root: JSONValue) throws(MetaRefused) {
    let reader = FieldReader(root)
    guard reader.has("status") else { return nil }
    try MetaCreate.checkProduct(reader)
    if let other = reader.names.first(where: { !Self.served.contains($0) }) {
      throw .parameter("The parameter \(other.prefix(64)) does not go with status")
    }
    guard try MetaCreate.text("status", reader) == "read" else {
      throw .parameter("status must be read")
    }
    guard let id = try MetaCreate.text("message_id", reader) else { throw .missing("message_id") }
    message = ProviderID(id)
    guard message.isWamid, SendID(wamid: message) == nil else {
      throw .invalid("message_id is no message from a person")
    }
    var faults = FieldFaults()
    let typing = reader.object("typing_indicator", &faults)
    let type = typing.flatMap { $0.text("type", &faults) }
    guard faults.isEmpty, typing == nil || type == "text" else {
      throw .invalid("typing_indicator must be {\"type\": \"text\"}")
    }
    isTyping = typing != nil
  }
}
