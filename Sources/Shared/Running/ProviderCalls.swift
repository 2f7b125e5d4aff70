package import Settings
internal import Domain
package import HTTP
package import Providers

extension TwilioCredentials {
  /// As whom the API is called.
  package var account: TwilioAccount {
    let sid = AccountID(accountSid)
    if let apiKey { return TwilioAccount(sid: sid, key: apiKey.sid, secret: apiKey.secret) }
    return TwilioAccount(sid: sid, authToken: authTokens.first ?? Secret(""))
  }
}

extension TwilioCredentials {
  /// As whom what an API key may not is asked, such as for another auth token.
  package var owner: TwilioAccount {
    TwilioAccount(sid: AccountID(accountSid), authToken: authTokens.first ?? Secret(""))
  }
}

extension SenderSettings {
  /// Where a part of Twilio's is.
  package func address(of host: TwilioHost) -> WebAddress { baseURL.host(host.rawValue) }
}

extension MetaCredentials {
  package var sender: MetaSender { MetaSender(phoneNumberID: phoneNumberId, token: accessToken) }

  /// nil where the settings do not name it, or have no secret of it.
  package var app: MetaApp? {
    guard let appId, let secret = appSecrets.first else { return nil }
    return MetaApp(id: appId, secret: secret)
  }
}

extension HTTPCall {
  package init(_ request: ProviderRequest, under base: WebAddress) {
    self.init(
      method: request.method, url: "\(base)\(request.path)",
      headers: request.headers.map { HTTPHeader($0.name, $0.value) }, body: request.body)
  }
}

extension ProviderAnswer {
  package init(_ answer: HTTPAnswerReceived) {
    self.init(
      status: answer.status, headers: answer.headers.map { ProviderHeader($0.name, $0.value) },
      body: answer.body)
  }
}

/// Nothing came back; whether the provider did what it was asked is not known.
package struct NoProviderAnswer: Error, CustomStringConvertible {
  package let description: String

  init(_ base: WebAddress) { description = "there was no answer from \(base.authority)" }
}

extension HTTPClient {
  /// Asks a provider and waits; for threads that may. What the answer says is for the caller to judge.
  package func ask(
    _ request: ProviderRequest, under base: WebAddress, within limit: Duration
  ) throws(NoProviderAnswer) -> ProviderAnswer {
    var call = HTTPCall(request, under: base)
    call.totalTimeout = limit
    guard case .answered(let answer) = ask(call) else { throw NoProviderAnswer(base) }
    return ProviderAnswer(answer)
  }
}
