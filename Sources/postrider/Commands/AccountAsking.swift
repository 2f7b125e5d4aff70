internal import Domain
internal import Glibc
internal import JSON
internal import Platform
internal import Settings
internal import Time

/// What `postrider account` has a running system ask of a provider.
enum AccountAsking {
  case rotate(String)
  case subaccounts(String, [UInt8]?)
  case connect([UInt8], asksPin: Bool)
  case mint(String, user: String)
  case revoke(String)

  /// nil where the words are none of these.
  init?(_ options: Options) throws(UsageFault) {
    let words = options.words
    switch (words.first, words.count) {
    case ("rotate", 2): self = .rotate(words[1])
    case ("subaccounts", 2): self = .subaccounts(words[1], nil)
    case ("subaccounts", 4): self = .subaccounts(words[1], try Self.change(words[2], words[3]))
    case ("mint", 3): self = .mint(words[1], user: words[2])
    case ("revoke", 2): self = .revoke(words[1])
    case ("connect", 1):
      let body = JSONWriter.object { writer in
        writer.field("appId", options["app"])
        writer.field("account", options["name"])
        writer.field("sender", options["sender"])
      }
      self = .connect(body, asksPin: options.has("register"))
    default: return nil
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

  func run(_ options: Options) -> Exit {
    APICaller.with(options, scopes: [.admin, .read]) { caller throws(APICaller.Failed) in
      switch self {
      case .rotate(let sender):
        let answer = try caller.done("POST", Self.path(sender, "rotate"))
        Terminal.show(answer["note"]?.string ?? "")
      case .subaccounts(let sender, let change):
        let path = Self.path(sender, "subaccounts")
        Self.show(try caller.done(change == nil ? "GET" : "POST", path, change ?? []))
      case .mint(let sender, let user):
        let body = JSONWriter.object { $0.field("systemUser", user) }
        Self.showToken(try caller.done("POST", Self.path(sender, "mint"), body))
      case .revoke(let sender):
        Self.showToken(try caller.done("POST", Self.path(sender, "revoke"), Array("{}".utf8)))
      case .connect(let body, let asksPin): try Self.connect(caller, body, asksPin: asksPin)
      }
    }
  }

  private static func path(_ sender: String, _ verb: String) -> String {
    "/api/accounts/\(APICaller.segment(sender))/\(verb)"
  }

  private static func showToken(_ answer: JSONValue) {
    Terminal.show(answer["accounts"]?.items?.first?["state"]?.string ?? "Done.")
  }

  private static func show(_ answer: JSONValue) {
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

  // MARK: Connecting by a log-in

  private static let patience = Duration.seconds(15 * 60)

  private static func connect(
    _ caller: APICaller, _ body: [UInt8], asksPin: Bool
  ) throws(APICaller.Failed) {
    var body = body
    if asksPin {
      if isatty(STDIN_FILENO) == 1 { Terminal.error("The PIN of six digits, then Enter:") }
      let pin = (readLine() ?? "").filter { !$0.isWhitespace }
      body.removeLast()
      let field = JSONWriter.object { $0.field("pin", pin) }
      body += (body.count > 1 ? Array(",".utf8) : []) + field.dropFirst()
    }
    let link = try caller.done("POST", "/api/signups", body)
    guard let id = link["id"]?.string, let url = link["url"]?.string else {
      throw APICaller.Failed("the answer has no link in it")
    }
    Terminal.show("Open this and log in; it counts once, for ten minutes:\n\n\(url)\n")
    var told = ""
    let end = RunningTime.now + patience
    while !end.hasPassed {
      let signup = try caller.done("GET", "/api/signups/\(id)")
      let words = signup["failure"]?.string ?? signup["step"]?.string ?? ""
      if words != told { Terminal.show(words) }
      told = words
      switch signup["state"]?.string {
      case "done": return showNumbers(signup)
      case "canceled", "failed": throw APICaller.Failed("the account was not connected: \(words)")
      default: pause(for: .seconds(1))
      }
    }
    throw APICaller.Failed("nobody has logged in")
  }

  private static func showNumbers(_ signup: JSONValue) {
    for waba in signup["wabas"]?.items ?? [] {
      for phone in waba["phones"]?.items ?? [] {
        Terminal.show("connected: \(phone["number"]?.string ?? "") \(phone["name"]?.string ?? "")")
      }
    }
    for left in signup["leftToDo"]?.items ?? [] {
      Terminal.show("left to do: \(left.string ?? "")")
    }
  }
}
