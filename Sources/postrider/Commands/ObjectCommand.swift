internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Settings

/// `postrider object`
struct ObjectCommand: Subcommand {
  static let name = "object"
  static let summary = "keep messages that have a name, and say which providers take them"
  static let options: Set<String> = ["config", "url", "app", "company"]
  static let help = """
    usage: postrider object [list] [OPTIONS]
           postrider object show NAME [OPTIONS]
           postrider object put FILE [OPTIONS]
           postrider object delete NAME [OPTIONS]

    Asks the API of a running system, with a key of the settings that has the scopes send and read.

    FILE is JSON with name and message, as docs/objects.md has it; show prints one as put takes it. put says what each
    provider makes of it. Sends that were taken before a change stay as they are.

      --app APP --company COMPANY    whose they are, where the senders are of several tenants
      --url URL                      where the API is, unless it is where the settings listen
      --config FILE
    """

  private let options: Options
  private let action: Action

  private enum Action {
    case list
    case show(ObjectName)
    case put(String)
    case delete(ObjectName)
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    let words = options.words
    guard (options["app"] == nil) == (options["company"] == nil) else {
      throw UsageFault("object needs both --app and --company, or neither")
    }
    switch (words.first ?? "list", words.count) {
    case ("list", 0...1): action = .list
    case ("show", 2): action = .show(try Self.name(words[1]))
    case ("put", 2): action = .put(words[1])
    case ("delete", 2): action = .delete(try Self.name(words[1]))
    default: throw UsageFault("object needs list, show NAME, put FILE or delete NAME")
    }
  }

  private static func name(_ text: String) throws(UsageFault) -> ObjectName {
    guard let name = ObjectName(text) else {
      throw UsageFault("the name of an object \(ObjectName.rule)")
    }
    return name
  }

  func run() -> Exit {
    APICaller.with(options, scopes: [.send, .read]) { caller throws(APICaller.Failed) in
      switch action {
      case .list: try list(caller)
      case .show(let name):
        let object = try caller.done("GET", path(name))
        Terminal.show(String(decoding: object["definition"]?.text ?? [], as: UTF8.self))
        Self.tellVerdicts(of: object, Terminal.error)
      case .put(let file): try put(file, caller)
      case .delete(let name):
        let answer = try caller.call("DELETE", path(name))
        guard answer.isDone else { throw APICaller.Failed(answer) }
      }
    }
  }

  private func list(_ caller: APICaller) throws(APICaller.Failed) {
    var rows = [["name", "version", "changed", "placeholders", "taken by", "about"]]
    var after = ""
    repeat {
      let page = try caller.done("GET", path(more: ["limit=100", "after=\(after)"]))
      for object in page["objects"]?.items ?? [] {
        let taken = (object["verdicts"]?.items ?? []).filter { $0["taken"]?.bool == true }
        rows.append([
          object["name"].text, object["version"].text, object["changedAt"].text,
          (object["placeholders"]?.items ?? []).compactMap(\.string).joined(separator: " "),
          taken.map { $0["channel"].text }.joined(separator: " "),
          object["definition"]?["about"].text ?? "",
        ])
      }
      after = page["next"]?.string ?? ""
    } while !after.isEmpty
    Terminal.show(rows.count > 1 ? Terminal.table(rows) : "There are no objects.")
  }

  private func put(_ file: String, _ caller: APICaller) throws(APICaller.Failed) {
    guard let content = content(ofFile: file) else {
      throw APICaller.Failed("\(file) cannot be read")
    }
    guard let root = JSONValue(whole: content), root.kind == .object else {
      throw APICaller.Failed("\(file) is no JSON object")
    }
    guard let name = root["name"]?.string.flatMap({ ObjectName($0) }) else {
      throw APICaller.Failed("the name in \(file) \(ObjectName.rule)")
    }
    let object = try caller.done("PUT", path(name), root.text)
    Terminal.show("\(name) is of version \(object["version"].text) now.")
    Self.tellVerdicts(of: object, Terminal.show)
  }

  private static func tellVerdicts(of object: JSONValue, _ tell: (String) -> Void) {
    for verdict in object["verdicts"]?.items ?? [] { tell("\(verdict["sentence"].text).") }
  }

  private func path(_ name: ObjectName? = nil, more: [String] = []) -> String {
    let owner = ["app", "company"].compactMap { field in
      options[field].map { "\(field)=\(APICaller.segment($0))" }
    }
    let query = (owner + more).joined(separator: "&")
    return "/api/objects" + (name.map { "/\($0)" } ?? "") + (query.isEmpty ? "" : "?\(query)")
  }
}
