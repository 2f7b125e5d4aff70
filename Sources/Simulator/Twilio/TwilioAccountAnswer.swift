internal import HTTP
internal import JSON

/// An account as Twilio writes it.
extension World {
  func twilioAccount(_ account: Int) -> [UInt8] {
    let settings = settings.twilio[account]
    let path = "/2010-04-01/Accounts/\(settings.sid)"
    let created = rfc2822(start)
    return JSONWriter.object(capacity: 1024) { writer in
      writer.field("sid", settings.sid)
      writer.field("auth_token", settings.authToken)
      writer.field("friendly_name", settings.name)
      writer.field("owner_account_sid", settings.sid)
      writer.field("status", "active")
      writer.field("type", settings.isTrial ? "Trial" : "Full")
      writer.field("date_created", created)
      writer.field("date_updated", created)
      writer.name("subresource_uris")
      writer.object { $0.field("messages", "\(path)/Messages.json") }
      writer.field("uri", "\(path).json")
    }
  }

  /// `…/Accounts.json` and `…/Accounts/{sid}.json`: a standard API key may neither see nor change accounts.
  mutating func accountAnswer(
    _ request: HTTPRequest, _ path: [Substring], _ account: Int, at now: Int64
  ) throws(TwilioRefusal) -> HTTPAnswer {
    let own = settings.twilio[account]
    let tokens = [own.authToken, accounts[account].secondaryToken].compactMap(\.self)
    let header = request.headers.first("authorization") ?? ""
    guard tokens.contains(where: { door(to: account, $0) == header }) else {
      throw TwilioRefusal.unauthorized
    }
    let form = QueryItem.all(in: request.body)
    func value(_ name: String) -> String? { form.first { $0.name == name }?.value }
    if path.count == 2 {
      guard request.method == "POST" else { return HTTPAnswer(json: accountList(account)) }
      let name = value("FriendlyName") ?? ""
      guard name.utf8.count <= 64 else { throw TwilioRefusal(20001, "FriendlyName is too long") }
      let made = TwilioAccount.Subaccount(
        sid: "AC" + mint.hex(Int.max / 7 + requests), name: name,
        token: mint.hex(Int.max / 11 + requests))
      changeTwilio(account) { $0.subaccounts.append(made) }
      return HTTPAnswer(status: 201, json: subaccount(made, of: own))
    }
    let sid = path[2].dropLast(5)
    if sid == own.sid {
      guard request.method == "GET" else { throw .notFound(request.path) }
      return HTTPAnswer(json: twilioAccount(account))
    }
    guard let place = own.subaccounts.firstIndex(where: { $0.sid == sid }) else {
      throw .notFound(request.path)
    }
    if request.method == "POST" {
      guard let status = value("Status"), ["active", "suspended", "closed"].contains(status),
        own.subaccounts[place].status != "closed"
      else { throw TwilioRefusal(20001, "The account cannot have this status") }
      changeTwilio(account) { $0.subaccounts[place].status = status }
    }
    return HTTPAnswer(
      json: subaccount(settings.twilio[account].subaccounts[place], of: own))
  }

  private func accountList(_ account: Int) -> [UInt8] {
    let own = settings.twilio[account]
    return JSONWriter.object(capacity: 2048) { writer in
      writer.name("accounts")
      writer.array { list in
        list.raw(twilioAccount(account))
        for one in own.subaccounts { list.raw(subaccount(one, of: own)) }
      }
      writer.field("page", 0)
      writer.orNull("next_page_uri", nil)
    }
  }

  private func subaccount(
    _ one: TwilioAccount.Subaccount, of owner: TwilioAccount
  ) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("sid", one.sid)
      writer.field("auth_token", one.token)
      writer.field("friendly_name", one.name)
      writer.field("owner_account_sid", owner.sid)
      writer.field("status", one.status)
      writer.field("type", owner.isTrial ? "Trial" : "Full")
      writer.field("date_created", rfc2822(start))
    }
  }
}
