internal import Domain
internal import Store
package import Time

/// A lane's row, locked.
struct LaneState {
  let key: LaneKey
  private let budget: [UInt8]
  let inFlight: Int
  /// Grows with all that claims and records write.
  let stamp: Int64
  let sweptEpoch: Int64
  let stop: LaneStop?
  let heldUntil: Timestamp
  let holdReason: String
  private let told: ToldLimits

  init(_ row: Row<Lanes.LockedLaneColumn>) {
    key = row.key(.key)
    budget = row.bytes(.budget)
    inFlight = row.int(.inFlight)
    sweptEpoch = row.integer(.sweptEpoch)
    stop = row.optionalTime(.stopped).map {
      LaneStop(since: $0, code: row.text(.stopCode), reason: row.text(.stopReason))
    }
    heldUntil = row.time(.heldUntil)
    holdReason = row.text(.holdReason)
    told = ToldLimits(rate: row.optionalInt(.toldRate))
    stamp = row.integer(.stamp)
  }

  /// With what the provider has told.
  func rate(_ budget: Budget) -> Rate? { budget.limited(by: told).rate }

  func laneBudget(_ budget: Budget) throws(StoreError) -> LaneBudget {
    do { return try LaneBudget(budget.limited(by: told), kept: self.budget) } catch {
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

  init(_ row: Row<Lanes.LockedGroupColumn>) {
    lag = row.span(.budgetLag)
    generation = row.integer(.generation)
    hasLostCommits = row.integer(.commitsLost) > 0
    owner = row.text(.owner)
    epoch = row.integer(.epoch)
    leaseUntil = row.time(.leaseUntil)
    recipients = row.bytes(.recipients)
    told = ToldLimits(recipients: row.optionalInt(.toldRecipients))
  }

  func recipientBudget(_ budget: Budget) throws(StoreError) -> RecipientBudget? {
    guard case .recipients(let limit) = budget.limited(by: told).daily else { return nil }
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

  init(rate: Int? = nil, recipients: Int? = nil) {
    self.rate = rate
    self.recipients = recipients
  }

  fileprivate func apply(to budget: Budget) -> Budget {
    var limited = rate.map { budget.limited(messagesASecond: $0) } ?? budget
    if let recipients {
      limited = limited.limited(recipients: recipients < 0 ? nil : recipients)
    }
    return limited
  }
}

extension Budget {
  func limited(by told: ToldLimits) -> Budget { told.apply(to: self) }
}

extension Transaction {
  func lockGroup(_ key: GroupKey) throws(StoreError) -> GroupState {
    guard let group = try rows(Lanes.lockGroup, [.group: .key(key)], { GroupState($0) }).first
    else {
      throw .broken("no lane group \(key.value)")
    }
    return group
  }

  func lockLanes(_ keys: [LaneKey]) throws(StoreError) -> [LaneState] {
    try rows(Lanes.lock, [.lane: .keys(keys)]) { LaneState($0) }
  }

  /// What is under way on a lane once so many attempts have ended. Each was counted by the claim that wrote its
  /// intent, and an intent ends once, so there are never fewer. Where there are all the same the count is a fault of
  /// ours: it goes on at none, since the attempts have ended, and how many were missing is told by `miscounted`.
  func inFlight(of lane: LaneState, without count: Int) throws(StoreError) -> Int {
    let left = lane.inFlight - count
    guard left < 0 else { return left }
    try add(Int64(-left), to: SendStore.miscountedFact)
    return 0
  }

  func saveLane(
    _ key: LaneKey, _ budget: LaneBudget, inFlight: Int, sweptEpoch: Int64
  ) throws(StoreError) {
    try run(
      Lanes.save,
      [
        .lane: .key(key), .budget: .bytes([budget.bytes]), .inFlight: .integer(inFlight),
        .sweptEpoch: .integer(sweptEpoch),
      ])
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
    if let heldUntil, heldUntil > now {
      return ("held", holdReason, heldUntil.isOpenEnded ? nil : heldUntil)
    }
    if let budget, waiting > 0 {
      return ("waiting", budget.sentence, budget.until)
    }
    return (waiting + inFlight > 0 ? "sending" : "idle", nil, nil)
  }
}

extension Lanes {
  enum LockGroupParameter: Int, Columns { case group }
  enum LockedGroupColumn: Int, Columns {
    case owner, epoch, leaseUntil, recipients, toldRecipients, generation, commitsLost, budgetLag
  }
  static let lockGroup = Query<LockGroupParameter, LockedGroupColumn>("lockGroup")

  enum LockedLaneColumn: Int, Columns {
    case key, budget, inFlight, sweptEpoch, stopped, stopCode, stopReason, heldUntil, holdReason,
      toldRate, stamp
  }
  static let lock = Query<LaneParameter, LockedLaneColumn>("lock")

  enum SaveParameter: Int, Columns { case lane, budget, inFlight, sweptEpoch }
  static let save = Command<SaveParameter>("save")

  enum SaveInFlightParameter: Int, Columns { case lane, inFlight }
  static let saveInFlight = Command<SaveInFlightParameter>("saveInFlight")

  enum SaveGroupParameter: Int, Columns { case group, recipients, budgetLag }
  static let saveGroup = Command<SaveGroupParameter>("saveGroup")
}
