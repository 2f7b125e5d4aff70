internal import Domain
internal import Forms
internal import JSON

/// What a portal posts to the handler of `messageservice.sender.add`: a form with one message.
struct Bitrix24Message {
  private let fields: [String: String]

  /// Names are PHP's: `auth[access_token]`. Of a name that stands twice the last counts, as there.
  init(_ body: [UInt8]) {
    let form = DecodedForm(body[...], atMost: SMSProviderRoutes.fieldLimit)
    let pairs = form.pairs.map { pair in
      (
        String(decoding: form.bytes[pair.name], as: UTF8.self),
        String(decoding: form.bytes[pair.value], as: UTF8.self)
      )
    }
    fields = Dictionary(pairs) { $1 }
  }

  /// nil where it is not there, or empty.
  subscript(_ name: String) -> String? { fields[name].flatMap { $0.isEmpty ? nil : $0 } }

  subscript(auth name: String) -> String? { self["auth[\(name)]"] }

  var applicationToken: Secret { Secret(self[auth: "application_token"] ?? "") }

  /// As the portal counts its messages. With the portal's own name: a sender may move to another portal, which
  /// counts anew.
  func idempotencyKey(of sender: SenderID) -> String? {
    self["message_id"].map { "bitrix24:\(sender):\(self[auth: "member_id"] ?? ""):\($0)" }
  }

  /// As a request of our own, with what the portal wants to know it again by.
  func request(_ sender: SenderID) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("sender", sender.text)
      writer.field("to", self["message_to"] ?? "")
      writer.field("body", self["message_body"] ?? "")
      writer.name("metadata")
      writer.object { metadata in
        metadata.name("bitrix24")
        metadata.object { own in
          own.field("messageId", self["message_id"])
          own.field("module", self["module_id"])
          own.field("portal", self[auth: "domain"])
        }
      }
    }
  }

  func faults(code: String) -> FieldFaults {
    var faults = FieldFaults()
    for name in ["message_id", "message_to", "message_body"] where self[name] == nil {
      faults.add("/\(name)", "is missing")
    }
    if let id = self["message_id"], id.utf8.count > 255 {
      faults.add("/message_id", "must have at most 255 bytes")
    }
    if let type = self["type"], type.uppercased() != "SMS" {
      faults.add("/type", "must be SMS")
    }
    if let given = self["code"], given != code {
      faults.add(
        "/code", "is not the code that the settings have for this sender, which is \(code)")
    }
    return faults
  }
}
