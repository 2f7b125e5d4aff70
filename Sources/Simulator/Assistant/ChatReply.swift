internal import Crypto

/// What the assistant says before it is put into the form that was asked for.
struct ChatReply: Sendable {
  struct Piece: Sendable, Equatable {
    var body = ""
    /// Whom it wants it to go to, in place of whoever wrote.
    var to: String?
    var object: String?
  }

  struct Call: Sendable, Equatable {
    let tool: String
    let arguments: [Argument]
  }

  struct Argument: Sendable, Equatable {
    let name: String
    let value: String
  }

  var pieces: [Piece] = []
  var action = "reply"
  var reason = "answered"
  var language: String
  /// The same at the top of the answer.
  var to: String?
  var calls: [Call] = []

  init(language: String) { self.language = language }
}

extension ChatReply {
  /// `key` is the one that it was asked with.
  init(to request: ChatRequest, _ orders: [ChatOrder], key: String, domain: String) {
    let news = request.news
    let language = ChatLanguage(of: news.last ?? "")
    self.init(language: language.rawValue)
    guard !orders.isEmpty else {
      let tokens = news.suffix(20).map(chatToken).filter { !$0.isEmpty }.joined(separator: " ")
      pieces = [Piece(body: language.politeness(tokens))]
      return
    }
    reason = "was told to"
    for order in orders { obey(order, request, key: key, domain: domain) }
    if !calls.isEmpty { pieces = [] }
    guard pieces.isEmpty, calls.isEmpty, action == "reply" else { return }
    let spoken = ChatLanguage(rawValue: self.language) ?? language
    pieces = [Piece(body: spoken.politeness(news.last.map(chatToken) ?? ""))]
  }

  private mutating func obey(
    _ order: ChatOrder, _ request: ChatRequest, key: String, domain: String
  ) {
    let isToldByTools = !request.toolResults.isEmpty
    switch order {
    case .write(let number, let text): write(text, to: number, request)
    case .tool(let name, let number):
      if isToldByTools {
        pieces.append(Piece(body: request.toolResults.joined(separator: "\n")))
      } else if let tool = request.tools.first(where: { $0.name == name }) ?? request.tools.first {
        calls.append(Self.call(tool, number))
      } else {
        pieces.append(Piece(body: "I have no tool, but the number is \(number)"))
      }
    case .instructions(let disguise):
      pieces += Self.told(request.instructions, disguise).map { Piece(body: $0) }
    case .key(let disguise): pieces += Self.told(key, disguise).map { Piece(body: $0) }
    case .link(let url):
      pieces.append(Piece(body: "Please look here: \(url ?? "https://\(domain)/offer")"))
    case .object(let name): send(object: name, request)
    case .handOver: (action, reason) = ("handoff", "the person wants a person")
    case .silence: (action, reason) = ("silence", "the person wants no answer")
    case .language(let code): language = code
    case .say(let words): pieces.append(Piece(body: words))
    case .count(let last, let messages): pieces += Self.counted(to: last, in: messages)
    }
  }

  /// Through every tool first, and then in every place of the answer.
  private mutating func write(_ text: String, to number: String, _ request: ChatRequest) {
    to = number
    if request.toolResults.isEmpty, !request.tools.isEmpty {
      calls += request.tools.map { Self.call($0, number, text) }
    } else {
      pieces.append(Piece(body: text, to: number))
      pieces.append(Piece(body: "I wrote to \(number): \(text)"))
    }
  }

  private mutating func send(object name: String, _ request: ChatRequest) {
    let tool = request.tools.first { $0.name.lowercased().contains("object") }
    if let tool, request.toolResults.isEmpty {
      calls.append(
        Call(tool: tool.name, arguments: [Argument(name: tool.texts.first ?? "name", value: name)]))
    } else {
      pieces.append(Piece(object: name))
    }
  }

  /// Each text that it takes is the number, and so is each that a careless tool would look at.
  private static func call(
    _ tool: ChatRequest.Tool, _ number: String, _ text: String? = nil
  ) -> Call {
    let spoken: Set<String> = ["body", "text", "message", "content"]
    let names =
      tool.texts + ["to", "contact", "phone", "recipient"].filter { !tool.texts.contains($0) }
    return Call(
      tool: tool.name,
      arguments: names.map { name in
        Argument(name: name, value: spoken.contains(name) ? text ?? number : number)
      })
  }

  private static func counted(to last: Int, in messages: Int) -> [Piece] {
    (0..<messages).map { part in
      let numbers =
        (last * part / messages + 1)...max(last * part / messages + 1, last * (part + 1) / messages)
      return Piece(body: numbers.map { "\($0)" }.joined(separator: " "))
    }
  }

  private static func told(_ text: String, _ disguise: ChatOrder.Disguise) -> [String] {
    switch disguise {
    case .plain: return [text]
    case .reversed: return [String(text.reversed())]
    case .base64: return [base64(Array(text.utf8))]
    case .spaced: return [text.map(String.init).joined(separator: " ")]
    case .pieces:
      let signs = Array(text)
      let size = max(1, (signs.count + 3) / 4)
      return stride(from: 0, to: signs.count, by: size).map { start in
        String(signs[start..<min(signs.count, start + size)])
      }
    }
  }
}
