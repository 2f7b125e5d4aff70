internal import Domain
internal import JSON
internal import Providers

/// A message as Meta's API is asked to send it: all around the message itself, which is judged as every send is.
struct MetaCreate {
  /// As it was written.
  let to: String
  let type: String
  private let object: JSONValue
  private let replyTo: String?
  private let opaque: String?

  private static let served: Set = [
    "messaging_product", "recipient_type", "to", "recipient", "type", "context",
    "biz_opaque_callback_data",
  ]
  private static let reasons = [
    "recipient_identity_key_hash": "what is sent goes to whoever has the number now",
    "product_policy": "it stands in the settings of the sender, as marketing.policy",
    "message_activity_sharing":
      "it stands in the settings of the sender, as marketing.activitySharing",
    "message_id": "it goes with status",
    "typing_indicator": "it goes with status",
  ]
  static let kinds = Set(Media.Kind.allCases.map(\.rawValue)).union([
    "text", "location", "contacts", "interactive", "reaction", "template",
  ])
  /// In characters as Unicode counts them.
  private static let longestOpaque = 512

  init(_ root: JSONValue) throws(MetaRefused) {
    let reader = FieldReader(root)
    try Self.checkProduct(reader)
    type = try Self.text("type", reader) ?? "text"
    guard Self.kinds.contains(type) else {
      throw MetaRefused(
        131051, "Unsupported message type",
        "type '\(type.prefix(64))' is none of \(Self.kinds.sorted().joined(separator: ", "))")
    }
    for name in reader.names where name != type && !Self.served.contains(name) {
      let reason =
        Self.reasons[name]
        ?? (Self.kinds.contains(name)
          ? "it does not go with type \(type)" : "it is not known here")
      throw .parameter("The parameter \(name.prefix(64)) is not served: \(reason)")
    }
    guard try Self.text("recipient_type", reader) ?? "individual" == "individual" else {
      throw .parameter("recipient_type must be individual: groups are not served")
    }
    // With both, the number counts.
    let to = try Self.text(reader.has("to") ? "to" : "recipient", reader)
    guard let to, !to.isEmpty else { throw .missing("to") }
    self.to = to
    guard let object = root[type], !object.isNull else { throw .missing(type) }
    self.object = object
    replyTo = try Self.replyTo(reader)
    opaque = try Self.text("biz_opaque_callback_data", reader)
    guard opaque?.unicodeScalars.count ?? 0 <= Self.longestOpaque else {
      throw .invalid(
        "biz_opaque_callback_data must have at most \(Self.longestOpaque) characters")
    }
  }

  static func checkProduct(_ reader: FieldReader) throws(MetaRefused) {
    guard let product = try text("messaging_product", reader) else {
      throw .parameter("The parameter messaging_product is required.")
    }
    guard product == "whatsapp" else { throw .parameter("messaging_product must be whatsapp") }
  }

  static func text(_ name: String, _ reader: FieldReader) throws(MetaRefused) -> String? {
    var faults = FieldFaults()
    let text = reader.text(name, &faults)
    guard faults.isEmpty else { throw .invalid("\(name) must be a string") }
    return text
  }

  private static func replyTo(_ reader: FieldReader) throws(MetaRefused) -> String? {
    var faults = FieldFaults()
    guard let context = reader.object("context", &faults) else {
      if faults.isEmpty { return nil }
      throw .invalid("context must be an object")
    }
    if let other = context.names.first(where: { $0 != "message_id" }) {
      throw .parameter("The parameter context.\(other.prefix(64)) is not served")
    }
    guard let id = try text("message_id", context) else { throw .missing("context.message_id") }
    guard ProviderID(id).isWamid else { throw .invalid("context.message_id is no message") }
    return id
  }

  /// Software writes to people as webhooks name them: all digits, with the country's and without a plus. What is no
  /// number then may be one without its country.
  var recipient: String {
    guard to.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return to
    }
    do throws(PhoneNumberFault) { return try PhoneNumber("+\(to)").e164 } catch { return to }
  }

  /// As a request of our own to that sender.
  func request(to sender: SenderID) -> [UInt8] {
    JSONWriter.object(capacity: 1024) { writer in
      writer.field("sender", sender.text)
      writer.field("to", recipient)
      writer.field("type", type)
      writer.name(type)
      writer.raw(object.text)
      writer.field("replyTo", replyTo)
      guard let opaque else { return }
      writer.name("metadata")
      writer.object { metadata in
        metadata.name("meta")
        metadata.object { $0.field("biz_opaque_callback_data", opaque) }
      }
    }
  }
}
