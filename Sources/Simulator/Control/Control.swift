internal import HTTP
internal import JSON
internal import Time

/// `/_sim/…`: what a person or a test asks of the simulated world itself.
extension World {
  mutating func control(
    _ request: HTTPRequest, _ path: [Substring], _ responder: Asker, at now: Int64
  ) {
    guard settings.allowsControl(from: request) else {
      return responder.answer(ControlAnswer.forbidden)
    }
    let answer: HTTPAnswer
    do throws(SettingsFaults) {
      answer = try controlAnswer(request, path, at: now)
    } catch {
      answer = ControlAnswer.faulty(error)
    }
    effects.append(.reply(Reply(responder: responder, manner: .answer(answer))))
  }

  private mutating func controlAnswer(
    _ request: HTTPRequest, _ path: [Substring], at now: Int64
  ) throws(SettingsFaults) -> HTTPAnswer {
    switch (request.method, path.count, path.count > 1 ? path[1] : "") {
    case ("GET", 2, "health"): return HTTPAnswer(json: JSONWriter.object { $0.field("ok", true) })
    case ("GET", 2, "ledger"):
      return HTTPAnswer(json: ledger(LedgerQuery(request.queryItems), at: now))
    case ("GET", 2, "summary"): return HTTPAnswer(status: 200, text: summary() + "\n")
    case ("POST", 2, "faults"): return try switchOn(request, at: now)
    case ("DELETE", 2, "faults"):
      desk.remove(nil)
      return HTTPAnswer(status: 204)
    case ("DELETE", 3, "faults"):
      desk.remove(Int(path[2]) ?? 0)
      return HTTPAnswer(status: 204)
    case ("POST", 4, "people") where path[3] == "says":
      return try says(request, person(path[2]), at: now)
    case ("PUT", 3, "people"): return try change(request, person(path[2]))
    case ("GET", 3, "people"): return personAnswer(person(path[2]))
    case ("POST", 2, "conversations"): return try beginConversation(request, at: now)
    case ("GET", 2, "conversations"): return conversationsAnswer()
    case ("GET", 3, "conversations"): return conversationAnswer(Int(path[2]) ?? 0)
    case ("GET", 4, "conversations") where path[3] == "people":
      return peopleAnswer(Int(path[2]) ?? 0, request)
    case ("DELETE", 3, "conversations"): return endConversation(Int(path[2]) ?? 0)
    case ("PUT", 2, "callbacks"): return try reportElsewhere(request)
    case ("POST", 3, "news"): return try tell(request, of: String(path[2]), at: now)
    case ("PUT", 3, "senders"): return try stand(request, person(path[2]))
    case ("PUT", 3, "numbers"): return try standNumber(request, String(path[2]))
    case ("PUT", 3, "accounts"): return try judgeAccount(request, String(path[2]), at: now)
    case ("PUT", 3, "portfolios"):
      return try changePortfolio(request, String(path[2]), at: now)
    case ("POST", 2, "held"): return try decideHeld(request, at: now)
    case ("POST", 3, "restrictions"): return try restrict(request, String(path[2]), at: now)
    case ("DELETE", 3, "restrictions"): return reinstate(String(path[2]), at: now)
    case ("PUT", 3, "templates"): return try decide(request, String(path[2]), at: now)
    case ("GET", 2, "assistant"): return assistantAnswer()
    case ("PUT", 2, "assistant"): return try changeAssistant(request)
    case ("GET", 3, "assistant") where path[2] == "calls": return chatCallsAnswer(request)
    case ("GET", 3, "assistant") where path[2] == "conversations":
      return chatConversationsAnswer(request)
    case ("POST", 3, "verify"):
      return verifyWebhook(String(path[2]), at: now)
        ? HTTPAnswer(status: 202) : ControlAnswer.notFound
    default: return ControlAnswer.notFound
    }
  }

  /// A plus sign in a path is one, escaped or not.
  private func person(_ segment: Substring) -> String {
    let text = QueryItem.all(in: Array(segment.utf8)).first?.name ?? ""
    return text.hasPrefix(" ") ? "+" + text.dropFirst() : text
  }

  /// One fault, or an array of them.
  private mutating func switchOn(
    _ request: HTTPRequest, at now: Int64
  ) throws(SettingsFaults) -> HTTPAnswer {
    let faults = try ControlAnswer.read(request) { value, report -> [Fault] in
      (value.items ?? [value]).enumerated().map { index, item in
        let fields = FieldReader(item, path: value.items == nil ? "" : "/\(index)", report)
        defer { fields.finish() }
        return Fault(fields)
      }
    }
    let ids = faults.map { switchOn($0, at: now) }
    return HTTPAnswer(
      status: 201,
      json: JSONWriter.object { writer in
        writer.name("ids")
        writer.array { writer in for id in ids { writer.value(id) } }
      })
  }

  private mutating func says(
    _ request: HTTPRequest, _ person: String, at now: Int64
  ) throws(SettingsFaults) -> HTTPAnswer {
    let saying = try ControlAnswer.read(request) { value, report in
      let fields = FieldReader(value, report)
      defer { fields.finish() }
      return Saying(fields)
    }
    guard let id = says(person, saying, at: now) else { return ControlAnswer.notFound }
    return HTTPAnswer(status: 202, json: JSONWriter.object { $0.field("id", id) })
  }

  private mutating func reportElsewhere(
    _ request: HTTPRequest
  ) throws(SettingsFaults) -> HTTPAnswer {
    let urls = try ControlAnswer.read(request) { value, report in
      var urls: (inbound: String?, webhooks: String?)
      let fields = FieldReader(value, report)
      fields.string("inboundURL", into: &urls.inbound)
      fields.string("webhookURL", into: &urls.webhooks)
      fields.finish()
      return urls
    }
    if let url = urls.inbound { self.report(inboundTo: url) }
    if let url = urls.webhooks { self.report(webhooksTo: url) }
    return HTTPAnswer(status: 204)
  }

  private mutating func change(
    _ request: HTTPRequest, _ address: String
  ) throws(SettingsFaults) -> HTTPAnswer {
    let number = people.number(of: address)
    let before = people[number]
    people[number] = try ControlAnswer.read(request) { value, report in
      var person = before
      let fields = FieldReader(value, report)
      person.read(fields)
      fields.finish()
      return person
    }
    return HTTPAnswer(status: 204)
  }
}

extension SimulatorSettings {
  func allowsControl(from request: HTTPRequest) -> Bool {
    controlFromAnywhere || request.peer.host.hasPrefix("127.") || request.peer.host == "::1"
  }
}

enum ControlAnswer {
  static let notFound = Problem(
    status: 404, title: "Not Found",
    detail: "There is no such thing, or it belongs to another tenant."
  ).answer
  static let forbidden = Problem(
    status: 403, title: "Forbidden", detail: "The control API is for this machine only."
  ).answer

  static func faulty(_ error: SettingsFaults) -> HTTPAnswer {
    Problem(
      status: 422, title: "Unprocessable Content",
      errors: error.faults.map { fault in
        let parts = fault.split(separator: ": ", maxSplits: 1).map(String.init)
        // The whole body has the empty pointer.
        return Problem.Fault(pointer: parts[0] == "/" ? "" : parts[0], detail: parts[1])
      }
    ).answer
  }

  static func read<Value>(
    _ request: HTTPRequest, _ body: (JSONValue, FaultReport) -> Value
  ) throws(SettingsFaults) -> Value {
    let report = FaultReport()
    let document: JSONDocument
    do { document = try JSONDocument(request.body) } catch {
      throw SettingsFaults(faults: ["/: \(error.description)"])
    }
    let value = body(document.root, report)
    try report.check()
    return value
  }

  /// `POST /_sim/clock {"advance": "24h"}`.
  static func clock(
    _ request: HTTPRequest, isAllowed: Bool, _ advance: (Duration) -> Timestamp
  ) -> HTTPAnswer {
    guard isAllowed else { return forbidden }
    do throws(SettingsFaults) {
      let span = try read(request) { value, report in
        var span: Duration = .zero
        let fields = FieldReader(value, report)
        fields.duration("advance", into: &span)
        fields.finish()
        return span
      }
      let now = advance(span)
      return HTTPAnswer(json: JSONWriter.object { $0.field("now", now.description) })
    } catch {
      return faulty(error)
    }
  }
}
