package import Domain
package import Providers
package import SendStore
package import Settings
internal import Platform
internal import Store
package import Telemetry
package import Time

/// Takes signups as far as they go, one step after the other, each written down before the next: whoever comes after a
/// crash goes on with what is not done.
package struct SignupRun {
  package typealias Ask = (ProviderRequest, WebAddress) throws -> ProviderAnswer

  private let settings: Settings
  private let store: SendStore
  private let seal: SecretSeal
  private let log: Log
  private let ask: Ask
  private let now: () -> CalendarTime

  package init(
    _ settings: Settings, _ store: SendStore, log: Log,
    now: @escaping () -> CalendarTime = { .now }, ask: @escaping Ask
  ) {
    (self.settings, self.store, self.log, self.ask) = (settings, store, log, ask)
    self.now = now
    seal = SecretSeal(settings)
  }

  /// A step that nothing but another log-in can mend.
  private struct Failed: Error { let sentence: String }

  private struct State {
    var signup: Signup
    var secrets: SignupSecrets
    let stored: StoredSignup
  }

  package static func owner(_ id: String) -> String { "signup:\(id)" }

  /// nil where there is none of that name.
  package func advance(_ id: String) throws -> Signup? {
    // More steps than any has: two for each of hundreds of numbers.
    for _ in 0..<2000 {
      guard var state = try read(id) else { return nil }
      if let next = state.signup.nextTry, next > now() { return state.signup }
      let step = SignupStep(state.signup, canRegister: state.secrets.pin != nil)
      switch step {
      case .none, .waitForCode: return state.signup
      case .exchange:
        if let since = state.signup.exchangingSince, now() - since < Signup.exchangeLimit {
          return state.signup
        }
        // The code counts once: whoever exchanges it says so before.
        state.signup.exchangingSince = now()
        guard try save(state) else { continue }
        guard let again = try read(id) else { return nil }
        state = again
      case .inspect, .subscribe, .listPhones, .register, .store, .finish: break
      }
      try take(step, &state)
      _ = try save(state)
      if state.signup.nextTry != nil || state.signup.end != nil { return state.signup }
    }
    return nil
  }

  private func take(_ step: SignupStep, _ state: inout State) throws {
    do {
      try perform(step, &state)
      (state.signup.tries, state.signup.nextTry, state.signup.failure) = (0, nil, nil)
    } catch let failed as Failed {
      end(&state, failed.sentence)
    } catch let refused as AccountBook.Refused {
      end(&state, refused.description)
    } catch let failed as LookupFailed where !failed.isPassing {
      let words = [failed.failure.sentence, failed.failure.providerText].compactMap(\.self)
      end(&state, "\(failed.failure.code): \(words.joined(separator: " "))")
    } catch let error as StoreError {
      throw error
    } catch {
      postpone(&state, step, "\(error)")
    }
  }

  private func end(_ state: inout State, _ sentence: String) {
    (state.signup.end, state.signup.failure) = (.failed, sentence)
    state.signup.exchangingSince = nil
    log.warning(
      "an account could not be connected", ["signup": state.stored.id, "reason": sentence])
  }

  private func postpone(_ state: inout State, _ step: SignupStep, _ reason: String) {
    state.signup.exchangingSince = nil
    state.signup.tries += 1
    state.signup.failure = "\(step.sentence): \(reason)"
    guard state.signup.tries < Signup.triesLimit else { return end(&state, reason) }
    let wait = Duration.seconds(min(300, 2 << state.signup.tries))
    state.signup.nextTry = now() + wait
  }

  private func perform(_ step: SignupStep, _ state: inout State) throws {
    switch step {
    case .waitForCode, .none: return
    case .exchange: try exchange(&state)
    case .inspect: try inspect(&state)
    case .subscribe(let waba):
      let token = try token(state)
      try MetaAnswer.success(try ask(MetaSignup.subscribe(waba, by: token), try app(state).baseURL))
      state.signup.change(waba) { $0.isSubscribed = true }
    case .listPhones(let waba):
      let request = MetaSignup.phones(of: waba, by: try token(state))
      let phones = try MetaSignup.phones(in: try ask(request, try app(state).baseURL))
      state.signup.change(waba) { $0.phones = phones }
    case .register(let phone): try register(phone, &state)
    case .store:
      try keep(state)
      state.signup.isStored = true
    case .finish:
      state.signup.end = .done
      // What is not needed any more is not kept.
      state.secrets = SignupSecrets()
      log.info("an account was connected", ["signup": state.stored.id])
    }
  }

  private func exchange(_ state: inout State) throws {
    guard let code = state.secrets.code else {
      throw Failed(sentence: "the code is gone: log in again")
    }
    let app = try app(state)
    let request = try metaApp(app).exchange(code: code, redirectURI: state.secrets.redirectURI)
    let answer = try ask(request, app.baseURL)
    state.secrets.token = try Self.token(in: answer)
    log.keepOut([state.secrets.token].compactMap(\.self))
    state.secrets.code = nil
    state.signup.hasToken = true
    state.signup.exchangingSince = nil
  }

  private static func token(in answer: ProviderAnswer) throws -> Secret {
    do throws(LookupFailed) { return try MetaTokenAnswer.token(answer) } catch {
      if error.isPassing { throw error }
      let words = error.failure.providerText ?? error.failure.sentence
      throw Failed(sentence: "the code does not count any more, log in again (\(words))")
    }
  }

  private func inspect(_ state: inout State) throws {
    let app = try app(state)
    let answer = try ask(try metaApp(app).look(at: try token(state)), app.baseURL)
    let facts = try MetaTokenAnswer.facts(answer, at: now())
    guard facts.isValid == true else {
      throw Failed(sentence: "the token does not count: log in again")
    }
    if let other = MetaSignup.appID(in: answer), other != app.id {
      throw Failed(sentence: "the token is for the app \(other), not for \(app.id)")
    }
    guard facts.missingScopes.isEmpty else {
      throw Failed(
        sentence:
          "the token lacks \(facts.missingScopes.joined(separator: ", ")): the login configuration must ask for it"
      )
    }
    state.signup.expiresAt = facts.expiresAt
    if let fault = state.signup.reach(try MetaSignup.targets(in: answer)) {
      throw Failed(sentence: fault)
    }
  }

  private func register(_ phone: String, _ state: inout State) throws {
    guard let pin = state.secrets.pin else { return }
    let request = MetaSignup.register(phone, pin: pin, by: try token(state))
    do {
      try MetaAnswer.success(try ask(request, try app(state).baseURL))
      state.signup.changePhone(phone) { $0.isRegistered = true }
    } catch let failed as LookupFailed where !failed.isPassing {
      // One number that cannot be registered stops no other.
      let words = failed.failure.providerText ?? failed.failure.sentence
      state.signup.changePhone(phone) { $0.failure = "\(failed.failure.code): \(words)" }
    }
  }

  private func keep(_ state: State) throws {
    let signup = state.signup
    let tenant = signup.tenant == .none ? nil : signup.tenant
    let book = AccountBook(settings, for: tenant)
    let own = try app(state).account?.text
    let there = try book.documents(store).first { document in
      signup.wabas.contains { document.has(waba: $0.id) }
    }
    let text = signup.account ?? there?.name.text ?? own ?? signup.accountName
    guard let name = AccountName(text) else {
      throw Failed(sentence: "\(text) cannot be an account's name")
    }
    let token = try token(state)
    let known = settings.senders.compactMap { sender -> (phone: String, id: SenderID)? in
      guard case .meta(let own) = sender.credentials else { return nil }
      return (own.phoneNumberId, sender.sender.id)
    }
    let ids = Dictionary(known.map { ($0.phone, $0.id.text) }) { first, _ in first }
    _ = try book.connect(name, store) { document in
      document.setUnlessThere("provider", to: Provider.meta.rawValue)
      document.setUnlessThere("appId", to: signup.appID)
      var isFirst = true
      for waba in signup.wabas {
        let phones = (waba.phones ?? []).map { phone in
          let usual = isFirst ? signup.sender ?? phone.senderID : phone.senderID
          isFirst = false
          return (id: ids[phone.id] ?? usual, phoneNumberId: phone.id)
        }
        document.connect(waba: waba.id, token: token, tenant: tenant, phones: phones)
      }
    }
  }

  // MARK: What stands in the store

  private func read(_ id: String) throws -> State? {
    guard let stored = try store.signup(id) else { return nil }
    guard let signup = Signup(json: stored.facts) else { return nil }
    let plain = stored.sealed.flatMap { seal.open($0, for: Self.owner(id)) }
    return State(
      signup: signup, secrets: plain.map(SignupSecrets.init) ?? SignupSecrets(), stored: stored)
  }

  private func save(_ state: State) throws -> Bool {
    var stored = state.stored
    stored.facts = state.signup.json
    stored.sealed = seal.seal(state.secrets.json, for: Self.owner(stored.id))
    return try store.save(stored)
  }

  private func token(_ state: State) throws(Failed) -> Secret {
    guard let token = state.secrets.token else {
      throw Failed(sentence: "the token is gone: log in again")
    }
    return token
  }

  private func app(_ state: State) throws(Failed) -> AppSettings {
    let app = settings.apps.first { $0.id == state.signup.appID && !$0.secrets.isEmpty }
    guard let app else {
      throw Failed(sentence: "the app \(state.signup.appID) is not in the settings any more")
    }
    return app
  }

  private func metaApp(_ app: AppSettings) throws(Failed) -> MetaApp {
    guard let secret = app.secrets.first else { throw Failed(sentence: "the app has no appSecret") }
    return MetaApp(id: app.id, secret: secret)
  }
}

extension Signup {
  fileprivate mutating func change(_ waba: String, _ body: (inout Waba) -> Void) {
    guard let place = wabas.firstIndex(where: { $0.id == waba }) else { return }
    body(&wabas[place])
  }

  fileprivate mutating func changePhone(_ phone: String, _ body: (inout Phone) -> Void) {
    for place in wabas.indices {
      guard let found = wabas[place].phones?.firstIndex(where: { $0.id == phone }) else { continue }
      if var changed = wabas[place].phones?[found] {
        body(&changed)
        wabas[place].phones?[found] = changed
      }
    }
  }

  /// Where nobody has chosen one.
  fileprivate var accountName: String {
    let owner = tenant == .none ? "app" : tenant.company
    let plain = owner.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    return String(plain.prefix(40)) + "-" + appID
  }
}

extension Signup.Phone {
  /// `+39 333 123-4567` is wa-393331234567.
  fileprivate var senderID: String {
    let digits = number.filter { $0.isASCII && $0.isNumber }
    return "wa-" + (digits.isEmpty ? id : digits)
  }
}
