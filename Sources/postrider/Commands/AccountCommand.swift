internal import Domain
internal import Forms
internal import Glibc
internal import JSON
internal import Platform
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// `postrider account`
struct AccountCommand: Subcommand {
  static let name = "account"
  static let summary = "say how long the providers' tokens still count; put another one in"
  static let options: Set<String> = ["config", "url"]
  static let help = """
    usage: postrider account list [--config FILE]
           postrider account token SENDER [--config FILE] < FILE-WITH-THE-TOKEN
           postrider account rotate SENDER [--url URL] [--config FILE]
           postrider account subaccounts SENDER [--url URL] [--config FILE]
           postrider account subaccounts SENDER create NAME
           postrider account subaccounts SENDER suspend|activate|close SID
           postrider account reseal [--config FILE]

    list: the token of each sender: where it came from, until when it counts, when it was looked at last. A token of
    Meta's is looked at daily where appId and appSecret are set, and refreshed before it ends where secretsKey is set
    too.

    token: puts another token in for the sender, and for all that have the same one, while workers run: they use it
    within a second, and what stopped a lane for the old one is tried again. It is read from standard input, so that
    it stands in no list of processes. It counts until the settings have another one; secretsKey encrypts it.

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
    case rotate(SenderID)
    case subaccounts(SenderID, [UInt8]?)
    case reseal
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    switch (options.words.first, options.words.count) {
    case ("list", 1), (nil, 0): action = .list
    case ("token", 2): action = .token(SenderID(options.words[1]))
    case ("rotate", 2): action = .rotate(SenderID(options.words[1]))
    case ("subaccounts", 2): action = .subaccounts(SenderID(options.words[1]), nil)
    case ("subaccounts", 4):
      action = .subaccounts(
        SenderID(options.words[1]), try Self.change(options.words[2], options.words[3]))
    case ("reseal", 1): action = .reseal
    default:
      throw UsageFault(
        "account needs list, token SENDER, rotate SENDER, subaccounts SENDER or reseal")
    }
  }

  private static func change(_ verb: String, _ word: String) throws(UsageFault) -> [UInt8] {
    let states = ["suspend": "suspended", "activate": "active", "close": "closed"]
    if verb == "create" { return JSONWriter.object { $0.field("name", word) } }
    guard let state = states[verb] else {
      throw UsageFault("subaccounts needs create NAME, or suspend, activate or close SID")
    }
    return JSONWriter.object { writer in
      writer.field("sid", word)
      writer.field("status", state)
    }
  }

  func run() -> Exit {
    switch action {
    case .list: StoreAccess.with(options) { try list($0) }
    case .token(let sender): StoreAccess.with(options) { try put(sender, $0) }
    case .reseal: StoreAccess.with(options) { try reseal($0) }
    case .rotate(let sender):
      APICaller.run(options, scopes: [.admin]) { caller throws(APICaller.Failed) in
        let answer = try caller.done("POST", "/api/accounts/\(escaped(sender.text))/rotate")
        Terminal.show(answer["note"]?.string ?? "")
      }
    case .subaccounts(let sender, let change):
      APICaller.run(options, scopes: [.admin]) { caller throws(APICaller.Failed) in
        let path = "/api/accounts/\(escaped(sender.text))/subaccounts"
        show(try caller.done(change == nil ? "GET" : "POST", path, change ?? []))
      }
    }
  }

  private func show(_ answer: JSONValue) {
    let all = answer["subaccounts"]?.items ?? []
    guard !all.isEmpty else { return Terminal.show("There are no subaccounts.") }
    let rows = all.map { account in
      ["sid", "name", "status", "createdAt"].map { account[$0]?.string ?? "" }
    }
    Terminal.show(Terminal.table([["sid", "name", "status", "made"]] + rows))
    for account in all {
      guard let token = account["authToken"]?.string else { continue }
      Terminal.show("auth token, told this once: \(token)")
    }
  }

  private func escaped(_ text: String) -> String {
    String(decoding: percentEncoded(text), as: UTF8.self)
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
