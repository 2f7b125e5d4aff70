internal import Domain
internal import Forms
internal import HTTP
internal import JSON
internal import Platform
internal import Settings

/// `postrider template`
struct TemplateCommand: Subcommand {
  static let name = "template"
  static let summary = "say which templates there are; make, edit and delete them at their provider"
  static let options: Set<String> = ["config", "url", "account", "language", "status"]
  static let flags: Set<String> = ["force"]
  static let help = """
    usage: postrider template list [--status STATUS] [OPTIONS]
           postrider template show NAME [OPTIONS]
           postrider template create FILE [OPTIONS]
           postrider template edit FILE [--force] [OPTIONS]
           postrider template delete NAME [--language CODE] [--force] [OPTIONS]
           postrider template unpause NAME --language CODE [OPTIONS]

    Asks the API of a running system, with a key of the settings that has the scopes read and admin.

    FILE is JSON: name, language, category and components as Meta has them, with account, or sender in its place.
    For an account of Twilio's it has types and variables as Twilio has them instead of components.

    An edited template goes to review, and cannot be sent meanwhile; sends of it wait. A template that sends wait for
    is edited or deleted with --force only. A deleted name that was approved is locked for 30 days.

      --account ID      of the template, where several accounts have templates
      --language CODE   one language; without it delete takes all of them
      --url URL         where the API is, unless it is where the settings listen
      --config FILE
    """

  private let options: Options
  private let action: Action

  private enum Action {
    case list
    case show(String)
    case create(String)
    case edit(String)
    case delete(String)
    case unpause(String, String)
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    let words = options.words
    switch (words.first ?? "list", words.count) {
    case ("list", 0...1): action = .list
    case ("show", 2): action = .show(words[1])
    case ("create", 2): action = .create(words[1])
    case ("edit", 2): action = .edit(words[1])
    case ("delete", 2): action = .delete(words[1])
    case ("unpause", 2):
      guard let language = options["language"] else {
        throw UsageFault("template unpause needs --language")
      }
      action = .unpause(words[1], language)
    default: throw UsageFault("template needs list, show, create, edit, delete or unpause")
    }
  }

  func run() -> Exit {
    APICaller.with(options, scopes: [.read, .admin]) { caller throws(APICaller.Failed) in
      switch action {
      case .list: try list(caller)
      case .show(let name):
        let path = try path(caller, name, account: options["account"])
        let all = try templates(try caller.done("GET", path))
        for template in all { Terminal.show(String(decoding: template.text, as: UTF8.self)) }
      case .create(let file):
        let body = try Self.object(file)
        try tell(try caller.done("POST", "/api/templates", Array(body.text)))
      case .edit(let file): try edit(file, caller)
      case .delete(let name):
        let path = try path(caller, name, options["language"], account: options["account"])
        try tell(try caller.done("DELETE", path + (options.has("force") ? "?force=true" : "")))
      case .unpause(let name, let language):
        let path = try path(caller, name, language, account: options["account"])
        try tell(try caller.done("POST", path + "/unpause"))
      }
    }
  }

  private func list(_ caller: APICaller) throws(APICaller.Failed) {
    let status = options["status"].map { "?status=\(Self.escaped($0))" } ?? ""
    let answer = try caller.done("GET", "/api/templates" + status)
    for account in answer["accounts"]?.items ?? [] {
      guard let failure = account["failure"]?.string else { continue }
      Terminal.error(
        "The list of \(account["account"]?.string ?? "") is to be read again: \(failure)")
    }
    let rows = try templates(answer).filter {
      options["account"] == nil || $0["account"]?.string == options["account"]
    }.map { template in
      let warnings = (template["warnings"]?.items ?? []).compactMap(\.string)
      return ["account", "name", "language", "status", "category", "quality"].map {
        template[$0]?.string ?? ""
      } + [warnings.joined(separator: " ")]
    }
    guard !rows.isEmpty else { return Terminal.show("There are no templates.") }
    let head = ["account", "name", "language", "status", "category", "quality", ""]
    Terminal.show(Terminal.table([head] + rows))
  }

  private func edit(_ file: String, _ caller: APICaller) throws(APICaller.Failed) {
    let root = try Self.object(file)
    guard let name = root["name"]?.string, let language = root["language"]?.string else {
      throw APICaller.Failed("\(file) must have name and language, which say what is edited")
    }
    let account = options["account"] ?? root["account"]?.string
    let path = try path(caller, name, language, account: account, sender: root["sender"]?.string)
    let body = JSONWriter.object(capacity: 1024) { writer in
      for (field, value) in root.fields ?? []
      where !["account", "sender", "name", "language", "force"].contains(field) {
        writer.name(field)
        writer.raw(Array(value.text))
      }
      if options.has("force") { writer.field("force", true) }
    }
    try tell(try caller.done("PATCH", path, body))
  }

  /// Of the account that is named, or whose sender is; else of the only one that has templates.
  private func path(
    _ caller: APICaller, _ name: String, _ language: String? = nil, account: String?,
    sender: String? = nil
  ) throws(APICaller.Failed) -> String {
    var chosen = account
    if chosen == nil {
      let all = try caller.done("GET", "/api/templates?name=\(Self.escaped(name))")
      let accounts = (all["accounts"]?.items ?? []).filter { item in
        sender == nil || (item["senders"]?.items ?? []).contains { $0.string == sender }
      }.compactMap { $0["account"]?.string }
      let having = Set(try templates(all).compactMap { $0["account"]?.string })
        .intersection(accounts)
      let found = having.isEmpty ? Set(accounts) : having
      guard found.count == 1 else {
        throw APICaller.Failed(
          found.isEmpty
            ? "no account has templates yet"
            : "several accounts have templates, choose one with --account: "
              + found.sorted().joined(separator: ", "))
      }
      chosen = found.first
    }
    let parts = [chosen ?? "", name, language].compactMap(\.self).map(Self.escaped)
    return "/api/templates/" + parts.joined(separator: "/")
  }

  private func tell(_ answer: JSONValue) throws(APICaller.Failed) {
    for template in try templates(answer) {
      func text(_ name: String) -> String { template[name]?.string ?? "" }
      Terminal.show("\(text("name")) (\(text("language"))) is \(text("status"))")
      for warning in template["warnings"]?.items ?? [] {
        if let warning = warning.string { Terminal.show(warning) }
      }
    }
    if let note = answer["note"]?.string { Terminal.show(note) }
  }

  private func templates(_ answer: JSONValue) throws(APICaller.Failed) -> [JSONValue] {
    guard let items = answer["templates"]?.items else {
      throw APICaller.Failed("the API answered with no templates")
    }
    return items
  }

  private static func object(_ file: String) throws(APICaller.Failed) -> JSONValue {
    guard let content = content(ofFile: file) else {
      throw APICaller.Failed("\(file) cannot be read")
    }
    guard let root = JSONValue(whole: content), root.kind == .object else {
      throw APICaller.Failed("\(file) is no JSON object")
    }
    return root
  }

  private static func escaped(_ text: String) -> String {
    String(decoding: percentEncoded(text), as: UTF8.self)
  }
}
