internal import Forms
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
    let name = String(decoding: percentEncoded(id), as: UTF8.self)
    let number = String(decoding: percentEncoded(sender.phoneNumberID), as: UTF8.self)
    return ProviderRequest(
      method: "GET", path: "/\(name)?phone_number_id=\(number)", headers: [sender.authorization],
      body: [])
  }

  /// What the file itself is asked with.
  package static func headers(of sender: MetaSender) -> [ProviderHeader] { [sender.authorization] }

  /// Meta says of what is gone that it does not exist, as of anything else.
  package static func isGone(_ failed: LookupFailed) -> Bool {
    failed.status == 404 || (failed.status == 400 && failed.failure.code == "100")
  }
}
