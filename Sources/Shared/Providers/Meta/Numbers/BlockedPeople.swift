internal import JSON

/// People who may not write to a number any more, and whom it does not reach.
package struct BlockedPeople: Hashable, Sendable {
  package let people: [String]
  /// Where the list goes on; nil at its end.
  package let after: String?

  package static func list(of sender: MetaSender, after: String?) -> ProviderRequest {
    sender.query(
      sender.path("/block_users"), method: "GET",
      [(name: "limit", value: "100")] + (after.map { [(name: "after", value: $0)] } ?? []))
  }

  package static func change(
    _ people: [String], isBlocking: Bool, of sender: MetaSender
  ) -> ProviderRequest {
    sender.post(sender.path("/block_users"), method: isBlocking ? "POST" : "DELETE") { writer in
      writer.field("messaging_product", "whatsapp")
      writer.name("block_users")
      writer.array { list in
        for person in people {
          // A number, or the id by which the business alone knows somebody.
          let isNumber = person.drop { $0 == "+" }.utf8.allSatisfy { (48...57).contains($0) }
          list.object { $0.field(isNumber ? "user" : "user_id", person) }
        }
      }
    }
  }

  package init(_ answer: ProviderAnswer) throws(LookupFailed) {
    let root = JSONValue(whole: answer.body)
    guard answer.status == 200, let data = root?["data"]?.items else {
      throw LookupFailed(meta: answer)
    }
    // Each of them, or all in one object.
    people = data.flatMap { item in item["block_users"]?.items ?? [item] }.compactMap {
      $0["wa_id"]?.name ?? $0["user_id"]?.name ?? $0["input"]?.name ?? $0["user"]?.name
    }
    let paging = root?["paging"]
    after = paging?["next"] == nil ? nil : paging?["cursors"]?["after"]?.string
  }

  /// Whom a change reached, and whom it did not, with Meta's reason.
  package struct Changed: Hashable, Sendable {
    package let done: [String]
    package let failed: [Failed]

    package struct Failed: Hashable, Sendable {
      package let person: String
      package let reason: String
    }

    /// Where some could not be blocked the answer may be an error with the list beside it.
    package init(_ answer: ProviderAnswer) throws(LookupFailed) {
      let root = JSONValue(whole: answer.body)
      guard let lists = root?["block_users"] else { throw LookupFailed(meta: answer) }
      let found = lists["added_users"]?.items ?? lists["removed_users"]?.items ?? []
      done = found.compactMap { $0["input"]?.name ?? $0["wa_id"]?.name }
      failed = (lists["failed_users"]?.items ?? []).map { item in
        let errors = item["errors"]?.items ?? [item["error"]].compactMap(\.self)
        return Failed(
          person: item["input"]?.name ?? item["wa_id"]?.name ?? "",
          reason: errors.compactMap { $0.errorText ?? $0["code"]?.name }.joined(separator: "; "))
      }
    }
  }
}
