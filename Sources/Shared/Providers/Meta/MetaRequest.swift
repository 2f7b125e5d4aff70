internal import Forms
package import Domain
private import JSON

/// Meta's number and the token that may send from it. Paths stand under a base URL with its version.
package struct MetaSender: Hashable, Sendable {
  package let phoneNumberID: String
  private let token: Secret

  package init(phoneNumberID: String, token: Secret) {
    self.phoneNumberID = phoneNumberID
    self.token = token
  }

  var authorization: ProviderHeader {
    ProviderHeader("Authorization", "Bearer \(token.exposed)")
  }

  /// As uploads of files take it.
  var uploadAuthorization: ProviderHeader {
    ProviderHeader("Authorization", "OAuth \(token.exposed)")
  }

  /// An id from the settings or from an operator goes into a path.
  func path(_ tail: String) -> String {
    "/\(String(decoding: percentEncoded(phoneNumberID), as: UTF8.self))\(tail)"
  }
}

package enum MetaRequest {
  /// `marketing`: how it goes the way that marketing templates have of their own; nil for any other.
  package static func send(
    _ message: Message, to: Recipient, from sender: MetaSender, attempt: AttemptID,
    marketing: MarketingMessages? = nil
  ) throws(Inexpressible) -> ProviderRequest {
    _ = try message.withLinks { file throws(Inexpressible) in
      throw Inexpressible(description: "\(file.file) has no link that Meta could fetch")
    }
    return post(sender, marketing == nil ? "/messages" : "/marketing_messages") { writer in
      writer.field("messaging_product", "whatsapp")
      writer.field("recipient_type", "individual")
      writer.field("product_policy", marketing?.policy?.rawValue)
      if let isShared = marketing?.activitySharing {
        writer.field("message_activity_sharing", isShared)
      }
      switch to {
      case .phone(let number): writer.field("to", number.e164)
      case .businessScoped(let id): writer.field("recipient", id)
      }
      writer.field("biz_opaque_callback_data", attempt.description)
      if let replyTo = message.replyTo {
        writer.name("context")
        writer.object { $0.field("message_id", replyTo.text) }
      }
      writer.field("type", message.type)
      message.writeObject(to: &writer)
    }
  }

  /// Marks this message and those before it as read; typing shows for as long as 25 s.
  package static func markRead(
    _ id: ProviderID, isTyping: Bool = false, from sender: MetaSender
  ) -> ProviderRequest {
    post(sender) { writer in
      writer.field("messaging_product", "whatsapp")
      writer.field("status", "read")
      writer.field("message_id", id.text)
      guard isTyping else { return }
      writer.name("typing_indicator")
      writer.object { $0.field("type", "text") }
    }
  }

  /// What a stopped lane is probed by.
  package static func health(of sender: MetaSender) -> ProviderRequest {
    ProviderRequest(
      method: "GET", path: sender.path("?fields=health_status"), headers: [sender.authorization],
      body: [])
  }

  private static func post(
    _ sender: MetaSender, _ path: String = "/messages", _ write: (inout JSONWriter) -> Void
  ) -> ProviderRequest {
    let headers = [sender.authorization, ProviderHeader("Content-Type", "application/json")]
    return ProviderRequest(
      method: "POST", path: sender.path(path), headers: headers,
      body: JSONWriter.object(write))
  }
}
