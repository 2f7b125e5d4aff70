internal import HTTP
internal import Time

/// The way of a request through the faults, whichever provider it is for.
extension World {
  mutating func handle(_ request: HTTPRequest, _ responder: Asker, at now: Int64) {
    let path = request.path.split(separator: "/")
    if path.first == "_sim" { return control(request, path, responder, at: now) }
    if path.first == "_file", path.count == 2 {
      let answer = downloadFile(String(path[1]), request)
      return effects.append(.reply(Reply(responder: responder, manner: .answer(answer))))
    }
    if Self.isChat(path) { return chatRequest(request, responder, at: now) }
    requests += 1
    totals.requests += 1
    let isTwilio = path.first == "2010-04-01" || Self.isTwilioPlatform(path)
    let provider = isTwilio ? "twilio" : "meta"
    if strikeOutage(provider, responder, at: now) { return }
    if provider == "twilio" {
      twilioRequest(request, path, responder, at: now)
    } else {
      metaRequest(request, path, responder, at: now)
    }
  }

  private mutating func strikeOutage(
    _ provider: String, _ responder: Asker, at now: Int64
  ) -> Bool {
    guard !desk.isEmpty,
      let fault = desk.strike(
        [.outage], FaultDesk.Scene(provider: provider), at: now, ordinal: requests)
    else { return false }
    totals.refused["\(provider) outage", default: 0] += 1
    let unavailable = HTTPAnswer(
      status: fault.status ?? 503, text: fault.body ?? "<html>Service Unavailable</html>",
      type: "text/html")
    let manner: Reply.Manner = fault.mode == .unavailable ? .answer(unavailable) : .cut
    effects.append(.reply(Reply(responder: responder, manner: manner)))
    return true
  }

  /// What happens instead of acceptance.
  mutating func strikeBefore(
    _ scene: FaultDesk.Scene, at now: Int64, ordinal: Int
  ) -> Fault? {
    guard !desk.isEmpty else { return nil }
    return desk.strike([.refuse, .cutBefore, .hangBefore], scene, at: now, ordinal: ordinal)
  }

  mutating func strike(
    _ fault: Fault, _ reply: Reply, at now: Int64, refusal: (Fault) -> HTTPAnswer
  ) {
    totals.refused["on purpose", default: 0] += 1
    var reply = reply
    switch fault.kind {
    case .cutBefore: reply.manner = .cut
    case .hangBefore: reply.manner = .never
    default:
      let bare = fault.body.map {
        HTTPAnswer(status: fault.status ?? 500, text: $0, type: "text/html")
      }
      reply.manner = .answer(bare ?? refusal(fault))
    }
    send(reply, after: .zero, at: now)
  }

  /// Answers, in the way the faults leave it, after the time the settings want.
  mutating func send(
    _ reply: Reply, created: Int?, _ scene: FaultDesk.Scene, _ request: HTTPRequest,
    at now: Int64, ordinal: Int
  ) {
    var reply = reply
    var delay = settings.latency.microseconds(dice.draw(.latency, ordinal))
    if !desk.isEmpty {
      if let slow = desk.strike([.slow], scene, at: now, ordinal: ordinal) {
        let chance = dice.draw(.latency, ordinal, 1)
        delay += (slow.latency ?? Delay(slow.delay)).microseconds(chance)
      }
      if let created {
        spoil(&reply, created, scene, request, at: now, ordinal: ordinal)
        if hold(reply, created, scene, at: now, ordinal: ordinal) { return }
      }
    }
    send(reply, after: .microseconds(delay), at: now)
  }

  mutating func send(_ reply: Reply, after delay: Duration, at now: Int64) {
    let delay = delay.microseconds
    effects.append(delay > 0 ? .at(now + delay, .reply(reply)) : .reply(reply))
  }

  /// Accepted, but the caller is not told so.
  private mutating func spoil(
    _ reply: inout Reply, _ created: Int, _ scene: FaultDesk.Scene, _ request: HTTPRequest,
    at now: Int64, ordinal: Int
  ) {
    let isReused = !freshConnections.insert("\(request.peer.host) \(request.peer.port)").inserted
    var kinds: [Fault.Kind] = [.errorAfter, .hangAfter, .cutAfter, .garbageAfter]
    if isReused { kinds.append(.closeReused) }
    guard let fault = desk.strike(kinds, scene, at: now, ordinal: ordinal) else { return }
    totals.refused["accepted, not told", default: 0] += 1
    switch fault.kind {
    case .errorAfter:
      let text = fault.body ?? "<html><body>Bad Gateway</body></html>"
      reply.manner = .answer(HTTPAnswer(status: fault.status ?? 502, text: text, type: "text/html"))
    case .garbageAfter:
      let isTwilio = scene.provider == "twilio"
      let text = fault.body ?? (isTwilio ? "{\"sid\": \"SM" : "{\"messaging_product\": \"wh")
      let status = fault.status ?? (isTwilio ? 201 : 200)
      reply.manner = .answer(HTTPAnswer(status: status, json: Array(text.utf8)))
    case .hangAfter: reply.manner = .never
    default: reply.manner = .cut
    }
  }

  /// The first status comes at once then, and lets the answer go when it is answered, or after a time.
  private mutating func hold(
    _ reply: Reply, _ created: Int, _ scene: FaultDesk.Scene, at now: Int64, ordinal: Int
  ) -> Bool {
    guard settings.life.isReported,
      let fault = desk.strike([.callbackFirst], scene, at: now, ordinal: ordinal)
    else { return false }
    held[created] = reply
    for index in effects.indices {
      if case .at(_, .step(created)) = effects[index] { effects[index] = .at(now, .step(created)) }
    }
    effects.append(.at(now + fault.delay.microseconds, .release(created)))
    return true
  }
}
