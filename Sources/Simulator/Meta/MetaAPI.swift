internal import Crypto
internal import HTTP
internal import JSON
internal import Time

/// `/{version}/…` as `graph.facebook.com` answers it.
extension World {
  mutating func metaRequest(
    _ request: HTTPRequest, _ path: [Substring], _ responder: Asker, at now: Int64
  ) {
    let ordinal = requests
    let path = Array(path.first.map(isVersion) == true ? path[1...] : path[...])
    let trace = "A" + hexDigits(mixed(UInt64(requests))).prefix(16)
    var created: Int?
    var reply = Reply(responder: responder, manner: .never)
    let scene = metaScene(request, path)
    do throws(MetaRefusal) {
      let app = try authenticate(request, path, scene, at: now)
      if request.method == "POST", let struck = strikeBefore(scene, at: now, ordinal: ordinal) {
        return strike(struck, reply, at: now) { fault in
          MetaRefusal(fault.code ?? 131000, status: fault.status ?? 500, "Refused on purpose")
            .answer(trace: trace)
        }
      }
      reply.manner = .answer(
        try metaAnswer(request, path, app, scene, created: &created, at: now))
    } catch {
      note(error, sender: scene.sender, at: now)
      reply.manner = .answer(error.answer(trace: trace))
    }
    send(reply, created: created, scene, request, at: now, ordinal: ordinal)
  }

  /// `v24.0`
  private func isVersion(_ segment: Substring) -> Bool {
    let parts = segment.dropFirst().split(separator: ".")
    return segment.hasPrefix("v") && parts.count == 2 && parts.allSatisfy { Int($0) != nil }
  }

  private func metaScene(_ request: HTTPRequest, _ path: [Substring]) -> FaultDesk.Scene {
    var scene = FaultDesk.Scene(provider: "meta", sender: path.first.map(String.init))
    guard !desk.isEmpty, request.method == "POST",
      path.last == "messages" || path.last == "marketing_messages"
    else { return scene }
    do {
      let root = try JSONDocument(request.body).root
      let to = root["to"]?.string.map { "+" + $0.filter(\.isNumber) }
      scene.recipient = to ?? root["recipient"]?.string
    } catch {
      scene.recipient = nil
    }
    return scene
  }

  private mutating func authenticate(
    _ request: HTTPRequest, _ path: [Substring], _ scene: FaultDesk.Scene, at now: Int64
  ) throws(MetaRefusal) -> Int {
    if [["oauth", "access_token"], ["oauth", "revoke"], ["debug_token"], ["dialog", "oauth"]]
      .contains(path)
    {
      return 0
    }
    // Meta's pages have another word before the token for uploads of files.
    let words = path.first?.hasPrefix("upload:") == true ? ["OAuth ", "Bearer "] : ["Bearer "]
    guard let header = request.headers.first("authorization"),
      let word = words.first(where: { header.hasPrefix($0) })
    else {
      throw MetaRefusal(190, status: 401, "An access token is required to request this resource.")
    }
    let app = try holder(of: String(header.dropFirst(word.count)), path, at: now)
    // An app's own token has no end.
    if path.last != "subscriptions",
      desk.strike([.tokenExpired], scene, at: now, ordinal: requests) != nil
    {
      throw .expired
    }
    // A locked account can still be asked about its health.
    if request.method != "GET",
      desk.strike([.accountLocked], scene, at: now, ordinal: requests) != nil
    {
      throw .locked
    }
    return app
  }

  private mutating func metaAnswer(
    _ request: HTTPRequest, _ path: [Substring], _ app: Int, _ scene: FaultDesk.Scene,
    created: inout Int?, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    let id = path.first.map(String.init) ?? ""
    switch (request.method, path.count, path.last.map(String.init) ?? "") {
    case ("GET", 2, "access_token") where id == "oauth": return try exchangeToken(request, at: now)
    case ("GET", 2, "revoke") where id == "oauth": return try revokeToken(request, at: now)
    case ("GET", 2, "oauth") where id == "dialog": return try dialog(request)
    case ("GET", 1, "debug_token"): return try debugToken(request, at: now)
    case ("POST", 2, "messages"), ("POST", 2, "marketing_messages"):
      let place = try phone(id, app)
      guard phoneState(place).isRegistered else {
        throw MetaRefusal(133010, "Phone number not registered")
      }
      let (answer, serial) = try sendMetaMessage(
        place, request, scene, isMarketingRoute: path[1] == "marketing_messages", at: now)
      created = serial
      return answer
    case ("GET", 2, _) where id == "_media":
      return try downloadMedia(String(path[1]), app)
    case (_, 2, let edge) where phones[id] != nil:
      return try phoneAnswer(request, phone(id, app), edge, app, at: now)
    case (_, 2, "subscriptions") where id == settings.meta[app].id:
      return try subscriptions(of: app, request)
    case ("POST", 2, "uploads") where id == settings.meta[app].id:
      return try beginUpload(request, app)
    case (_, 1, _) where id.hasPrefix("upload:"): return try upload(id, request, app)
    case ("POST", 2, "access_tokens"): return try mintToken(id, app, request, at: now)
    case ("POST", 2, "unpause"): return try unpause(id, app, at: now)
    case (_, 2, let edge):
      return try accountAnswer(request, waba(id, app, at: now), edge, app, at: now)
    case ("GET", 1, _), ("POST", 1, _):
      if settings.meta[app].accounts.contains(where: { $0.id == id }) {
        _ = try waba(id, app, at: now)
      }
      return try metaObject(id, app, request, at: now)
    case ("DELETE", 1, _):
      guard file(id, app, request) != nil, media.removeValue(forKey: id) != nil else {
        throw .unknownObject(id)
      }
      return .success
    default: throw .unknownObject(request.path)
    }
  }

  private mutating func phoneAnswer(
    _ request: HTTPRequest, _ place: PhonePlace, _ edge: String, _ app: Int, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    switch (request.method, edge) {
    case ("POST", "media"): return try uploadMedia(request, app, to: phoneID(place))
    case ("GET", "settings"): return try phoneSettings(place, request)
    case ("POST", "settings"): return try changeSettings(place, request)
    case ("GET", "whatsapp_business_profile"): return try profile(place, request)
    case ("POST", "whatsapp_business_profile"): return try changeProfile(place, request)
    case ("POST", "register"): return try register(place, request, at: now)
    case ("POST", "deregister"): return try deregister(place)
    case ("POST", "request_code"): return try requestCode(place, request)
    case ("POST", "verify_code"): return try verifyCode(place, request)
    case ("POST", "conversational_automation"): return try automate(place, request)
    case (_, "username"): return try username(place, request)
    case ("GET", "username_suggestions"): return usernameSuggestions()
    case (_, "block_users"): return try blockedUsers(place, request, at: now)
    default: throw .unknownObject(request.path)
    }
  }

  private mutating func accountAnswer(
    _ request: HTTPRequest, _ account: Int, _ edge: String, _ app: Int, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    let waba = settings.meta[app].accounts[account]
    switch (request.method, edge) {
    case ("GET", "message_templates"): return try templates(app, account, request, at: now)
    case ("POST", "message_templates"): return try createTemplate(app, account, request, at: now)
    case ("DELETE", "message_templates"): return try deleteTemplates(app, account, request)
    case ("GET", "phone_numbers"): return try phoneNumbers(waba, request, at: now)
    case ("GET", "subscribed_apps"): return subscribedApps(app, waba.id)
    case ("POST", "subscribed_apps"): return try subscribe(app, waba.id, request)
    case ("DELETE", "subscribed_apps"): return unsubscribe(app, waba.id)
    default: throw .unknownObject(request.path)
    }
  }

  private func phone(_ id: String, _ app: Int) throws(MetaRefusal) -> PhonePlace {
    guard let place = phones[id] else { throw .unknownObject(id) }
    guard place.app == app else {
      throw MetaRefusal(200, status: 403, "Permissions error for this phone number")
    }
    return place
  }

  private func phoneID(_ place: PhonePlace) -> String {
    settings.meta[place.app].accounts[place.account].phones[place.phone].id
  }

  private mutating func waba(
    _ id: String, _ app: Int, at now: Int64
  ) throws(MetaRefusal) -> Int {
    guard let found = settings.meta[app].accounts.firstIndex(where: { $0.id == id }) else {
      throw .unknownObject(id)
    }
    let limit = settings.meta[app].accounts[found].hourlyCalls
    let door = Door(name: "calls", limit: limit, span: 3_600_000_000)
    guard apps[app].calls[id, default: door].arrive(at: now) else {
      var refusal = MetaRefusal(
        80007, "Rate limit issues", "Too many calls to this account in an hour")
      let opensAt = apps[app].calls[id]?.opensAt ?? now
      refusal.usage = (id, (opensAt - now + 59_999_999) / 60_000_000)
      throw refusal
    }
    return found
  }

  private mutating func note(_ refusal: MetaRefusal, sender: String?, at now: Int64) {
    totals.refused["meta \(refusal.code)", default: 0] += 1
    if let sender, let number = senderNumbers[sender] {
      senders[number].record.refused[refusal.code, default: 0] += 1
    }
    if refusal.status == 401 { totals.unauthorized += 1 }
    guard refusal.isMalformed else { return }
    totals.malformed += 1
    let text = "meta \(refusal.code): \(refusal.title) \(refusal.details ?? "")"
    Totals.keep(text, at: now, in: &totals.malformedSamples)
  }
}
