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
  static let summary = "say how long the providers' tokens still count; put another one in"
  static let options: Set<String> = ["config", "url", "sender"]
  static let flags: Set<String> = ["set", "test"]
  static let help = """
    usage: postrider account list [--config FILE]
           postrider account token SENDER [--config FILE] < FILE-WITH-THE-TOKEN
           postrider account webhooks [--sender ID] [--set | --test] [--url URL] [--config FILE]
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

    reseal: encrypts everything anew with the first key of secretsKey, so that the others can be taken out.
    """

  private let options: Options
  private let action: Action

  private enum Action {
    case list
    case token(SenderID)
    case reseal
    case webhooks
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    switch (options.words.first, options.words.count) {
    case ("list", 1), (nil, 0): action = .list
    case ("token", 2): action = .token(SenderID(options.words[1]))
    case ("reseal", 1): action = .reseal
    case ("webhooks", 1): action = .webhooks
    default: throw UsageFault("account needs list, token SENDER, webhooks or reseal")
    }
    if options.has("set"), options["sender"] == nil {
      throw UsageFault("--set needs --sender, whose app is to tell us")
    }
  }

  func run() -> Exit {
    if case .webhooks = action { return WebhookReport(options).run() }
    return StoreAccess.with(options) { access in
      switch action {
      case .list: return try list(access)
      case .token(let sender): return try put(sender, access)
      case .reseal: return try reseal(access)
      case .webhooks: return .done
      }
    }
  }

  private func list(_ access: StoreAccess) throws -> Exit {
    let stored = Dictionary(try access.store.credentials().map { ($0.owner, $0) }) { $1 }
    let now = CalendarTime.now
    let rows = access.settings.senders.map { sender in
      let facts = TokenFacts(json: stored[sender.credentialsID.description]?.facts ?? [])
      return [
        sender.sender.id.text, sender.sender.channel.provider.rawValue, facts.source.rawValue,
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
