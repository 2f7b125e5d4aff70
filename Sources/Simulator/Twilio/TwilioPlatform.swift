internal import Forms
internal import HTTP
internal import JSON
internal import Time

/// What Twilio serves beside messages, under other hosts of its own: tokens, senders and contents.
extension World {
  /// `v1`, `v2`; Meta's versions have a dot.
  static func isTwilioPlatform(_ path: [Substring]) -> Bool {
    path.first == "v1" || path.first == "v2"
  }

  mutating func platformAnswer(
    _ request: HTTPRequest, _ path: [Substring], _ account: Int, at now: Int64
  ) throws(TwilioRefusal) -> HTTPAnswer {
    let rest = path.dropFirst().map(String.init)
    switch (request.method, rest.first, rest.count) {
    case ("POST", "AuthTokens", 2) where rest[1] == "Secondary": return makeToken(account, at: now)
    case ("DELETE", "AuthTokens", 2) where rest[1] == "Secondary":
      guard let token = accounts[account].secondaryToken else { throw .notFound(request.path) }
      closeDoor(to: account, token)
      accounts[account].secondaryToken = nil
      return HTTPAnswer(status: 204)
    case ("POST", "AuthTokens", 2) where rest[1] == "Promote":
      guard promote(account) else { throw .notFound(request.path) }
      return HTTPAnswer(
        json: token("auth_token", settings.twilio[account].authToken, account, at: now))
    case ("GET", "Channels", 2) where rest[1] == "Senders":
      return HTTPAnswer(json: page("senders", channelSenders(account).map(\.json), request))
    case ("GET", "Channels", 3) where rest[1] == "Senders":
      guard let found = channelSenders(account).first(where: { $0.sid == rest[2] }) else {
        throw .notFound(request.path)
      }
      return HTTPAnswer(json: found.json)
    case (_, "ContentAndApprovals", _), (_, "Content", _):
      return try contentAnswer(request, rest, account, at: now)
    case ("GET", "a2p", 2) where rest[1] == "BrandRegistrations":
      let all = settings.twilio[account].brands.map { status in
        JSONWriter.object { $0.field("status", status) }
      }
      return HTTPAnswer(json: page("data", all, request))
    case ("GET", "Services", 4) where rest[3] == "Usa2p":
      let all = settings.twilio[account].campaigns[rest[1], default: []].map { status in
        JSONWriter.object { $0.field("campaign_status", status) }
      }
      return HTTPAnswer(json: page("compliance", all, request))
    default: throw .notFound(request.path)
    }
  }

  // MARK: Tokens

  private mutating func makeToken(_ account: Int, at now: Int64) -> HTTPAnswer {
    if let old = accounts[account].secondaryToken { closeDoor(to: account, old) }
    let text = mint.hex(Int.max / 3 + requests)
    accounts[account].secondaryToken = text
    openDoor(to: account, text)
    return HTTPAnswer(
      status: 201, json: token("secondary_auth_token", text, account, at: now))
  }

  /// The former token opens nothing any more, and signs nothing.
  private mutating func promote(_ account: Int) -> Bool {
    guard let token = accounts[account].secondaryToken else { return false }
    closeDoor(to: account, settings.twilio[account].authToken)
    accounts[account].secondaryToken = nil
    setToken(of: account, token)
    return true
  }

  private func token(
    _ name: StaticString, _ text: String, _ account: Int, at now: Int64
  ) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("account_sid", settings.twilio[account].sid)
      writer.field(name, text)
      writer.field("date_created", rfc3339(now))
      writer.field("date_updated", rfc3339(now))
      writer.field("url", "https://accounts.twilio.com/v1/AuthTokens")
    }
  }

  // MARK: Senders

  private func channelSenders(_ account: Int) -> [(sid: String, json: [UInt8])] {
    senders.indices.compactMap { index in
      guard case .twilio(account, let own) = senders[index].owner, own.isWhatsApp else {
        return nil
      }
      let sid = "XE" + mint.hex(Int.max / 5 + index)
      let standing = senders[index].standing
      let json = JSONWriter.object { writer in
        writer.field("sid", sid)
        writer.field("status", standing.status)
        writer.field("sender_id", own.address)
        writer.name("properties")
        writer.object { writer in
          writer.field("quality_rating", standing.quality)
          writer.field("messaging_limit", standing.messagingLimit)
        }
        writer.list("offline_reasons", standing.reasons) { writer, reason in
          writer.field("code", "\(reason.code)")
          writer.field("message", reason.message)
          writer.field("more_info", "https://www.twilio.com/docs/errors/\(reason.code)")
        }
        writer.field("url", "https://messaging.twilio.com/v2/Channels/Senders/\(sid)")
      }
      return (sid, json)
    }
  }

  // MARK: Pages

  func page(_ key: StaticString, _ items: [[UInt8]], _ request: HTTPRequest) -> [UInt8] {
    func number(_ name: String) -> Int? { request.queryValue(name).flatMap { Int($0) } }
    let size = min(1000, max(1, number("PageSize") ?? 50))
    let place = max(0, number("Page") ?? 0)
    let found = items.dropFirst(min(items.count, place * size)).prefix(size)
    let base = "http://\(request.headers.first("host") ?? "localhost")\(request.path)"
    func url(_ page: Int) -> String { "\(base)?PageSize=\(size)&Page=\(page)" }
    return JSONWriter.object(capacity: 4096) { writer in
      writer.name(key)
      writer.array { writer in for item in found { writer.raw(item) } }
      writer.name("meta")
      writer.object { writer in
        writer.field("page", place)
        writer.field("page_size", size)
        writer.field("first_page_url", url(0))
        writer.orNull("previous_page_url", place > 0 ? url(place - 1) : nil)
        writer.field("url", url(place))
        writer.orNull("next_page_url", (place + 1) * size < items.count ? url(place + 1) : nil)
        writer.field("key", "\(key)")
      }
    }
  }
}

/// `2026-11-20T17:03:42Z`: without parts of a second.
func rfc3339(_ microseconds: Int64) -> String {
  String(Timestamp(microseconds: microseconds).description.prefix(19)) + "Z"
}
