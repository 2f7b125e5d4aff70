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
    _ request: HTTPRequest, _ id: String
  ) throws(SettingsFaults) -> HTTPAnswer {
    let app = settings.meta.firstIndex { $0.accounts.contains { $0.id == id } }
    guard let app else { return ControlAnswer.notFound }
    let before = apps[app].verdicts[id] ?? AccountVerdict()
    apps[app].verdicts[id] = try ControlAnswer.read(request) { value, report in
      var verdict = before
      let fields = FieldReader(value, report)
      verdict.read(fields)
      fields.finish()
      return verdict
    }
    return HTTPAnswer(status: 204)
  }

  /// `PUT /_sim/portfolios/{id}`: another limit of recipients, told to every account of it.
  mutating func changePortfolio(
    _ request: HTTPRequest, _ id: String, at now: Int64
  ) throws(SettingsFaults) -> HTTPAnswer {
    guard portfolios[id] != nil else { return ControlAnswer.notFound }
    let limit = try ControlAnswer.read(request) { value, report in
      var limit = 0
      let fields = FieldReader(value, report)
      fields.integer("limit", into: &limit, 1...100_000_000)
      fields.finish()
      return limit
    }
    raise(id, to: limit)
    for (app, own) in settings.meta.enumerated() {
      for account in own.accounts where account.portfolio == id {
        tell(
          "business_capability_update",
          JSONWriter.object { writer in
            writer.field("max_daily_conversations_per_business", tier(of: limit))
            writer.field("max_phone_numbers_per_business", 20)
          }, of: account.id, app, at: now)
      }
    }
    return HTTPAnswer(status: 204)
  }
}
