package import Domain
internal import Forms
internal import JSON

/// What Twilio serves beside messages. Each host has an address of its own at Twilio's.
package enum TwilioHost: String, Hashable, Sendable {
  case api, messaging, content, accounts
}

package enum TwilioPlatform {
  // MARK: Contents

  package static func contents(account: TwilioAccount) -> ProviderRequest {
    account.get("/v2/ContentAndApprovals?PageSize=500")
  }

  package static func makeContent(_ draft: ContentDraft, account: TwilioAccount) -> ProviderRequest
  {
    account.post("/v1/Content", json: draft.json)
  }

  package static func askApproval(
    of sid: String, name: String, category: String, account: TwilioAccount
  ) -> ProviderRequest {
    account.post(
      "/v1/Content/\(escaped(sid))/ApprovalRequests/whatsapp",
      json: JSONWriter.object { writer in
        writer.field("name", name)
        writer.field("category", category)
      })
  }

  package static func deleteContent(_ sid: String, account: TwilioAccount) -> ProviderRequest {
    account.delete("/v1/Content/\(escaped(sid))")
  }

  // MARK: Senders

  package static func senders(account: TwilioAccount) -> ProviderRequest {
    account.get("/v2/Channels/Senders?Channel=whatsapp&PageSize=100")
  }

  // MARK: Auth tokens

  package static func makeSecondary(account: TwilioAccount) -> ProviderRequest {
    account.post("/v1/AuthTokens/Secondary", [])
  }

  package static func dropSecondary(account: TwilioAccount) -> ProviderRequest {
    account.delete("/v1/AuthTokens/Secondary")
  }

  /// The token that this makes the first one may already speak for the account.
  package static func promote(account: TwilioAccount) -> ProviderRequest {
    account.post("/v1/AuthTokens/Promote", [])
  }

  // MARK: Subaccounts

  package static func subaccounts(account: TwilioAccount) -> ProviderRequest {
    account.get("/2010-04-01/Accounts.json?PageSize=1000")
  }

  package static func makeSubaccount(_ name: String, account: TwilioAccount) -> ProviderRequest {
    account.post("/2010-04-01/Accounts.json", [("FriendlyName", name)])
  }

  package static func setSubaccount(
    _ sid: String, to status: String, account: TwilioAccount
  ) -> ProviderRequest {
    account.post("/2010-04-01/Accounts/\(escaped(sid)).json", [("Status", status)])
  }

  // MARK: A2P

  package static func brands(account: TwilioAccount) -> ProviderRequest {
    account.get("/v1/a2p/BrandRegistrations?PageSize=100")
  }

  package static func campaigns(
    of service: String, account: TwilioAccount
  ) -> ProviderRequest {
    account.get("/v1/Services/\(escaped(service))/Compliance/Usa2p?PageSize=100")
  }

  /// The next page of a list, under the host that the one before came from. Only its path counts: credentials go
  /// nowhere else.
  package static func next(_ url: String, account: TwilioAccount) -> ProviderRequest? {
    let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
    guard let slash = url[start...].firstIndex(of: "/"),
      url.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    return account.get(String(url[slash...]))
  }
}

extension TwilioAccount {
  func get(_ path: String) -> ProviderRequest {
    ProviderRequest(
      method: "GET", path: path,
      headers: [authorization, ProviderHeader("Accept", "application/json")], body: [])
  }

  func delete(_ path: String) -> ProviderRequest {
    ProviderRequest(method: "DELETE", path: path, headers: [authorization], body: [])
  }

  func post(_ path: String, _ pairs: [(name: String, value: String)]) -> ProviderRequest {
    post(path, "application/x-www-form-urlencoded", FormPair.encoded(pairs))
  }

  func post(_ path: String, json: [UInt8]) -> ProviderRequest {
    post(path, "application/json", json)
  }

  private func post(_ path: String, _ type: String, _ body: [UInt8]) -> ProviderRequest {
    ProviderRequest(
      method: "POST", path: path,
      headers: [
        authorization, ProviderHeader("Accept", "application/json"),
        ProviderHeader("Content-Type", type),
      ], body: body)
  }
}

/// A page of one of these lists.
package struct TwilioList<Item: Sendable>: Sendable {
  package let items: [Item]
  /// For `TwilioPlatform.next`.
  package let next: String?

  init(
    _ answer: ProviderAnswer, _ name: String, _ read: (JSONValue) -> Item?
  ) throws(LookupFailed) {
    let root = try answer.twilioLookup()
    guard let list = root[name]?.items else { throw answer.unreadable }
    items = list.compactMap(read)
    next = root["meta"]?["next_page_url"]?.string ?? root["next_page_uri"]?.string
  }
}

/// Whether Twilio did what makes no answer to read.
package enum TwilioDone {
  package static func check(_ answer: ProviderAnswer) throws(LookupFailed) {
    guard (200...299).contains(answer.status) else { throw LookupFailed(twilio: answer) }
  }

  /// A token that was made, or promoted.
  package static func token(_ answer: ProviderAnswer) throws(LookupFailed) -> Secret {
    try check(answer)
    let root = JSONValue(whole: answer.body)
    guard let token = (root?["secondary_auth_token"] ?? root?["auth_token"])?.string, !token.isEmpty
    else { throw answer.unreadable }
    return Secret(token)
  }
}
