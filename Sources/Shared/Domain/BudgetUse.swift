internal import Time

/// How much of one of a lane's budgets is left, whoever the sends are for.
package struct BudgetUse: Hashable, Sendable {
  package let name: BudgetName
  /// The most that may go at once, where nothing is used; nil: any number.
  package let limit: Int?
  /// nil: any number.
  package let left: Int?
  /// How many a second it allows in the long run; nil where it is not about time.
  package let perSecond: Double?
  /// How long until the next one may go, where none may now and time is what it takes.
  package let freeIn: Duration?

  /// Those that a lane may have, but for that of one person.
  package static let names: [BudgetName] = [.rate, .daily, .recipients, .inFlight]

  init(
    _ name: BudgetName, limit: Int?, left: Int?, perSecond: Double? = nil, freeIn: Duration? = nil
  ) {
    self.name = name
    self.limit = limit
    self.left = left
    self.perSecond = perSecond
    self.freeIn = freeIn
  }
}

extension BudgetPlan {
  /// All budgets of the lane, in the order of `BudgetUse.names`.
  package func uses(of budget: Budget) -> [BudgetUse] {
    [rateUse(budget.rate), dailyUse, recipientUse(budget.daily), inFlightUse]
  }

  private func rateUse(_ rate: Rate?) -> BudgetUse {
    let lefts = [lane.window?.room(at: now), lane.bucket?.room(at: now)].compactMap(\.self)
    let frees = [lane.window?.nextRoom(after: now), lane.bucket?.nextRoom(after: now)]
    return BudgetUse(
      .rate, limit: rate?.burst, left: rate == nil ? nil : lefts.min(), perSecond: rate?.perSecond,
      freeIn: free(frees.compactMap(\.self).max()))
  }

  private var dailyUse: BudgetUse {
    BudgetUse(
      .daily, limit: lane.daily?.limit, left: lane.daily?.room(at: now),
      perSecond: lane.daily.map { Double($0.limit) / DailyLimit.length.seconds },
      freeIn: free(lane.daily?.nextRoom(after: now)))
  }

  private func recipientUse(_ daily: DailyLimit?) -> BudgetUse {
    guard let recipients, case .recipients(let limit) = daily else {
      return BudgetUse(.recipients, limit: nil, left: nil)
    }
    return BudgetUse(
      .recipients, limit: limit, left: recipients.room(at: now),
      perSecond: Double(limit) / DailyLimit.length.seconds,
      freeIn: free(recipients.nextRoom(after: now)))
  }

  private var inFlightUse: BudgetUse {
    BudgetUse(.inFlight, limit: inFlightLimit, left: max(0, inFlightLimit - inFlight))
  }

  private func free(_ time: Timestamp?) -> Duration? {
    time.flatMap { $0 > now ? $0 - now : nil }
  }
}
