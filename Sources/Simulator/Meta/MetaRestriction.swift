internal import HTTP
internal import JSON
internal import Time

/// What an account, or all of a portfolio, may not do for a time.
extension World {
  static let restrictions = [
    "RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING",
    "RESTRICTED_UTILITY_TEMPLATES", "RESTRICTED_ADD_PHONE_NUMBER_ACTION",
  ]

  /// Ends by itself; a webhook tells of its beginning and of its end at once.
  mutating func restrict(
    _ app: Int, _ waba: String, _ type: String, until end: Int64, at now: Int64
  ) {
    // Meta tells whole seconds.
    let end = (end + 999_999) / 1_000_000 * 1_000_000
    apps[app].restrictions[waba, default: [:]][type] = end
    tell(
      "account_update",
      JSONWriter.object { writer in
        writer.field("event", "ACCOUNT_RESTRICTION")
        writer.list("restriction_info", [type]) { writer, type in
          writer.field("restriction_type", type)
          writer.field("expiration", Int(end / 1_000_000))
        }
      }, of: waba, app, at: now)
  }

  func isRestricted(_ place: PhonePlace, _ type: String, at now: Int64) -> Bool {
    let waba = settings.meta[place.app].accounts[place.account].id
    return apps[place.app].restrictions[waba]?[type].map { now < $0 } ?? false
  }

  func checkStanding(
    of place: PhonePlace, isTemplate: Bool, at now: Int64
  ) throws(MetaRefusal) {
    let type = isTemplate ? Self.restrictions[0] : Self.restrictions[1]
    if isRestricted(place, type, at: now) { throw .restricted }
    if isTemplate {
      try checkReview(of: settings.meta[place.app].accounts[place.account].portfolio)
    }
  }

  /// Neither sends nor makes templates while it is under review.
  func checkReview(of portfolio: String?) throws(MetaRefusal) {
    if let portfolio, businesses[portfolio]?.isUnderReview == true { throw .restricted }
  }

  /// `POST /_sim/restrictions/{WABA} {"type": "…", "for": "3d"}`
  mutating func restrict(
    _ request: HTTPRequest, _ waba: String, at now: Int64
  ) throws(SettingsFaults) -> HTTPAnswer {
    let asked = try ControlAnswer.read(request) { value, report in
      var asked = (type: Self.restrictions[0], span: Duration.seconds(86400))
      let fields = FieldReader(value, report)
      fields.string("type", into: &asked.type)
      if !Self.restrictions.contains(asked.type) {
        fields.fault("type", "must be one of \(Self.restrictions.joined(separator: ", "))")
      }
      fields.duration("for", into: &asked.span)
      fields.finish()
      return asked
    }
    guard let app = app(of: waba) else { return ControlAnswer.notFound }
    restrict(app, waba, asked.type, until: now + asked.span.microseconds, at: now)
    return HTTPAnswer(status: 204)
  }

  /// `DELETE /_sim/restrictions/{WABA}`: before its time.
  mutating func reinstate(_ waba: String, at now: Int64) -> HTTPAnswer {
    guard let app = app(of: waba) else { return ControlAnswer.notFound }
    apps[app].restrictions[waba] = nil
    tell(
      "account_update",
      JSONWriter.object { writer in
        writer.field("event", "DISABLED_UPDATE")
        writer.name("ban_info")
        writer.object { $0.field("waba_ban_state", "REINSTATE") }
      }, of: waba, app, at: now)
    return HTTPAnswer(status: 204)
  }

  /// The fault `account-restricted` begins: for one account, or for all of them.
  mutating func beginRestriction(_ fault: Fault, at now: Int64) {
    let end = now + (fault.lasting ?? .seconds(86400)).microseconds
    for (app, own) in settings.meta.enumerated() {
      for account in own.accounts where fault.sender == nil || fault.sender == account.id {
        restrict(app, account.id, Self.restrictions[0], until: end, at: now)
      }
    }
  }

  func app(of waba: String) -> Int? {
    settings.meta.firstIndex { $0.accounts.contains { $0.id == waba } }
  }
}

extension MetaRefusal {
  static let restricted = MetaRefusal(
    368, status: 403, "Temporarily blocked for policies violations",
    "The account is restricted and cannot send this kind of message")
}
