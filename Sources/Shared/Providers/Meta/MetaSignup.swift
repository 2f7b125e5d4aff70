package import Domain
internal import Forms
internal import JSON

extension MetaApp {
  /// A token for a code that somebody's log-in gave. The code counts once and for minutes; `redirectURI` is the one that
  /// the dialog had, or nil where the browser's SDK has brought it.
  package func exchange(code: Secret, redirectURI: String?) -> ProviderRequest {
    var pairs = [
      (name: "client_id", value: id), (name: "client_secret", value: secretText),
      (name: "code", value: code.exposed),
    ]
    if let redirectURI { pairs.append((name: "redirect_uri", value: redirectURI)) }
    let query = String(decoding: FormPair.encoded(pairs), as: UTF8.self)
    return ProviderRequest(
      method: "GET", path: "/oauth/access_token?\(query)", headers: [], body: [])
  }

  /// Gives a token up. Only once another one was proven.
  package func revoke(_ token: Secret, by other: Secret) -> ProviderRequest {
    let query = String(
      decoding: FormPair.encoded([
        (name: "client_id", value: id), (name: "client_secret", value: secretText),
        (name: "revoke_token", value: token.exposed), (name: "access_token", value: other.exposed),
      ]), as: UTF8.self)
    return ProviderRequest(method: "GET", path: "/oauth/revoke?\(query)", headers: [], body: [])
  }
}

/// What connects an account that somebody has logged in for.
package enum MetaSignup {
  private static func headers(_ token: Secret) -> [ProviderHeader] {
    [
      ProviderHeader("Authorization", "Bearer \(token.exposed)"),
      ProviderHeader("Content-Type", "application/json"),
    ]
  }

  private static func path(_ id: String, _ tail: String) -> String {
    "/\(String(decoding: percentEncoded(id), as: UTF8.self))/\(tail)"
  }

  /// The WABA's webhooks come to the app.
  package static func subscribe(_ waba: String, by token: Secret) -> ProviderRequest {
    ProviderRequest(
      method: "POST", path: path(waba, "subscribed_apps"), headers: headers(token), body: [])
  }

  package static func phones(of waba: String, by token: Secret) -> ProviderRequest {
    let fields =
      "id,display_phone_number,verified_name,status,platform_type,is_on_biz_app"
    return ProviderRequest(
      method: "GET", path: path(waba, "phone_numbers?fields=\(fields)&limit=200"),
      headers: headers(token), body: [])
  }

  package static func phones(
    in answer: ProviderAnswer
  ) throws(LookupFailed) -> [Signup.Phone] {
    guard answer.status == 200, let data = JSONValue(whole: answer.body)?["data"]?.items else {
      throw LookupFailed(meta: answer)
    }
    return data.compactMap { item in
      item["id"]?.string.map { id in
        Signup.Phone(
          id: id, number: item["display_phone_number"]?.string ?? id,
          name: item["verified_name"]?.string ?? "",
          // One that the business app has too is not ours to register.
          isConnected: item["status"]?.string == "CONNECTED"
            && item["platform_type"]?.string == "CLOUD_API" || item["is_on_biz_app"]?.bool == true)
      }
    }
  }

  package static func register(
    _ phone: String, pin: Secret, by token: Secret
  ) -> ProviderRequest {
    ProviderRequest(
      method: "POST", path: path(phone, "register"), headers: headers(token),
      body: JSONWriter.object { writer in
        writer.field("messaging_product", "whatsapp")
        writer.field("pin", pin.exposed)
      })
  }

  /// The accounts that a token reaches, as `debug_token` tells.
  package static func targets(in answer: ProviderAnswer) throws(LookupFailed) -> [String] {
    guard answer.status == 200, let data = JSONValue(whole: answer.body)?["data"] else {
      throw LookupFailed(meta: answer)
    }
    return (data["granular_scopes"]?.items ?? [])
      .first { $0["scope"]?.string == "whatsapp_business_management" }
      .flatMap { $0["target_ids"]?.items?.compactMap(\.string) } ?? []
  }

  package static func appID(in answer: ProviderAnswer) -> String? {
    JSONValue(whole: answer.body)?["data"]?["app_id"]?.string
  }

  /// Where a person logs in.
  package static func dialog(
    app: String, configuration: String, redirectURI: String, state: String
  ) -> String {
    let query = FormPair.encoded([
      (name: "client_id", value: app), (name: "config_id", value: configuration),
      (name: "response_type", value: "code"),
      (name: "override_default_response_type", value: "true"),
      (name: "redirect_uri", value: redirectURI), (name: "state", value: state),
    ])
    return "/dialog/oauth?\(String(decoding: query, as: UTF8.self))"
  }
}

extension LookupFailed {
  /// Whether the same question may be answered well in a while.
  package var isPassing: Bool {
    status == 429 || status >= 500
      || ["1", "2", "4", "17", "613", "80007", "133004", "130429"].contains(failure.code)
  }
}
