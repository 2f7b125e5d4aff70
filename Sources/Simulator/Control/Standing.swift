internal import HTTP
internal import JSON

/// What a provider makes of a sender by itself.
struct SenderStanding: Sendable {
  struct Reason: Sendable {
    let code: Int
    let message: String
  }

  var status = "ONLINE"
  var quality = "HIGH"
  var messagingLimit = "1K Customers/24hr"
  var reasons: [Reason] = []

  mutating func read(_ fields: FieldReader) {
    fields.string("status", into: &status)
    fields.string("quality", into: &quality)
    fields.string("messagingLimit", into: &messagingLimit)
    let given = fields.list("reasons") { reason in
      var code = 0
      reason.integer("code", into: &code, 1...999_999)
      return Reason(code: code, message: reason.string("message"))
    }
    reasons = given ?? reasons
  }
}

extension World {
  /// `PUT /_sim/senders/{address}`: of Twilio's WhatsApp senders.
  mutating func stand(
    _ request: HTTPRequest, _ address: String
  ) throws(SettingsFaults) -> HTTPAnswer {
    let index = senders.firstIndex { $0.name == address && $0.provider == "twilio" }
    guard let index else { return ControlAnswer.notFound }
    let before = senders[index].standing
    senders[index].standing = try ControlAnswer.read(request) { value, report in
      var standing = before
      let fields = FieldReader(value, report)
      standing.read(fields)
      fields.finish()
      return standing
    }
    return HTTPAnswer(status: 204)
  }

  /// `PUT /_sim/numbers/{phone number id}`: of Meta's numbers.
  mutating func standNumber(
    _ request: HTTPRequest, _ id: String
  ) throws(SettingsFaults) -> HTTPAnswer {
    guard let place = phones[id] else { return ControlAnswer.notFound }
    let before = phoneState(place).standing
    let standing = try ControlAnswer.read(request) { value, report in
      var standing = before
      let fields = FieldReader(value, report)
      standing.read(fields)
      fields.finish()
      return standing
    }
    change(place) { $0.standing = standing }
    return HTTPAnswer(status: 204)
  }

  /// `PUT /_sim/accounts/{WABA}`
  mutating func judgeAccount(
    _ request: HTTPRequest, _ id: String, at now: Int64
  ) throws(SettingsFaults) -> HTTPAnswer {
    guard let app = app(of: id) else { return ControlAnswer.notFound }
    let before = (
      apps[app].verdicts[id] ?? AccountVerdict(), apps[app].marketing[id] ?? MarketingState()
    )
    let after = try ControlAnswer.read(request) { value, report in
      var (verdict, marketing) = before
      let fields = FieldReader(value, report)
      verdict.read(fields)
      fields.string("marketingMessages", into: &marketing.status)
      fields.bool("marketingElsewhereOnly", into: &marketing.isElsewhereOnly)
      fields.finish()
      return (verdict, marketing)
    }
    (apps[app].verdicts[id], apps[app].marketing[id]) = after
    if after.1.status == "ONBOARDED", before.1.status != "ONBOARDED" {
      tellTerms(of: id, app, at: now)
    }
    return HTTPAnswer(status: 204)
  }

  /// Its owner has agreed to the marketing messages endpoint.
  private mutating func tellTerms(of waba: String, _ app: Int, at now: Int64) {
    tell(
      "account_update",
      JSONWriter.object { writer in
        writer.field("event", "MM_LITE_TERMS_SIGNED")
        writer.name("waba_info")
        writer.object { $0.field("waba_id", waba) }
      }, of: waba, app, at: now)
  }

  /// `PUT /_sim/portfolios/{id}`: another limit of recipients, told to every account of it; `underReview`: it may not
  /// send or make templates.
  mutating func changePortfolio(
    _ request: HTTPRequest, _ id: String, at now: Int64
  ) throws(SettingsFaults) -> HTTPAnswer {
    guard portfolios[id] != nil else { return ControlAnswer.notFound }
    let before = businesses[id] ?? BusinessState()
    let (limit, after) = try ControlAnswer.read(request) { value, report in
      var limit: Int?
      var state = before
      let fields = FieldReader(value, report)
      fields.integer("limit", into: &limit, 1...100_000_000)
      fields.bool("underReview", into: &state.isUnderReview)
      fields.object("pacing") { reader in
        var pacing = state.pacing ?? Pacing()
        pacing.read(reader)
        state.pacing = pacing
      }
      fields.finish()
      return (limit, state)
    }
    businesses[id] = after
    if let limit { setLimit(of: id, to: limit, at: now) }
    return HTTPAnswer(status: 204)
  }
}
