internal import Domain
internal import Glibc
internal import Platform
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// `postrider account`
struct AccountCommand: Subcommand {
  static let name = "account"
  static let summary = "accounts made at run time; how long the providers' tokens still count"
  static let options: Set<String> = ["config", "waba", "phone", "sender", "url", "app", "name"]
  static let flags: Set<String> = ["set", "test", "register"]
  static let help = """
    usage: postrider account list [--config FILE]
           postrider account token SENDER [--config FILE] < FILE-WITH-THE-TOKEN
           postrider account put NAME [--waba ID [--phone ID] | --sender ID] [--config FILE] < FILE.json
           postrider account show NAME [--config FILE]
           postrider account remove NAME [--waba ID [--phone ID] | --sender ID] [--config FILE]
           postrider account webhooks [--sender ID] [--set | --test] [--url URL] [--config FILE]
           postrider account rotate SENDER [--url URL] [--config FILE]
           postrider account subaccounts SENDER [--url URL] [--config FILE]
           postrider account subaccounts SENDER create NAME
           postrider account subaccounts SENDER suspend|activate|close SID
           postrider account connect [--app ID] [--name ACCOUNT] [--sender NAME] [--register] [--url URL] [--config FILE]
           postrider account mint SENDER SYSTEM-USER-ID [--url URL] [--config FILE]
           postrider account revoke SENDER [--url URL] [--config FILE]
           postrider account reseal [--config FILE]

    list: the token of each sender: where it came from, until when it counts, when it was looked at last. A token of
    Meta's is looked at daily where appId and appSecret are set, and refreshed before it ends where secretsKey is set
    too.

    token: puts another token in for the sender, and for all that have the same one, while workers run: they use it
    within a second, and what stopped a lane for the old one is tried again. It is read from standard input, so that
    it stands in no list of processes. It counts until the settings have another one; secretsKey encrypts it.

    webhooks: asks Meta, through the API of a running system, where the webhooks of each app, account and number go,
    whether that is us, and which fields are missing. --set has the app of the sender tell us, of every field, and
    subscribes its account; --test asks our own address as Meta would.

    put: makes an account while workers run, or changes it. What is read is an item of `apps` or of `twilioAccounts` as
    the settings have them, with `provider: "meta"` or `"twilio"`; with --waba, --phone or --sender, that part of it. A
    secret that is missing stays as it was. Every worker takes it up within a second, and it wins over a sender of the
    settings with the same id. It is encrypted by secretsKey.

    show: the account without its secrets, and for an app the callback URL and the verify token to paste into Meta's
    dashboard.

    connect: prints a link by which a person logs in with Meta, and follows until the account is connected. --register
    reads the PIN for its numbers from standard input.

    mint: has Meta make a token of a system user, by the sender's own, and puts it in its place once it was proven.

    revoke: has Meta give up the token of before, once the one in use was proven.

    rotate: has Twilio make another auth token for the sender's account and puts it in the old one's place, through the
    API of a running system, while both check the signatures of webhooks. Where it was interrupted it goes on. It needs
    secretsKey. The settings keep the old token: what was made here wins until they have another one.

    subaccounts: lists the accounts below the sender's at Twilio; makes one and prints its auth token, once; suspends,
    activates, or closes one, which is for ever.

    reseal: encrypts everything anew with the first key of secretsKey, so that the others can be taken out.
    """

  private let options: Options
  private let action: Action

  private enum Action {
    case list
    case token(SenderID)
    case put(AccountName, AccountPath?)
    case show(AccountName)
    case remove(AccountName, AccountPath?)
    case reseal
    case webhooks
    case ask(AccountAsking)
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    switch (options.words.first, options.words.count) {
    case ("list", 1), (nil, 0): action = .list
    case ("token", 2): action = .token(SenderID(options.words[1]))
    case ("reseal", 1): action = .reseal
    case ("put", 2): action = .put(try Self.name(options.words[1]), try Self.path(options))
    case ("show", 2): action = .show(try Self.name(options.words[1]))
    case ("remove", 2): action = .remove(try Self.name(options.words[1]), try Self.path(options))
    case ("webhooks", 1): action = .webhooks
    default:
      guard let asking = try AccountAsking(options) else {
        throw UsageFault("account does not know that; `postrider help account` says what it does")
      }
      action = .ask(asking)
    }
    if options.has("set"), options["sender"] == nil {
      throw UsageFault("--set needs --sender, whose app is to tell us")
    }
  }

  private static func name(_ text: String) throws(UsageFault) -> AccountName {
    guard let name = AccountName(text) else {
      throw UsageFault("an account's name has up to 64 letters, digits and the signs - _ .")
    }
    return name
  }

  /// nil for the whole account.
  private static func path(_ options: Options) throws(UsageFault) -> AccountPath? {
    switch (options["waba"], options["phone"], options["sender"]) {
    case (nil, nil, nil): return nil
    case (let waba?, nil, nil): return .waba(waba)
    case (let waba?, let phone?, nil): return .phone(phone, of: waba)
    case (nil, nil, let sender?): return .sender(sender)
    default: throw UsageFault("give --waba, --waba with --phone, or --sender")
    }
  }

  func run() -> Exit {
    if case .webhooks = action { return WebhookReport(options).run() }
    if case .ask(let asking) = action { return asking.run(options) }
    return StoreAccess.with(options) { access in
      switch action {
      case .list: return try list(access)
      case .token(let sender): return try put(sender, access)
      case .put(let name, let path):
        return try change(name, access) { book in
          let json = Self.standardInput()
          return if let path {
            try book.put(json, at: path, of: name, access.store)
          } else {
            try book.put(json, as: name, access.store)
          }
        }
      case .show(let name): return try show(name, access)
      case .remove(let name, let path):
        return try change(name, access) { book in
          guard let path else {
            try book.remove(name, access.store)
            return nil
          }
          return try book.remove(path, of: name, access.store)
        }
      case .reseal: return try reseal(access)
      case .webhooks, .ask: return .done
      }
    }
  }

  private static func standardInput() -> [UInt8] {
    if isatty(STDIN_FILENO) == 1 { Terminal.error("The account as JSON, then Ctrl-D:") }
    var lines: [String] = []
    while let line = readLine() { lines.append(line) }
    return Array(lines.joined(separator: "\n").utf8)
  }

  private func change(
    _ name: AccountName, _ access: StoreAccess,
    _ body: (AccountBook) throws -> AccountDocument?
  ) throws -> Exit {
    do {
      guard let document = try body(AccountBook(access.settings)) else {
        print("\(name) is gone. Workers that run let go of it within a second.")
        return .done
      }
      show(document, access.settings)
      return .done
    } catch let refused as AccountBook.Refused {
      Terminal.error("postrider: \(refused)")
      if case .noKey = refused { return .settings }
      return .failed
    }
  }

  private func show(_ name: AccountName, _ access: StoreAccess) throws -> Exit {
    let documents = try AccountBook(access.settings).documents(access.store)
    guard let document = documents.first(where: { $0.name == name }) else {
      Terminal.error("postrider: there is no account \(name) that was made at run time")
      return .failed
    }
    show(document, access.settings)
    return .done
  }

  private func show(_ document: AccountDocument, _ settings: Settings) {
    print(String(decoding: document.shown, as: UTF8.self))
    guard let verifyToken = document.text("verifyToken") else { return }
    let base = settings.publicURL.map(String.init(describing:))
    Terminal.error(
      """
      To paste into Meta's dashboard, under WhatsApp, Configuration:
        Callback URL  \(base.map { $0 + "/api/whatsapp/webhook" } ?? "(publicURL is not set)")
        Verify token  \(verifyToken)
      """)
  }

  private func list(_ access: StoreAccess) throws -> Exit {
    let stored = Dictionary(try access.store.credentials().map { ($0.owner, $0) }) { $1 }
    let now = CalendarTime.now
    let rows = access.settings.senders.map { sender in
      let facts = TokenFacts(json: stored[sender.credentialsID.description]?.facts ?? [])
      return [
        sender.sender.id.text, sender.sender.channel.provider.rawValue,
        facts.source == .settings && sender.account != nil ? "account" : facts.source.rawValue,
        facts.checkedAt?.description ?? "never", facts.sentence(at: now),
      ]
    }
    guard !rows.isEmpty else {
      print("There are no senders.")
      return .done
    }
    print(Terminal.table([["sender", "provider", "from", "looked at", "state"]] + rows))
    return .done
  }

  private func put(_ id: SenderID, _ access: StoreAccess) throws -> Exit {
    guard let sender = access.settings.senders.first(where: { $0.sender.id == id }) else {
      Terminal.error("postrider: there is no sender \(id) in the settings")
      return .failed
    }
    if isatty(STDIN_FILENO) == 1 { Terminal.error("The token, then Enter:") }
    let token = (readLine() ?? "").filter { !$0.isWhitespace }
    guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      Terminal.error("postrider: there is no token on standard input")
      return .failed
    }
    let seal = SecretSeal(access.settings)
    guard let change = TokenChange(sender, token: Secret(token), seal: seal) else {
      Terminal.error(
        "postrider: secretsKey is not set, so that no token can be kept; put it into the settings")
      return .settings
    }
    try change.write(to: access.store)
    print(
      "Workers that run use it within a second. `postrider account list` says how long it counts.")
    return .done
  }

  private func reseal(_ access: StoreAccess) throws -> Exit {
    let seal = SecretSeal(access.settings)
    var (done, closed) = (0, 0)
    for var kept in try access.store.accounts() {
      guard let sealed = kept.sealed, seal.isOutdated(sealed) else { continue }
      guard let name = AccountName(kept.name), let document = seal.open(sealed, for: name) else {
        closed += 1
        continue
      }
      kept.sealed = seal.seal(document)
      if try access.store.save(kept) { done += 1 }
    }
    for kept in try access.store.credentials() {
      guard let sealed = kept.sealed, seal.isOutdated(sealed) else { continue }
      let id = CredentialsID(stored: kept.owner)
      guard let secret = seal.open(sealed, for: id), let anew = seal.seal(secret, for: id) else {
        closed += 1
        continue
      }
      var changed = kept
      changed.sealed = anew
      if try access.store.save(changed) { done += 1 }
    }
    print("\(done) were encrypted anew.")
    guard closed > 0 else { return .done }
    Terminal.error("postrider: \(closed) cannot be opened by any key of secretsKey")
    return .failed
  }
}
