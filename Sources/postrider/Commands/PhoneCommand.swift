internal import Domain
internal import Glibc
internal import JSON
internal import Platform
internal import Settings

/// `postrider phone`
struct PhoneCommand: Subcommand {
  static let name = "phone"
  static let summary = "show numbers at Meta and change them: profile, picture, pin, name, calls"
  static let options: Set<String> = ["config", "url", "language"]
  static let flags: Set<String> = ["voice", "json"]
  static let help = """
    usage: postrider phone list
           postrider phone show SENDER [--json]
           postrider phone set SENDER NAME=VALUE...
           postrider phone pin SENDER < FILE-WITH-THE-PIN
           postrider phone picture SENDER FILE
           postrider phone request-code SENDER [--voice] [--language en_US]
           postrider phone verify SENDER CODE
           postrider phone register SENDER < FILE-WITH-THE-PIN
           postrider phone deregister SENDER

    Goes through the API of a running system, with a key of the settings. list shows what was read of each number
    last; all others ask Meta.

    set: about, address, description, email, website (twice at most), vertical, display-name, username (nothing gives
    it up), calling=ENABLED|DISABLED, sip=HOST[:PORT] or sip=off. Each is done by itself; what Meta refuses is told in
    its words.

    register: with the number's pin of six digits; one without a pin has this one from then on. It is read from
    standard input, so that it stands in no list of processes. Meta takes 10 tries in 72 hours.

    Options: --url URL where the API is, unless it is where the settings listen; --config FILE.
    """

  private let options: Options
  private let action: Action

  private enum Action {
    case list
    case show(String)
    case set(String, [UInt8])
    case pin(String)
    case picture(String, file: String)
    case post(String, String, [UInt8])
    case register(String)
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    let words = options.words
    switch (words.first ?? "list", words.count) {
    case ("list", 0...1): action = .list
    case ("show", 2): action = .show(words[1])
    case ("set", 3...): action = .set(words[1], try PhoneFields(words[2...]).json)
    case ("pin", 2): action = .pin(words[1])
    case ("picture", 3): action = .picture(words[1], file: words[2])
    case ("register", 2): action = .register(words[1])
    case ("deregister", 2): action = .post(words[1], "deregister", [])
    case ("verify", 3):
      action = .post(words[1], "verify", JSONWriter.object { $0.field("code", words[2]) })
    case ("request-code", 2):
      action = .post(
        words[1], "request-code",
        JSONWriter.object { writer in
          writer.field("method", options.has("voice") ? "VOICE" : "SMS")
          writer.field("language", options["language"])
        })
    default:
      throw UsageFault(
        "phone needs list, show SENDER, set SENDER NAME=VALUE, pin SENDER, picture SENDER FILE, request-code SENDER, verify SENDER CODE, register SENDER or deregister SENDER"
      )
    }
  }

  func run() -> Exit {
    APICaller.with(options, scopes: [.read, .admin]) { caller throws(APICaller.Failed) in
      switch action {
      case .list: try list(caller)
      case .show(let sender):
        try show(try caller.call("GET", path(sender)), at: nil)
      case .set(let sender, let body): try change(caller, sender, body)
      case .pin(let sender):
        let pin = try pin()
        try change(caller, sender, JSONWriter.object { $0.field("pin", pin) })
      case .register(let sender):
        let pin = try pin()
        let body = JSONWriter.object { $0.field("pin", pin) }
        try show(try caller.call("POST", path(sender, "/register"), body), at: "phone")
      case .post(let sender, let what, let body):
        try show(try caller.call("POST", path(sender, "/\(what)"), body), at: "phone")
      case .picture(let sender, let file): try picture(caller, sender, file)
      }
    }
  }

  private func path(_ sender: String, _ tail: String = "") -> String {
    "/api/phones/\(APICaller.segment(sender))\(tail)"
  }

  // MARK: Showing

  private func list(_ caller: APICaller) throws(APICaller.Failed) {
    let answer = try caller.call("GET", "/api/phones")
    guard answer.status == 200 else { throw APICaller.Failed(answer) }
    let rows = (answer.json?["phones"]?.items ?? []).map { phone in
      [
        phone["sender"]?.string ?? "", phone["displayNumber"]?.string ?? "",
        phone["name"]?.string ?? "", phone["status"]?.string ?? "",
        phone["quality"]?.string ?? "", phone["limits"]?["tier"]?.string ?? "",
        phone["health"]?["canSendMessage"]?.string ?? "",
        phone["failure"]?.string ?? phone["readAt"]?.string ?? "not read yet",
      ]
    }
    guard !rows.isEmpty else { return Terminal.show("There are no numbers at Meta.") }
    let head = ["sender", "number", "name", "status", "quality", "limit", "health", "read"]
    Terminal.show(Terminal.table([head] + rows))
  }

  /// A number, alone or as a member of what was done.
  private func show(_ answer: APICaller.Answer, at member: String?) throws(APICaller.Failed) {
    guard answer.status == 200 else { throw refused(answer) }
    guard let json = answer.json else { throw APICaller.Failed(answer) }
    guard let phone = member.map({ json[$0] }) ?? json, !phone.isNull else {
      return Terminal.show("Done; Meta does not tell of the number now.")
    }
    if options.has("json") { return Terminal.show(String(decoding: phone.text, as: UTF8.self)) }
    Terminal.show(Terminal.table(PhoneTable.rows(phone)))
    tell(phone["troubles"])
  }

  private func tell(_ troubles: JSONValue?) {
    for trouble in troubles?.items ?? [] {
      Terminal.show(
        "\n\(trouble["code"]?.string ?? ""): \(trouble["sentence"]?.string ?? "")"
          + "\n  → \(trouble["remedy"]?.string ?? "")")
    }
  }

  /// What is wrong is told before the refusal itself.
  private func refused(_ answer: APICaller.Answer) -> APICaller.Failed {
    tell(answer.json?["troubles"])
    return APICaller.Failed(answer)
  }

  // MARK: Changing

  private func change(
    _ caller: APICaller, _ sender: String, _ body: [UInt8]
  ) throws(APICaller.Failed) {
    let answer = try caller.call("PATCH", path(sender), body)
    for change in answer.json?["changes"]?.items ?? [] {
      let field = change["field"]?.string ?? ""
      let said = change["error"].map { error in
        "\(error["code"]?.string ?? ""): \(error["text"]?.string ?? "")"
      }
      let more = said ?? change["note"]?.string
      Terminal.show("\(field): \(change["state"]?.string ?? "")" + (more.map { "; \($0)" } ?? ""))
    }
    guard answer.status == 200 else { throw APICaller.Failed(answer) }
  }

  private func picture(
    _ caller: APICaller, _ sender: String, _ file: String
  ) throws(APICaller.Failed) {
    guard let bytes = content(ofFile: file) else {
      throw APICaller.Failed("\(file) cannot be read", .usage)
    }
    try show(
      try caller.call(
        "PUT", path(sender, "/picture"), bytes, type: "application/octet-stream"), at: "phone")
  }

  private func pin() throws(APICaller.Failed) -> String {
    if isatty(STDIN_FILENO) == 1 { Terminal.error("The pin, then Enter:") }
    let pin = (readLine() ?? "").filter { !$0.isWhitespace }
    guard !pin.isEmpty else {
      throw APICaller.Failed("there is no pin on standard input", .usage)
    }
    return pin
  }
}

/// A number in two columns.
private enum PhoneTable {
  static func rows(_ phone: JSONValue) -> [[String]] {
    let plain = [
      ("sender", "sender"), ("number", "displayNumber"), ("name", "name"),
      ("name's status", "nameStatus"), ("status", "status"), ("quality", "quality"),
      ("phone number id", "phoneNumberId"), ("account", "account"), ("username", "username"),
    ]
    var rows = plain.compactMap { title, field in phone[field]?.string.map { [title, $0] } }
    if let tier = phone["limits"]?["tier"]?.string { rows.append(["limit", tier]) }
    if let word = phone["health"]?["canSendMessage"]?.string { rows.append(["health", word]) }
    if let calling = phone["settings"]?["calling"] {
      rows.append(["calling", calling["status"]?.string ?? ""])
      if let sip = calling["sip"] { rows.append(["SIP", server(sip)]) }
    }
    if let word = phone["health"]?["canReceiveCallSip"]?.string {
      rows.append(["calls by SIP", word])
    }
    for (name, value) in phone["profile"]?.fields ?? [] where name != "messaging_product" {
      let text = value.items?.compactMap(\.string).joined(separator: ", ") ?? value.string
      rows.append([name, text ?? ""])
    }
    if let url = phone["webhooks"]?["url"]?.string {
      let isOurs = phone["webhooks"]?["ours"]?.bool == true
      rows.append(["webhooks", isOurs ? url : "\(url), which is not ours"])
    }
    return rows
  }

  private static func server(_ sip: JSONValue) -> String {
    let servers = (sip["servers"]?.items ?? []).map { server in
      let port = server["port"]?.integer.map { ":\($0)" } ?? ""
      return (server["hostname"]?.string ?? "") + port
    }
    return ([sip["status"]?.string ?? ""] + servers).joined(separator: " ")
  }
}

/// `about=Open sip=sip.example.com:5061`, as the API takes them.
private struct PhoneFields {
  private var profile: [(name: String, value: String)] = []
  private var websites: [String] = []
  private var others: [(name: String, json: [UInt8])] = []

  private static let profileNames: Set<String> = [
    "about", "address", "description", "email", "vertical",
  ]

  init(_ words: some Sequence<String>) throws(UsageFault) {
    for word in words {
      guard let sign = word.firstIndex(of: "=") else {
        throw UsageFault("\(word) needs a value: NAME=VALUE")
      }
      try add(String(word[..<sign]), String(word[word.index(after: sign)...]))
    }
  }

  private mutating func add(_ name: String, _ value: String) throws(UsageFault) {
    switch name {
    case let name where Self.profileNames.contains(name): profile.append((name, value))
    case "website":
      if !value.isEmpty { websites.append(value) }
      if profile.allSatisfy({ $0.name != "websites" }) { profile.append(("websites", "")) }
    case "display-name": others.append(("displayName", Self.text(value)))
    case "username":
      others.append(("username", value.isEmpty ? Array("null".utf8) : Self.text(value)))
    case "calling":
      others.append(("calling", JSONWriter.object { $0.field("status", value) }))
    case "sip": others.append(("sip", try Self.sip(value)))
    default: throw UsageFault("there is nothing named \(name) to set")
    }
  }

  private static func text(_ value: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.value(value)
    return writer.bytes
  }

  private static func sip(_ value: String) throws(UsageFault) -> [UInt8] {
    guard value != "off" else { return JSONWriter.object { $0.field("status", "DISABLED") } }
    let parts = value.split(separator: ":", omittingEmptySubsequences: false)
    let port = parts.count == 2 ? Int(parts[1]) : nil
    guard parts.count <= 2, parts.count == 1 || port != nil else {
      throw UsageFault("sip needs HOST or HOST:PORT, or off")
    }
    return JSONWriter.object { writer in
      writer.field("status", "ENABLED")
      writer.field("hostname", String(parts[0]))
      if let port { writer.field("port", port) }
    }
  }

  var json: [UInt8] {
    JSONWriter.object { writer in
      if !profile.isEmpty {
        writer.name("profile")
        writer.object { writer in
          for (name, value) in profile {
            writer.name(name)
            if name == "websites" {
              writer.array { list in for site in websites { list.value(site) } }
            } else {
              writer.value(value)
            }
          }
        }
      }
      for (name, json) in others {
        writer.name(name)
        writer.raw(json)
      }
    }
  }
}
