internal import Domain
internal import Forms
internal import JSON

/// The list of an account's templates, page by page.
package struct MetaTemplates: Hashable, Sendable {
  package struct Found: Hashable, Sendable {
    package let name: String
    package let language: String
    package let status: String
    package let category: String
    package let quality: String
    /// JSON.
    package let components: [UInt8]
  }

  package let found: [Found]
  /// Where it goes on; nil at its end.
  package let after: String?

  package static func request(
    of account: String, by sender: MetaSender, after: String?
  ) -> ProviderRequest {
    var pairs = [
      (name: "fields", value: "name,status,language,category,components,quality_score"),
      (name: "limit", value: "200"),
    ]
    if let after { pairs.append((name: "after", value: after)) }
    let id = String(decoding: percentEncoded(account), as: UTF8.self)
    let query = String(decoding: FormPair.encoded(pairs), as: UTF8.self)
    return ProviderRequest(
      method: "GET", path: "/\(id)/message_templates?\(query)", headers: [sender.authorization],
      body: [])
  }

  package init(_ answer: ProviderAnswer) throws(LookupFailed) {
    let root = JSONValue(whole: answer.body)
    guard answer.status == 200, let data = root?["data"]?.items else {
      throw LookupFailed(meta: answer)
    }
    found = data.compactMap { item in
      guard let name = item["name"]?.string, let language = item["language"]?.string else {
        return nil
      }
      return Found(
        name: name, language: language, status: item["status"]?.string ?? "",
        category: item["category"]?.string ?? "",
        quality: item["quality_score"]?["score"]?.string ?? "",
        components: item["components"].map { Array($0.text) } ?? Array("[]".utf8))
    }
    // A page may be short although there is a next.
    let paging = root?["paging"]
    after = paging?["next"] == nil ? nil : paging?["cursors"]?["after"]?.string
  }
}
