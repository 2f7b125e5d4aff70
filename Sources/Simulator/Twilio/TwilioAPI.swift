internal import HTTP
internal import JSON
internal import Time

/// `/2010-04-01/Accounts/{sid}.json`, `/2010-04-01/Accounts/{sid}/Messages…`, and what stands in `TwilioPlatform`.
extension World {
  mutating func twilioRequest(
    _ request: HTTPRequest, _ path: [Substring], _ responder: Asker, at now: Int64
  ) {
    let ordinal = requests
    var created: Int?
    var reply = Reply(responder: responder, manner: .never)
    var scene = FaultDesk.Scene(provider: "twilio")
    do throws(TwilioRefusal) {
      let account = try authenticate(request, path, at: now)
      reply.account = account
      if request.method == "POST", path.count == 4 { fill(&scene, from: request) }
      try enter(account)
      if let struck = strikeBefore(scene, at: now, ordinal: ordinal) {
        return strike(struck, reply, at: now) { fault in
          TwilioRefusal(
            fault.code ?? 20500, status: fault.status ?? 500, "Refused on purpose"
          ).answer
        }
      }
      let answer = try twilioAnswer(request, path, account, &created, at: now)
      reply.manner = .answer(addingUsage(to: answer, account))
    } catch {
      note(error, request, account: reply.account, at: now)
      reply.manner = .answer(error.answer)
    }
    send(reply, created: created, scene, request, at: now, ordinal: ordinal)
  }

  private func fill(_ scene: inout FaultDesk.Scene, from request: HTTPRequest) {
    guard !desk.isEmpty else { return }
    let items = QueryItem.all(in: request.body)
    scene.sender = items.first { $0.name == "From" }?.value
    let to = items.first { $0.name == "To" }?.value
    scene.recipient = to.map { $0.hasPrefix("whatsapp:") ? String($0.dropFirst(9)) : $0 }
  }

  private mutating func authenticate(
    _ request: HTTPRequest, _ path: [Substring], at now: Int64
  ) throws(TwilioRefusal) -> Int {
    let sid = Self.accountSid(path)
    let isOfOwner = path.count == 2 && path[1] == "Accounts.json"
    guard sid != nil || isOfOwner || Self.isTwilioPlatform(path) else {
      throw .notFound(request.path)
    }
    guard let header = request.headers.first("authorization"),
      let holder = authorizations[header]
    else { throw .unauthorized }
    if let sid, settings.twilio[holder].sid != sid, path.count > 3 || !isBelow(holder, sid) {
      throw .notFound(request.path)
    }
    let scene = FaultDesk.Scene(provider: "twilio")
    if desk.strike([.tokenExpired], scene, at: now, ordinal: requests) != nil {
      throw .unauthorized
    }
    if desk.strike([.accountLocked], scene, at: now, ordinal: requests) != nil { throw .locked }
    return holder
  }

  /// The account that a path is of.
  private static func accountSid(_ path: [Substring]) -> Substring? {
    guard path.count >= 3, path[1] == "Accounts" else { return nil }
    guard path.count == 3 else { return path[2] }
    return path[2].hasSuffix(".json") ? path[2].dropLast(5) : nil
  }

  private func isBelow(_ account: Int, _ sid: Substring) -> Bool {
    settings.twilio[account].subaccounts.contains { $0.sid == sid }
  }

  private mutating func enter(_ account: Int) throws(TwilioRefusal) {
    accounts[account].inFlight += 1
    accounts[account].worstInFlight = max(
      accounts[account].worstInFlight, accounts[account].inFlight)
    guard accounts[account].inFlight <= settings.twilio[account].concurrency else {
      accounts[account].violations += 1
      throw .busy
    }
  }

  private mutating func twilioAnswer(
    _ request: HTTPRequest, _ path: [Substring], _ account: Int, _ created: inout Int?,
    at now: Int64
  ) throws(TwilioRefusal) -> HTTPAnswer {
    if Self.isTwilioPlatform(path) {
      return try platformAnswer(request, path, account, at: now)
    }
    switch (request.method, path.count) {
    case (_, 2), (_, 3): return try accountAnswer(request, path, account, at: now)
    case ("POST", 4) where path[3] == "Messages.json":
      let serial = try createTwilioMessage(account: account, request, at: now)
      created = serial
      guard let message = messages[serial] else { throw .notFound(request.path) }
      return HTTPAnswer(status: 201, json: twilioMessage(serial, message))
    case ("GET", 4) where path[3] == "Messages.json":
      let list = try TwilioList(request.queryItems, mint)
      return HTTPAnswer(json: list.answer(self, account: account))
    case (_, 5) where path[3] == "Messages" && path[4].hasSuffix(".json"):
      guard let serial = twilioSerial(path[4].dropLast(5), account: account) else {
        throw .notFound(request.path)
      }
      return try answerOne(request, serial, at: now)
    case ("GET", 6) where path[3] == "Messages" && path[5] == "Media.json":
      guard twilioSerial(path[4], account: account) != nil else { throw .notFound(request.path) }
      return HTTPAnswer(json: noFiles(request.path))
    case (_, 7) where path[3] == "Messages" && path[5] == "Media":
      return try redirectToFile(String(path[6]), request)
    default: throw .notFound(request.path)
    }
  }

  private mutating func answerOne(
    _ request: HTTPRequest, _ serial: Int, at now: Int64
  ) throws(TwilioRefusal) -> HTTPAnswer {
    switch request.method {
    case "GET": break
    case "DELETE":
      messages.remove(serial)
      incoming[serial] = nil
      return HTTPAnswer(status: 204)
    case "POST": try change(serial, QueryItem.all(in: request.body), at: now)
    default: throw TwilioRefusal(20004, status: 405, "Method not allowed")
    }
    guard let message = messages[serial] else { throw .notFound(request.path) }
    return HTTPAnswer(json: twilioMessage(serial, message))
  }

  /// Files of what we sent are where their sender has them: Twilio has fetched none.
  private func noFiles(_ path: String) -> [UInt8] {
    JSONWriter.object { writer in
      writer.name("media_list")
      writer.array { _ in }
      writer.field("page", 0)
      writer.field("page_size", 50)
      writer.orNull("next_page_uri", nil)
      writer.orNull("previous_page_uri", nil)
      writer.field("uri", path)
    }
  }

  /// An empty body redacts; a status cancels what waits for its time.
  private mutating func change(
    _ serial: Int, _ items: [QueryItem], at now: Int64
  ) throws(TwilioRefusal) {
    if items.contains(QueryItem("Body", "")) { _ = messages.change(serial) { $0.body = "" } }
    guard let status = items.first(where: { $0.name == "Status" }) else { return }
    guard status.value == "canceled", let message = messages[serial], message.state == .scheduled
    else {
      throw TwilioRefusal(30409, status: 409, "Message cannot be canceled in its present state")
    }
    _ = messages.change(serial) {
      $0.state = .canceled
      $0.updatedAt = now
    }
    noteFailure(of: message, code: nil)
    emit(serial, .canceled, at: now)
  }

  private func addingUsage(to answer: HTTPAnswer, _ account: Int) -> HTTPAnswer {
    HTTPAnswer(
      status: answer.status,
      headers: answer.headers + [
        HTTPHeader("Twilio-Request-Id", "RQ" + mint.hex(requests)),
        HTTPHeader("Twilio-Concurrent-Requests", "\(accounts[account].inFlight)"),
        HTTPHeader("Twilio-Request-Duration", "0.001"),
      ], body: answer.body)
  }

  private mutating func note(
    _ refusal: TwilioRefusal, _ request: HTTPRequest, account: Int?, at now: Int64
  ) {
    totals.refused["twilio \(refusal.code)", default: 0] += 1
    let from = QueryItem.all(in: request.body).first { $0.name == "From" }?.value
    if let account, let from,
      let sender = senderNumbers["\(settings.twilio[account].sid) \(from)"]
    {
      senders[sender].record.refused[refusal.code, default: 0] += 1
    }
    if refusal.code == 20003 { totals.unauthorized += 1 }
    guard refusal.isMalformed else { return }
    totals.malformed += 1
    Totals.keep("twilio \(refusal.code): \(refusal.text)", at: now, in: &totals.malformedSamples)
  }
}
