internal import Domain
internal import JSON
internal import Settings

/// `postrider inbox`
struct InboxCommand: Subcommand {
  static let name = "inbox"
  static let summary = "read what people write, and answer them"
  static let options: Set<String> = ["config", "url"]
  static let flags: Set<String> = ["archived", "unread"]
  static let help = """
    usage: postrider inbox [list] [--archived] [--unread] [OPTIONS]
           postrider inbox show ID [OPTIONS]
           postrider inbox reply ID TEXT [OPTIONS]
           postrider inbox archive|unarchive|read ID [OPTIONS]
           postrider inbox mode ID manual|automatic [OPTIONS]

    Asks the API of a running system, with a key of the settings that has the scopes send and read.

    list has those first in which somebody wrote last. show has what was said, the latest last. A reply makes the
    conversation manual, and nothing that was written for a former turn passes the gate any more; archive makes it
    automatic again. More than 24 hours after the contact wrote last WhatsApp takes templates alone: postrider send.

      --archived     those that are archived
      --unread       those with messages that nobody has looked at
      --url URL      where the API is, unless it is where the settings listen
      --config FILE
    """

  private let options: Options
  private let action: Action

  private enum Action {
    case list
    case show(ConversationID)
    case reply(ConversationID, String)
    case read(ConversationID)
    case change(ConversationID, [UInt8])
  }

  init(_ options: Options) throws(UsageFault) {
    self.options = options
    action = try Self.action(options.words)
  }

  private static func action(_ words: [String]) throws(UsageFault) -> Action {
    func id() throws(UsageFault) -> ConversationID {
      guard let id = ConversationID(words[1]) else {
        throw UsageFault("\(words[1]) is not the id of a conversation")
      }
      return id
    }
    switch (words.first ?? "list", words.count) {
    case ("list", 0...1): return .list
    case ("show", 2): return .show(try id())
    case ("reply", 3): return .reply(try id(), words[2])
    case ("read", 2): return .read(try id())
    case ("archive", 2): return .change(try id(), JSONWriter.object { $0.field("archived", true) })
    case ("unarchive", 2):
      return .change(try id(), JSONWriter.object { $0.field("archived", false) })
    case ("mode", 3):
      return .change(try id(), JSONWriter.object { $0.field("mode", words[2]) })
    case ("reply", _): throw UsageFault("inbox reply needs the id of a conversation and one text")
    case ("mode", _):
      throw UsageFault("inbox mode needs the id of a conversation, and manual or automatic")
    case ("show", _), ("read", _), ("archive", _), ("unarchive", _):
      throw UsageFault("inbox \(words[0]) needs the id of one conversation")
    default:
      throw UsageFault("inbox needs list, show, reply, archive, unarchive, read or mode")
    }
  }

  func run() -> Exit {
    APICaller.with(options, scopes: [.send, .read]) { caller throws(APICaller.Failed) in
      switch action {
      case .list: try list(caller)
      case .show(let id): try show(id, caller)
      case .reply(let id, let text):
        let body = JSONWriter.object { $0.field("body", text) }
        let answer = try caller.done("POST", "\(Self.path(id))/messages", body)
        tell(answer)
        Terminal.show(answer["id"].text)
      case .read(let id): tell(try caller.done("POST", "\(Self.path(id))/read"))
      case .change(let id, let body): tell(try caller.done("PATCH", Self.path(id), body))
      }
    }
  }

  private static func path(_ id: ConversationID) -> String { "/api/conversations/\(id)" }

  // MARK: Reading

  private func list(_ caller: APICaller) throws(APICaller.Failed) {
    var rows = [["id", "last", "unread", "mode", "sender", "from", "name", "last words"]]
    let query =
      (options.has("archived") ? "&archived=true" : "")
      + (options.has("unread") ? "&unread=true" : "")
    var after: String?
    repeat {
      let page = try caller.done(
        "GET", "/api/conversations?limit=200\(query)" + (after.map { "&after=\($0)" } ?? ""))
      for one in page["conversations"]?.items ?? [] {
        rows.append([
          one["id"].text, one["lastAt"].text, one["unread"].text, one["mode"].text,
          one["sender"].text, one["to"].text, one["name"].text,
          Self.line(one["preview"].text),
        ])
      }
      after = page["next"]?.string
    } while after != nil
    Terminal.show(rows.count > 1 ? Terminal.table(rows) : "There are no such conversations.")
  }

  private static let shown = 50

  private func show(_ id: ConversationID, _ caller: APICaller) throws(APICaller.Failed) {
    let one = try caller.done("GET", Self.path(id))
    let window = one["windowUntil"]?.string.map { "free text until \($0)" } ?? "templates alone"
    Terminal.show(
      "\(one["name"].text) \(one["to"].text) with \(one["sender"].text), \(one["mode"].text), \(window)"
    )
    let page = try caller.done("GET", "\(Self.path(id))/messages?limit=\(Self.shown)")
    for message in (page["messages"]?.items ?? []).reversed() {
      let isInbound = message["direction"]?.string == "inbound"
      // One of the business app has no request of ours, and no state.
      let isSend = message["request"] != nil
      let words =
        !isSend
        ? message["text"]?.string ?? "[\(message["kind"].text)]"
        : message["request"]?["body"]?.string ?? message["template"]?.string
          ?? "[\(message["id"].text)]"
      let how = message[isSend ? "state" : "author"].text
      let from = isInbound ? "they" : "we (\(how))"
      Terminal.show("\(message["at"].text)  \(from): \(Self.line(words))")
    }
    if page["next"] != nil {
      Terminal.error("These are the last \(Self.shown); the API has those before.")
    }
  }

  /// What strangers write moves no cursor and begins no line.
  private static func line(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.isVisible ? $0 : " " }))
  }

  /// What an act led to.
  private func tell(_ answer: JSONValue) {
    let underWay = answer["underWay"]?.items?.count ?? 0
    let canceled = answer["canceled"]?.items?.count ?? 0
    guard underWay + canceled > 0 else { return }
    Terminal.error(
      "\(canceled) messages of a former turn were canceled, \(underWay) had passed the gate.")
  }
}

extension Unicode.Scalar.Properties {
  /// Neither a control nor what changes the direction of others.
  fileprivate var isVisible: Bool {
    switch generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: false
    default: true
    }
  }
}
