internal import Domain
package import Time

/// A lane's row, locked.
struct LaneState {
  let key: Int64
  private let budget: [UInt8]
  let inFlight: Int
  /// Grows with all that claims and records write.
  let stamp: Int64
  let sweptEpoch: Int64
  let stop: LaneStop?
  let heldUntil: Timestamp
  let holdReason: String
  private let told: ToldLimits

  init(_ row: any Row) {
    key = row.integer(0)
    budget = row.bytes(1)
    inFlight = row.int(2)
    sweptEpoch = row.integer(3)
    stop = row.optionalTime(4).map {
      LaneStop(since: $0, code: row.text(5), reason: row.text(6))
    }
    heldUntil = row.time(7)
    holdReason = row.text(8)
    told = ToldLimits(row, rate: 9)
    stamp = row.integer(10)
  }

  /// A lane never has fewer intents than are taken from it.
  func inFlight(without count: Int) -> Int { max(0, inFlight - count) }

  func laneBudget(_ budget: Budget) throws(StoreError) -> LaneBudget {
    do { return try LaneBudget(budget.heeding(told), kept: self.budget) } catch {
      throw .broken(error.description)
    }
  }
}

/// A lane group's row, locked.
struct GroupState {
  let owner: String
  let epoch: Int64
  let leaseUntil: Timestamp
  private let recipients: [UInt8]
  private let told: ToldLimits
  /// Of the store: how often it came back from a backup, and whether commits of it are known to be lost.
  let generation: Int64
  let hasLostCommits: Bool
  /// How far budget time is behind the store's.
  let lag: Duration

  init(_ row: any Row) {
    lag = .microseconds(row.integer(7))
    generation = row.integer(5)
    hasLostCommits = row.integer(6) > 0
    owner = row.text(0)
    epoch = row.integer(1)
    leaseUntil = row.time(2)
    recipients = row.bytes(3)
    told = ToldLimits(row, recipients: 4)
  }

  func recipientBudget(_ budget: Budget) throws(StoreError) -> RecipientBudget? {
    guard case .recipients(let limit) = budget.heeding(told).daily else { return nil }
    do { return try RecipientBudget(limit: limit, kept: recipients) } catch {
      throw .broken(error.description)
    }
  }
}

/// What the provider said of a number's throughput and of its portfolio's tier; nil where it said nothing.
struct ToldLimits {
  private let rate: Int?
  /// -1 is no limit.
  private let recipients: Int?

  init(_ row: any Row, rate: Int? = nil, recipients: Int? = nil) {
    self.rate = rate.flatMap { row.isNull($0) ? nil : row.int($0) }
    self.recipients = recipients.flatMap { row.isNull($0) ? nil : row.int($0) }
  }

  fileprivate func apply(to budget: Budget) -> Budget {
    var heeding = rate.map { budget.heeding(messagesASecond: $0) } ?? budget
    if let recipients {
      heeding = heeding.heeding(recipients: recipients < 0 ? nil : recipients)
    }
    return heeding
  }
}

extension Budget {
  func heeding(_ told: ToldLimits) -> Budget { told.apply(to: self) }
}

extension Transaction {
  func lockGroup(_ key: Int64) throws(StoreError) -> GroupState {
    guard let group = try rows(.lockGroup, [.integer(key)], { GroupState($0) }).first else {
      throw .broken("no lane group \(key)")
    }
    return group
  }

  func lockLanes(_ keys: [Int64]) throws(StoreError) -> [LaneState] {
    try rows(.lockLanes, [.integers(keys)]) { LaneState($0) }
  }

  func saveLane(
    _ key: Int64, _ budget: LaneBudget, inFlight: Int, sweptEpoch: Int64
  ) throws(StoreError) {
    try run(
      .saveLane,
      [.integer(key), .bytes([budget.bytes]), .integer(inFlight), .integer(sweptEpoch)])
  }
}

extension LaneStatus {
  /// In one word, with why and until when.
  package func standing(
    at now: Timestamp
  ) -> (state: String, reason: String?, until: Timestamp?) {
    if let stop {
      return (stop.code == LaneStop.byHand ? "paused" : "stopped", stop.reason, nil)
    }
    if let heldUntil, heldUntil > now { return ("held", holdReason, heldUntil) }
    if let budget, waiting > 0 {
      return ("waiting", "the budget \(budget.by.rawValue) is used up", budget.until)
    }
    return (waiting + inFlight > 0 ? "sending" : "idle", nil, nil)
  }
}
