package import Domain
internal import JSON

/// Templates made, changed, deleted and set going again at Meta.
package enum MetaTemplateRequest {
  package static func create(
    _ draft: TemplateDraft, in account: String, by sender: MetaSender
  ) -> ProviderRequest {
    post("/\(escaped(account))/message_templates", draft.json, sender)
  }

  package static func edit(
    _ id: String, _ edit: TemplateEdit, by sender: MetaSender
  ) -> ProviderRequest {
    post("/\(escaped(id))", edit.json, sender)
  }

  /// In all languages; with an id only that one.
  package static func delete(
    _ name: String, id: String?, in account: String, by sender: MetaSender
  ) -> ProviderRequest {
    let one = id.map { "&hsm_id=\(escaped($0))" } ?? ""
    return ProviderRequest(
      method: "DELETE",
      path: "/\(escaped(account))/message_templates?name=\(escaped(name))\(one)",
      headers: [sender.authorization], body: [])
  }

  package static func unpause(_ id: String, by sender: MetaSender) -> ProviderRequest {
    post("/\(escaped(id))/unpause", [], sender)
  }

  private static func post(
    _ path: String, _ body: [UInt8], _ sender: MetaSender
  ) -> ProviderRequest {
    let type = ProviderHeader("Content-Type", "application/json")
    return ProviderRequest(
      method: "POST", path: path, headers: [sender.authorization] + (body.isEmpty ? [] : [type]),
      body: body)
  }
}

package struct MetaTemplateMade: Hashable, Sendable {
  package let id: String
  /// PENDING, APPROVED or REJECTED.
  package let status: String
  /// Meta may choose another one than was asked for.
  package let category: String

  package init(_ answer: ProviderAnswer) throws(LookupFailed) {
    let root = JSONValue(whole: answer.body)
    guard answer.status == 200, let id = root?["id"]?.name else {
      throw LookupFailed(meta: answer)
    }
    self.id = id
    status = root?["status"]?.string ?? "PENDING"
    category = root?["category"]?.string ?? ""
  }
}

extension MetaAnswer {
  /// The same where Meta may say with a 200 why it did not.
  package static func successOrReason(_ answer: ProviderAnswer) throws(LookupFailed) {
    let root = JSONValue(whole: answer.body)
    if answer.status == 200, root?["success"]?.bool == false {
      let reason = root?["reason"]?.string
      throw LookupFailed(
        status: 200,
        failure: Failure(
          code: "refused", sentence: "Meta did not do what it was asked.", providerText: reason))
    }
    try success(answer)
  }
}
