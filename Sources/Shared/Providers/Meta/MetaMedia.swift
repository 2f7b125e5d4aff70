internal import Domain
internal import JSON

/// A file that a person sent, as Meta tells of it. Its address lasts five minutes.
package struct MetaMedia: Hashable, Sendable {
  package let url: String
  package let size: Int?

  package init(_ answer: ProviderAnswer) throws(LookupFailed) {
    let root = try MetaNode(answer).root
    url = root?["url"]?.string ?? ""
    size = root?["file_size"]?.integer.map { Int($0) }
  }

  /// For a number's token; the id comes in a message.
  package static func look(_ id: String, of sender: MetaSender) -> ProviderRequest {
    ask("GET", id, of: sender)
  }

  package static func forget(_ id: String, of sender: MetaSender) -> ProviderRequest {
    ask("DELETE", id, of: sender)
  }

  /// With the number's own id, so that Meta answers only for what is that number's.
  private static func ask(
    _ method: String, _ id: String, of sender: MetaSender
  ) -> ProviderRequest {
    ProviderRequest(
      method: method,
      path: "/\(escaped(id))?phone_number_id=\(escaped(sender.phoneNumberID))",
      headers: [sender.authorization], body: [])
  }

  /// A form with a file, as it came.
  package static func upload(
    _ form: [UInt8], type: String, of sender: MetaSender
  ) -> ProviderRequest {
    ProviderRequest(
      method: "POST", path: sender.path("/media"),
      headers: [sender.authorization, ProviderHeader("Content-Type", type)], body: form)
  }

  /// What the file itself is asked with.
  package static func headers(of sender: MetaSender) -> [ProviderHeader] { [sender.authorization] }

  /// Meta says of what is gone that it does not exist, as of anything else.
  package static func isGone(_ failed: LookupFailed) -> Bool {
    failed.status == 404 || (failed.status == 400 && failed.failure.code == "100")
  }
}
