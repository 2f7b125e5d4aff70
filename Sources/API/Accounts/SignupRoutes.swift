internal import Crypto
internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Telemetry
internal import Time

/// Accounts that people connect by logging in with Meta: a link, the answer that comes back to us, and what the browser
/// tells beside it, in either order.
struct SignupRoutes: Sendable {
  let context: APIContext

  static let callbackPath = "/Webhooks/WhatsAppToken"

  func add(to router: inout Router) {
    let prefix = context.prefix
    router.at(
      "POST", prefix + "/api/signups",
      context.requests.door(.admin) { request, _, key, responder in
        context.requests.desk.answer(responder) { store in try begin(request, key, store) }
      })
    router.at(
      "GET", prefix + "/api/signups",
      context.requests.door(.read) { _, _, key, responder in
        context.requests.desk.answer(responder) { store in
          let all = try store.signups().prefix(200).compactMap { visible($0, to: key) }
          return HTTPAnswer(
            json: JSONWriter.object { writer in
              writer.name("signups")
              writer.array { list in
                for (stored, signup) in all { list.object { write(stored, signup, to: &$0) } }
              }
            })
        }
      })
    router.at(
      "GET", prefix + "/api/signups/{id}",
      context.requests.door(.read) { _, parameters, key, responder in
        context.requests.desk.answer(responder) { store in
          try show(parameters["id"] ?? "", key, store)
        }
      })
    router.at(
      "POST", prefix + "/api/signups/{id}/retry",
      context.requests.door(.admin) { request, parameters, key, responder in
        context.providers.answer(responder) { asking in
          guard let store = context.door.store.opened else { return .noStore }
          return try retry(parameters["id"] ?? "", request, key, store, asking)
        }
      })
    addPublic(to: &router)
  }

  /// Who calls here has no key of ours, but a state that we signed.
  private func addPublic(to router: inout Router) {
    let path = context.prefix + Self.callbackPath
    router.at("GET", path) { head, _ in
      guard let state = state(head.queryValue("state")) else { return .answer(SignupPage.stranger) }
      return .buffer(limit: 0, from: .known) { request, responder in
        context.providers.answer(responder) { asking in
          guard let store = context.door.store.opened else { return SignupPage.later }
          return try comeBack(request, state, store, asking)
        }
      }
    }
    router.at("POST", path) { _, _ in
      .buffer(limit: 16 << 10) { request, responder in
        context.providers.answer(responder) { asking in
          guard let store = context.door.store.opened else { return .noStore }
          return try hear(request, store, asking)
        }
      }
    }
  }

  private func state(_ text: String?) -> SignupState? {
    text.flatMap { SignupState($0, context.settings) }
  }

  // MARK: The link

  private func begin(_ request: HTTPRequest, _ key: APIKey, _ store: SendStore) throws -> HTTPAnswer
  {
    let root = try KeyedRequests.object(request)
    var faults = FieldFaults()
    func text(_ name: String) -> String? {
      guard let value = root?[name], !value.isNull else { return nil }
      if let text = value.string, !text.isEmpty { return text }
      faults.add("/\(name)", "must be a text")
      return nil
    }
    let (appID, account, sender, pin) = (
      text("appId"), text("account"), text("sender"), text("pin")
    )
    let tenant = tenant(text("app"), text("company"), key, &faults)
    if let pin, pin.utf8.count != 6 || !pin.utf8.allSatisfy({ (48...57).contains($0) }) {
      faults.add("/pin", "must be six digits")
    }
    if let account, AccountName(account) == nil {
      faults.add("/account", "must be up to 64 letters, digits and the signs - _ .")
    }
    let apps = context.settings.apps.filter {
      $0.loginConfiguration != nil && (appID == nil || $0.id == appID)
        && (key.tenant == nil || $0.tenant == .none || $0.tenant == key.tenant)
    }
    if apps.isEmpty {
      faults.add(
        "/appId",
        "is no app with a loginConfiguration: set it for the app, as Facebook Login for Business shows it"
      )
    } else if apps.count > 1 {
      faults.add("/appId", "is needed: \(apps.map(\.id).sorted().joined(separator: " or "))")
    }
    if context.settings.publicURL == nil {
      faults.add("", "publicURL is not set: Meta could not send anybody back")
    }
    if context.settings.sealingKeys.isEmpty {
      faults.add("", "secretsKey is not set: no token could be kept")
    }
    guard faults.isEmpty, let app = apps.first else { return SendAnswer.refused(faults).answer }
    let id = lowerHex(randomBytes(12))
    let signup = Signup(
      appID: app.id, tenant: tenant, account: account, sender: sender, createdAt: .now)
    var secrets = SignupSecrets()
    secrets.pin = pin.map(Secret.init)
    var stored = StoredSignup(id: id, facts: signup.json)
    stored.sealed = SecretSeal(context.settings).seal(secrets.json, for: SignupRun.owner(id))
    _ = try store.save(stored)
    try store.pruneSignups(olderThan: .seconds(30 * 86400))
    let state = SignupState(id: id, key: key.key).text(context.settings) ?? ""
    return HTTPAnswer(
      status: 201,
      json: JSONWriter.object { writer in
        write(stored, signup, to: &writer)
        writer.field("url", dialog(app, state))
        writer.field("linkEndsAt", (signup.createdAt + Signup.linkLife).description)
        writer.field("signupState", state)
      })
  }

  private func tenant(
    _ app: String?, _ company: String?, _ key: APIKey, _ faults: inout FieldFaults
  ) -> Tenant {
    if (app == nil) != (company == nil) {
      faults.add(app == nil ? "/app" : "/company", "is missing: a tenant is an app and a company")
    }
    guard let app, let company else { return key.tenant ?? .none }
    let tenant = Tenant(app: app, company: company)
    if let own = key.tenant, own != tenant { faults.add("/app", "must be that of the key, \(own)") }
    return tenant
  }

  private var redirectURI: String {
    "\(context.settings.publicURL?.description ?? "")\(Self.callbackPath)"
  }

  private func dialog(_ app: AppSettings, _ state: String) -> String {
    let path = MetaSignup.dialog(
      app: app.id, configuration: app.loginConfiguration ?? "", redirectURI: redirectURI,
      state: state)
    // People log in elsewhere than programs ask.
    let base = app.baseURL.description
      .replacing("https://graph.facebook.com", with: "https://www.facebook.com")
    return base + path
  }

  // MARK: What comes back

  private func comeBack(
    _ request: HTTPRequest, _ state: SignupState, _ store: SendStore, _ asking: ProviderAsking
  ) throws -> HTTPAnswer {
    var told = Told()
    told.code = request.queryValue("code")
    told.redirectURI = redirectURI
    told.denial = request.queryValue("error_description") ?? request.queryValue("error")
    switch try note(told, state, store) {
    case .tooLate: return SignupPage.tooLate
    case .used: return SignupPage.used
    case .noted: break
    }
    guard let signup = try advance(state.id, store, asking) else { return SignupPage.stranger }
    return SignupPage.about(signup)
  }

  /// What the browser's page tells: an event of Meta's, a code, or both.
  private func hear(
    _ request: HTTPRequest, _ store: SendStore, _ asking: ProviderAsking
  ) throws -> HTTPAnswer {
    let root = try KeyedRequests.object(request)
    guard let state = state(root?["state"]?.string) else {
      return Problem(status: 403, title: "Forbidden", detail: "The state is not one of ours.")
        .answer
    }
    var told = Told()
    told.code = root?["code"]?.string
    told.hint = root?["event"].map(Signup.Hint.init)
    if let hint = told.hint, hint.isCanceled { told.denial = hint.reason ?? "Broken off." }
    switch try note(told, state, store) {
    case .tooLate: return Self.conflict("The link is older than ten minutes.")
    case .used: return Self.conflict("The code of this state came already.")
    case .noted: break
    }
    guard let signup = try advance(state.id, store, asking),
      let stored = try store.signup(state.id)
    else { return .notFound }
    return HTTPAnswer(json: JSONWriter.object { write(stored, signup, to: &$0) })
  }

  private static func conflict(_ detail: String) -> HTTPAnswer {
    Problem(status: 409, title: "Conflict", detail: detail).answer
  }

  private struct Told {
    var code: String?
    var redirectURI: String?
    var hint: Signup.Hint?
    var denial: String?
  }

  private enum Noted { case noted, tooLate, used }

  /// A code counts once, and for as long as the link; an event may come before it and after.
  private func note(_ told: Told, _ state: SignupState, _ store: SendStore) throws -> Noted {
    let (seal, owner) = (SecretSeal(context.settings), SignupRun.owner(state.id))
    while true {
      guard var stored = try store.signup(state.id), var signup = Signup(json: stored.facts) else {
        return .tooLate
      }
      var secrets =
        stored.sealed.flatMap { seal.open($0, for: owner) }.map(SignupSecrets.init)
        ?? SignupSecrets()
      if let code = told.code, !code.isEmpty {
        guard !signup.hasCode, signup.end == nil else { return .used }
        guard CalendarTime.now - signup.createdAt < Signup.linkLife else { return .tooLate }
        context.door.log.keepOut([Secret(code)])
        (secrets.code, secrets.redirectURI) = (Secret(code), told.redirectURI)
        signup.hasCode = true
      } else if let denial = told.denial, !signup.hasCode, signup.end == nil {
        (signup.end, signup.failure) = (.canceled, String(denial.prefix(300)))
      }
      // What was found by the token counts more than what a browser says afterwards.
      if let hint = told.hint, !signup.isInspected { signup.hint = hint }
      (stored.facts, stored.sealed) = (signup.json, seal.seal(secrets.json, for: owner))
      if try store.save(stored) { return .noted }
    }
  }

  private func advance(
    _ id: String, _ store: SendStore, _ asking: ProviderAsking
  ) throws -> Signup? {
    let run = SignupRun(context.settings, store, log: context.door.log) { request, base in
      try asking.ask(request, under: base)
    }
    defer {
      do { try context.door.lookAtAccounts?(store) } catch {
        context.door.log.info("accounts are looked for a moment later", ["reason": "\(error)"])
      }
    }
    return try run.advance(id)
  }

  private func retry(
    _ id: String, _ request: HTTPRequest, _ key: APIKey, _ store: SendStore,
    _ asking: ProviderAsking
  ) throws -> HTTPAnswer {
    let pin = try KeyedRequests.object(request)?["pin"]?.string
    if let pin, pin.utf8.count != 6 || !pin.utf8.allSatisfy({ (48...57).contains($0) }) {
      return SendAnswer.refused(FieldFaults("/pin", "must be six digits")).answer
    }
    let seal = SecretSeal(context.settings)
    guard var stored = try store.signup(id), let (_, found) = visible(stored, to: key) else {
      return .notFound
    }
    var signup = found
    let owner = SignupRun.owner(id)
    var secrets =
      stored.sealed.flatMap { seal.open($0, for: owner) }.map(SignupSecrets.init)
      ?? SignupSecrets()
    guard secrets.token != nil || secrets.code != nil else {
      return Problem(
        status: 409, title: "Conflict",
        detail: signup.end == .done
          ? "It is done." : "There is no token to go on with: make another link and log in again."
      ).answer
    }
    if let pin { secrets.pin = Secret(pin) }
    (signup.end, signup.failure, signup.nextTry, signup.tries) = (nil, nil, nil, 0)
    signup.forgetFailures()
    (stored.facts, stored.sealed) = (signup.json, seal.seal(secrets.json, for: owner))
    _ = try store.save(stored)
    _ = try advance(id, store, asking)
    return try show(id, key, store)
  }

  // MARK: Shown

  private func show(_ id: String, _ key: APIKey, _ store: SendStore) throws -> HTTPAnswer {
    guard let stored = try store.signup(id), let (_, signup) = visible(stored, to: key) else {
      return .notFound
    }
    return HTTPAnswer(json: JSONWriter.object { write(stored, signup, to: &$0) })
  }

  private func visible(
    _ stored: StoredSignup, to key: APIKey
  ) -> (StoredSignup, Signup)? {
    guard let signup = Signup(json: stored.facts),
      key.tenant == nil || signup.tenant == key.tenant
    else { return nil }
    return (stored, signup)
  }

  private func write(
    _ stored: StoredSignup, _ signup: Signup, to writer: inout JSONWriter
  ) {
    writer.field("id", stored.id)
    writer.field("appId", signup.appID)
    writer.field("state", signup.end?.rawValue ?? (signup.hasCode ? "running" : "waiting"))
    writer.field("step", SignupStep(signup, canRegister: true).sentence)
    writer.field("failure", signup.failure)
    writer.field("createdAt", signup.createdAt.description)
    writer.field("event", signup.hint.event)
    writer.name("wabas")
    writer.array { list in
      for waba in signup.wabas {
        list.object { writer in
          writer.field("wabaId", waba.id)
          writer.field("subscribed", waba.isSubscribed)
          writer.name("phones")
          writer.array { list in
            for phone in waba.phones ?? [] {
              list.object { writer in
                writer.field("phoneNumberId", phone.id)
                writer.field("number", phone.number)
                writer.field("name", phone.name)
                writer.field("registered", phone.isConnected || phone.isRegistered)
                writer.field("failure", phone.failure)
              }
            }
          }
        }
      }
    }
    writer.name("leftToDo")
    writer.array { list in
      for sentence in signup.leftToDo { list.value(sentence) }
    }
  }
}

extension Signup.Hint {
  /// As Meta's SDK posts it to the page.
  fileprivate init(_ value: JSONValue) {
    self.init()
    let data = value["data"]
    func text(_ name: String) -> String? {
      (data?[name]?.string ?? data?[name]?.integer.map { String($0) }).map {
        String($0.prefix(100))
      }
    }
    event = value["event"]?.string.map { String($0.prefix(60)) }
    (waba, phone, business) = (text("waba_id"), text("phone_number_id"), text("business_id"))
    reason =
      data?["error_message"]?.string.map { String($0.prefix(300)) }
      ?? text("current_step").map { "broken off at \($0)" }
  }
}

extension Signup {
  /// Numbers that could not be registered are tried again.
  fileprivate mutating func forgetFailures() {
    for waba in wabas.indices {
      for phone in (wabas[waba].phones ?? []).indices { wabas[waba].phones?[phone].failure = nil }
    }
    isStored = isStored && end == nil
  }
}
