internal import JSON
internal import Time

/// What Meta makes of a portfolio, and how it stands.
struct BusinessState: Sendable {
  var pacing: Pacing?
  var riseWithin: Duration?
  var riseAfter: Duration = .zero
  /// It may neither send nor make templates.
  var isUnderReview = false
  var isRising = false
  /// When each person outside a window was written to last.
  var reached: [Int32: Int64] = [:]

  init() {}

  init(_ settings: Business) {
    (pacing, riseWithin, riseAfter) = (settings.pacing, settings.riseWithin, settings.riseAfter)
  }
}

/// A portfolio's limit of recipients, which rises by itself.
extension World {
  /// 250 and 100 000 among them: the last has none.
  private static let tiers = [250, 2000, 10_000, 100_000, 1_000_000_000]

  /// Once half of the limit was used within the time that the settings say, and all its numbers are well.
  mutating func noteUse(of portfolio: String, by person: Int32, at now: Int64) {
    guard let span = businesses[portfolio]?.riseWithin, let limit = portfolios[portfolio]?.limit,
      limit < Self.tiers[4]
    else { return }
    var state = businesses[portfolio, default: BusinessState()]
    state.reached[person] = now
    defer { businesses[portfolio] = state }
    guard !state.isRising, state.reached.count * 2 >= limit, isWell(portfolio) else { return }
    state.reached = state.reached.filter { now - $0.value < span.microseconds }
    guard state.reached.count * 2 >= limit else { return }
    state.isRising = true
    effects.append(.at(now + state.riseAfter.microseconds, .rise(portfolio)))
  }

  private func isWell(_ portfolio: String) -> Bool {
    settings.meta.indices.allSatisfy { app in
      settings.meta[app].accounts.filter { $0.portfolio == portfolio }.allSatisfy { account in
        account.phones.allSatisfy { phone in
          phones[phone.id].map { phoneState($0).standing.quality == "GREEN" } ?? true
        }
      }
    }
  }

  mutating func setLimit(of portfolio: String, to limit: Int, at now: Int64) {
    raise(portfolio, to: limit)
    for (app, own) in settings.meta.enumerated() {
      for account in own.accounts where account.portfolio == portfolio {
        tell(
          "business_capability_update",
          JSONWriter.object { writer in
            writer.field("max_daily_conversations_per_business", tier(of: limit))
            writer.field("max_phone_numbers_per_business", 20)
          }, of: account.id, app, at: now)
      }
    }
  }

  mutating func rise(_ portfolio: String, at now: Int64) {
    businesses[portfolio]?.isRising = false
    guard let limit = portfolios[portfolio]?.limit,
      let next = Self.tiers.first(where: { $0 > limit })
    else { return }
    setLimit(of: portfolio, to: next, at: now)
  }
}
