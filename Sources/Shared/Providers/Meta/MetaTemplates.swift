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
    package let id: String
    package let format: String
    /// Empty where it was not rejected.
    package let rejection: String
    /// The category that Meta is going to give it; empty where it stays.
    package let announced: String
    /// JSON.
    package let components: [UInt8]
  }

  package let found: [Found]
  /// Where it goes on; nil at its end.
  package let after: String?

  private static let fields =
    "id,name,status,language,category,components,quality_score,rejected_reason,correct_category,parameter_format"

  package static func request(
    of account: String, by sender: MetaSender, after: String?
  ) -> ProviderRequest {
    var pairs = [
      (name: "fields", value: Self.fields),
      (name: "limit", value: "200"),
    ]
    if let after { pairs.append((name: "after", value: after)) }
    let id = escaped(account)
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
        quality: item["quality_score"]?["score"]?.string ?? "", id: item["id"]?.name ?? "",
        format: item["parameter_format"]?.string ?? "",
        rejection: item["rejected_reason"]?.string.flatMap { $0 == "NONE" ? nil : $0 } ?? "",
        announced: item["correct_category"]?.string.flatMap {
          $0 == item["category"]?.string ? nil : $0
        } ?? "",
        components: item["components"].map { Array($0.text) } ?? Array("[]".utf8))
    }
    // A page may be short although there is a next.
    let paging = root?["paging"]
    after = paging?["next"] == nil ? nil : paging?["cursors"]?["after"]?.string
  }
}

func escaped(_ text: String) -> String { String(decoding: percentEncoded(text), as: UTF8.self) }
