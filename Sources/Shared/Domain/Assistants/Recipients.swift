internal import JSON

/// Fields by which a message would say whom it goes to, or from whom it comes.
enum Recipients {
  /// The first that is there.
  static func named(in value: JSONValue) -> String? {
    for (name, field) in value.fields ?? [] where !field.isNull {
      if fields.contains(name.lowercased().filter { $0.isLetter }) { return name }
    }
    return nil
  }

  /// Small letters alone, so that `wa_id` and `waId` are the same.
  private static let fields: Set<String> = [
    "to", "from", "sender", "recipient", "recipients", "recipienttype", "phone", "phones",
    "phonenumber", "phonenumbers", "number", "numbers", "waid", "userid", "chat", "chatid", "cc",
    "bcc", "channel", "account", "conversation", "conversationid", "contact", "contactid",
    "address", "addresses", "replyto", "campaign",
  ]
}
