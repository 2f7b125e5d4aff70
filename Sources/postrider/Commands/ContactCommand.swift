internal import Domain
internal import JSON
internal import Settings

/// `postrider contact`
struct ContactCommand: Subcommand {
  static let name = "contact"
  static let summary = "say who people are, hand out what is kept of one, and forget one"
  static let options: Set<String> = ["config", "url"]
  static let flags: Set<String> = ["keep-opt-outs", "yes"]
  static let help = """
    usage: postrider contact [list] [TEXT] [OPTIONS]
           postrider contact show WHO [OPTIONS]
           postrider contact export WHO [OPTIONS]
           postrider contact erase WHO --yes [OPTIONS]

    Asks the API of a running system, with a key of the settings that has the scopes send and read.

    WHO is the id of a contact or a number. list has the newest first, or those with TEXT in their name. export prints all
    that is kept of one as JSON. erase cancels what waits for it and forgets all of it in the store; the log keeps its
    records for its retention, and backups are yours.

      --yes            forget it: there is no way back
      --keep-opt-outs  keep its addresses where it opted out, so that nobody writes there again
      --url URL        where the API is, unless it is where the settings listen
      --config FILE
    """

  private let options: Options
  private let action: Action

  private enum Action {
    case list(String)
    case show(String)
    case export(String)
    case erase(String)
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    let words = options.words
    switch (words.first ?? "list", words.count) {
    case ("list", 0...1): action = .list("")
    case ("list", 2): action = .list(words[1])
    case ("show", 2): action = .show(words[1])
    case ("export", 2): action = .export(words[1])
    case ("erase", 2):
      guard options.has("yes") else {
        throw UsageFault("contact erase cannot be undone: say --yes")
      }
      action = .erase(words[1])
    default: throw UsageFault("contact needs list, show WHO, export WHO or erase WHO --yes")
    }
  }

  func run() -> Exit {
    APICaller.with(options, scopes: [.send, .read]) { caller throws(APICaller.Failed) in
      switch action {
      case .list(let text): try list(text, caller)
      case .show(let who): try show(try id(of: who, caller), caller)
      case .export(let who):
        let all = try caller.done("GET", "/api/contacts/\(try id(of: who, caller))/export")
        Terminal.show(String(decoding: all.text, as: UTF8.self))
      case .erase(let who): try erase(try id(of: who, caller), caller)
      }
    }
  }

  /// A number is looked for; exactly one contact has it.
  private func id(of who: String, _ caller: APICaller) throws(APICaller.Failed) -> String {
    guard who.hasPrefix("+") else { return APICaller.segment(who) }
    let page = try caller.done("GET", "/api/contacts?q=\(APICaller.segment(who))")
    let found = (page["contacts"]?.items ?? []).map { $0["id"].text }
    guard let id = found.first, found.count == 1 else {
      throw APICaller.Failed(
        found.isEmpty
          ? "no contact has \(who)"
          : "several contacts have \(who): name one of \(found.joined(separator: ", "))")
    }
    return id
  }

  private func list(_ text: String, _ caller: APICaller) throws(APICaller.Failed) {
    var rows = [["id", "name", "known by", "changed"]]
    var after = ""
    repeat {
      let more = after.isEmpty ? "" : "&after=\(after)"
      let page = try caller.done(
        "GET", "/api/contacts?limit=100&q=\(APICaller.segment(text))\(more)")
      for contact in page["contacts"]?.items ?? [] {
        rows.append([
          contact["id"].text, contact["name"]?.string ?? "", Self.identities(of: contact),
          contact["changedAt"].text,
        ])
      }
      after = page["next"]?.string ?? ""
    } while !after.isEmpty
    Terminal.show(rows.count > 1 ? Terminal.table(rows) : "There are no such contacts.")
  }

  private func show(_ id: String, _ caller: APICaller) throws(APICaller.Failed) {
    let contact = try caller.done("GET", "/api/contacts/\(id)")
    Terminal.show(
      "\(contact["name"]?.string ?? "a contact without a name"), known by \(Self.identities(of: contact))"
    )
    for sender in contact["senders"]?.items ?? [] {
      let optOut = sender["optOut"]?.string.map {
        "opted out of \($0) at \(sender["optedOutAt"].text), by \(sender["optOutSource"]?.string ?? "an earlier version")"
      }
      let window = sender["windowUntil"]?.string.map { "free text until \($0)" }
      let standing = [window, optOut].compactMap(\.self).joined(separator: ", ")
      Terminal.show(
        "  \(sender["sender"].text) at \(sender["address"].text): \(standing.isEmpty ? "templates" : standing)"
      )
    }
    for one in contact["conversations"]?.items ?? [] {
      Terminal.show("  conversation \(one["id"].text), \(one["mode"].text): \(one["preview"].text)")
    }
  }

  private func erase(_ id: String, _ caller: APICaller) throws(APICaller.Failed) {
    let keeps = options.has("keep-opt-outs")
    let report = try caller.done(
      "DELETE", "/api/contacts/\(id)\(keeps ? "?keepOptOuts=true" : "")")
    Terminal.show(
      "Forgotten, with \(report["sends"].text) messages to it and \(report["conversations"].text) conversations."
    )
    let kept = report["keptOptOuts"]?.integer ?? 0
    if kept > 0 { Terminal.show("\(kept) opt-outs are kept.") }
  }

  private static func identities(of contact: JSONValue) -> String {
    (contact["identities"]?.items ?? []).map { $0["value"].text }.joined(separator: " ")
  }
}
