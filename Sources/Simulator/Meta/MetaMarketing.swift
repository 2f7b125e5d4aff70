internal import HTTP
internal import JSON
internal import Time

/// What an account may do with marketing templates.
struct MarketingState: Sendable {
  /// NOT_ELIGIBLE, ELIGIBLE or ONBOARDED.
  var status = "ELIGIBLE"
  /// Marketing templates are switched off for `/messages`.
  var isElsewhereOnly = false
}

/// What of marketing one account has tried with one person.
struct MarketingTries: Sendable {
  /// When it was refused, of the last day.
  var refusedAt: [Int64] = []
  /// It has tried too often: nothing reaches the person before that.
  var blockedUntil: Int64 = 0
}

struct MarketingKey: Hashable, Sendable {
  let app: Int
  let account: Int
  let person: Int32
}

extension World {
  // MARK: `POST /{phone}/marketing_messages`

  func checkRoute(
    _ isMarketingRoute: Bool, _ root: JSONValue, _ template: MetaApp.Template?,
    _ place: PhonePlace, at now: Int64
  ) throws(MetaRefusal) {
    let state = marketing(of: place)
    guard isMarketingRoute else {
      guard template?.category == "MARKETING", state.isElsewhereOnly else { return }
      throw MetaRefusal(
        131063, "Marketing templates are disabled for Cloud API",
        "Use the Marketing Messages API for this account")
    }
    guard state.status == "ONBOARDED" else {
      throw MetaRefusal(
        200, status: 403, "Permissions error",
        "The account has not accepted the terms of the Marketing Messages API")
    }
    guard let template else {
      throw MetaRefusal(131055, "Method not allowed", "Only template messages can be sent")
    }
    guard template.category == "MARKETING" else {
      throw MetaRefusal(134100, "Only marketing messages are supported")
    }
    if let end = template.syncedAt, now < end {
      throw MetaRefusal(134101, "Template is still syncing", "Try again in 10 minutes")
    }
    guard template.isForMarketingMessages else {
      throw MetaRefusal(134102, status: 500, "Template is unavailable for use")
    }
    if let policy = root["product_policy"] {
      guard let word = policy.string, ["CLOUD_API_FALLBACK", "STRICT"].contains(word) else {
        throw .parameter("product_policy must be CLOUD_API_FALLBACK or STRICT")
      }
    }
    if let isShared = root["message_activity_sharing"], isShared.bool == nil {
      throw .parameter("message_activity_sharing must be a boolean")
    }
  }

  func marketing(of place: PhonePlace) -> MarketingState {
    let waba = settings.meta[place.app].accounts[place.account].id
    return apps[place.app].marketing[waba] ?? MarketingState()
  }

  // MARK: What people get

  /// Whether a marketing template does not reach the person, which is told later as 131049.
  mutating func refusesMarketing(
    _ place: PhonePlace, _ sender: Int, _ person: Int32, _ serial: Int, isOpen: Bool, at now: Int64
  ) -> Bool {
    let country = Countries.country(of: people.address(person))
    if country == "US", settings.marketing.refusesUS {
      totals.marketingRefused += 1
      return true
    }
    let phone = settings.meta[place.app].accounts[place.account].phones[place.phone]
    let isFree = [country, Countries.country(of: phone.number)].contains {
      Countries.hasNoMarketingLimit($0)
    }
    guard !isOpen, !isFree else { return false }
    let key = MarketingKey(app: place.app, account: place.account, person: person)
    guard isLimited(key, country, serial, at: now) else {
      if settings.marketing.perPerson != nil {
        marketingOf[person, default: TimeQueue()].append(now)
      }
      return false
    }
    noteTry(key, at: now)
    totals.marketingRefused += 1
    return true
  }

  private mutating func isLimited(
    _ key: MarketingKey, _ country: String?, _ serial: Int, at now: Int64
  ) -> Bool {
    if now < marketingTries[key]?.blockedUntil ?? 0 { return true }
    if let limit = settings.marketing.perPerson {
      marketingOf[key.person, default: TimeQueue()].drop(through: now - Self.day)
      if marketingOf[key.person, default: TimeQueue()].count >= limit { return true }
    }
    let share = country.flatMap { settings.marketing.shares[$0] } ?? 0
    return share > 0 && dice.draw(.marketing, serial) < share
  }

  /// Who tries again and again within a day does not reach the person for another.
  private mutating func noteTry(_ key: MarketingKey, at now: Int64) {
    var tries = marketingTries[key] ?? MarketingTries()
    tries.refusedAt = tries.refusedAt.filter { now - $0 < Self.day } + [now]
    if tries.refusedAt.count >= Self.several {
      tries.refusedAt.removeFirst(tries.refusedAt.count - Self.several)
      tries.blockedUntil = now + Self.day
    }
    marketingTries[key] = tries
  }

  /// A first try and two more.
  private static let several = 3
}
