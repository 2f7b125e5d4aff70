internal import HTTP
internal import JSON
internal import Time

/// Contents, listed, made, deleted, and approved by WhatsApp after a while.
extension World {
  mutating func contentAnswer(
    _ request: HTTPRequest, _ rest: [String], _ account: Int, at now: Int64
  ) throws(TwilioRefusal) -> HTTPAnswer {
    switch (request.method, rest.first, rest.count) {
    case ("GET", "ContentAndApprovals", 1):
      let all = settings.twilio[account].contents.map { content($0, account, withApproval: true) }
      return HTTPAnswer(json: page("contents", all, request))
    case ("POST", "Content", 1): return try makeContent(request, account)
    case (_, "Content", 2...4): break
    default: throw .notFound(request.path)
    }
    let place = settings.twilio[account].contents.firstIndex { $0.sid == rest[1] }
    guard let place, rest.count == 2 || rest[2] == "ApprovalRequests" else {
      throw .notFound(request.path)
    }
    let found = settings.twilio[account].contents[place]
    switch (request.method, rest.count) {
    case ("GET", 2): return HTTPAnswer(json: content(found, account, withApproval: false))
    case ("GET", 3): return HTTPAnswer(json: approval(found, account))
    case ("DELETE", 2):
      _ = changeTwilio(account) { $0.contents.remove(at: place) }
      return HTTPAnswer(status: 204)
    case ("POST", 4) where rest[3] == "whatsapp":
      return try askApproval(request, place, account, at: now)
    default: throw .notFound(request.path)
    }
  }

  private mutating func makeContent(
    _ request: HTTPRequest, _ account: Int
  ) throws(TwilioRefusal) -> HTTPAnswer {
    guard let root = JSONValue(whole: request.body), let types = root["types"],
      !(types.fields ?? []).isEmpty
    else { throw TwilioRefusal(20001, "types is required") }
    let variables = root["variables"]
    var made = TwilioAccount.Content(
      sid: "HX" + mint.hex(Int.max / 13 + requests),
      variables: Set((variables?.fields ?? []).map(\.name)))
    made.made = TwilioAccount.Content.Made(
      name: root["friendly_name"]?.string ?? "", language: root["language"]?.string ?? "en",
      types: Array(types.text), variables: variables.map { Array($0.text) } ?? Array("{}".utf8))
    changeTwilio(account) { $0.contents.append(made) }
    return HTTPAnswer(status: 201, json: content(made, account, withApproval: false))
  }

  private mutating func askApproval(
    _ request: HTTPRequest, _ place: Int, _ account: Int, at now: Int64
  ) throws(TwilioRefusal) -> HTTPAnswer {
    guard let root = JSONValue(whole: request.body), root["name"]?.string != nil,
      let category = root["category"]?.string
    else { throw TwilioRefusal(20001, "name and category are required") }
    let sid = settings.twilio[account].contents[place].sid
    changeTwilio(account) { account in
      account.contents[place].made?.category = category
      account.contents[place].made?.status = "received"
    }
    effects.append(
      .at(now + settings.life.review.microseconds, .approve(account: account, content: sid)))
    return HTTPAnswer(
      status: 201, json: self.request(of: settings.twilio[account].contents[place]))
  }

  mutating func approve(_ sid: String, _ account: Int) {
    changeTwilio(account) { account in
      guard let place = account.contents.firstIndex(where: { $0.sid == sid }) else { return }
      account.contents[place].made?.status = "approved"
    }
  }

  private func content(
    _ content: TwilioAccount.Content, _ account: Int, withApproval: Bool
  ) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("sid", content.sid)
      writer.field("account_sid", settings.twilio[account].sid)
      writer.field("friendly_name", content.name)
      writer.field("language", content.made?.language ?? "en")
      writer.name("variables")
      writer.raw(content.made?.variables ?? content.writtenVariables)
      writer.name("types")
      writer.raw(content.made?.types ?? content.writtenTypes)
      if withApproval {
        writer.name("approval_requests")
        writer.raw(request(of: content))
      }
      writer.field("date_created", rfc3339(start))
      writer.field("date_updated", rfc3339(start))
      writer.field("url", "https://content.twilio.com/v1/Content/\(content.sid)")
    }
  }

  private func approval(_ content: TwilioAccount.Content, _ account: Int) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("sid", content.sid)
      writer.field("account_sid", settings.twilio[account].sid)
      writer.name("whatsapp")
      writer.raw(request(of: content))
      writer.field(
        "url", "https://content.twilio.com/v1/Content/\(content.sid)/ApprovalRequests")
    }
  }

  private func request(of content: TwilioAccount.Content) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("type", "whatsapp")
      writer.field("name", content.name)
      writer.field("category", content.made?.category ?? "UTILITY")
      writer.field("content_type", "twilio/text")
      writer.field("status", content.isPaused ? "paused" : content.made?.status ?? "approved")
      writer.field("rejection_reason", "")
      writer.field("allow_category_change", true)
    }
  }
}

extension TwilioAccount.Content {
  fileprivate var name: String { made?.name ?? "content_\(sid.suffix(4))" }

  var writtenVariables: [UInt8] {
    JSONWriter.object { writer in
      for name in variables.sorted() {
        writer.name(name)
        writer.value("example \(name)")
      }
    }
  }

  fileprivate var writtenTypes: [UInt8] {
    JSONWriter.object { writer in
      writer.name("twilio/text")
      writer.object { writer in
        let places = variables.sorted().map { "{{\($0)}}" }
        writer.field("body", (["Hello"] + places).joined(separator: " "))
      }
    }
  }
}
