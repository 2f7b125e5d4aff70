internal import Time

/// A lane in virtual time: one claim after another, as dispatch makes them.
struct LaneRun {
  let lane: ForecastLane
  private var use: LaneUse
  private var pace: TokenBucket?
  private var inflow: InflowRun?
  private var others: [QueueRun]
  private(set) var crowds: [CrowdRun]
  private let start: Timestamp
  private let postSpan: Duration
  /// Those of the campaign who are still to come and not lost.
  private(set) var left: Int
  private(set) var sent = 0
  private(set) var lost: [ForecastLoss: Int] = [:]
  private(set) var lastSent: Timestamp?
  /// When the next claim may find something.
  private(set) var wake: Timestamp
  /// What keeps the campaign from going until then.
  private(set) var limit = ForecastLimit.rate

  private struct QueueRun {
    var queue: ForecastQueue
    var served = 0
  }

  /// Whether what a claim leaves is there for the next: then they need not come close to each other.
  private let saves: Bool
  /// With a day's budget, what comes in from elsewhere is looked at that often.
  private static let inflowGap = Duration.seconds(600)

  init(_ lane: ForecastLane, _ mood: CampaignForecast.Mood, _ input: ForecastInput) {
    self.lane = lane
    use = LaneUse(lane, mood, input)
    pace = lane.pace.bucket(in: lane.budget.rate)
    saves = pace != nil || lane.topRate != nil || lane.spent.bucket != nil
    inflow = InflowRun(lane.inflow, now: input.now)
    others = lane.others.filter { $0.count > 0 }.map { QueueRun(queue: $0) }
    crowds = input.crowds.filter { $0.sender == lane.sender }.map {
      CrowdRun($0, mood, now: input.now)
    }
    (start, postSpan, wake) = (input.start, input.postSpan, input.now)
    left = crowds.reduce(0) { $0 + $1.left }
    guard lane.isClosed else { return }
    if left > 0 { lost[.laneStopped] = left }
    (left, wake) = (0, .distantFuture)
  }

  /// One claim.
  mutating func claim(at now: Timestamp, _ group: inout GroupRun, _ gate: inout GateRun) -> Share {
    if let held = lane.heldUntil, held > now {
      (wake, limit) = (held, .laneHeld)
      return Share()
    }
    pass(to: now)
    group.forget(before: now)
    var taken = Share()
    takeInflow(at: now, &taken)
    serve(.before, at: now, &group, &gate, &taken)
    serve(.beside, at: now, &group, &gate, &taken)
    serve(.after, at: now, &group, &gate, &taken)
    plan(at: now, group, gate, taken)
    return taken
  }

  /// How much of one claim went to whom.
  struct Share {
    var ours = 0
    /// Of what waited when the forecast began.
    var queued = 0
    var inflow = 0

    var others: Int { queued + inflow }
  }

  private mutating func pass(to now: Timestamp) {
    use.pass(to: now)
    for index in crowds.indices { crowds[index].pass(to: now) }
    let gone = inflow?.pass(to: now, lane: lane.budget.rate) ?? 0
    if gone > 0 { use.took(gone, before: now) }
  }

  private mutating func takeInflow(at now: Timestamp, _ taken: inout Share) {
    guard let waiting = inflow?.waiting, waiting > 0 else { return }
    let count = min(waiting, use.room(at: now))
    use.take(count, at: now)
    inflow?.take(count)
    taken.inflow += count
  }

  /// Shares what room there is among those of one priority, those first that have had least. The campaign is one of
  /// those that stand beside it.
  private mutating func serve(
    _ turn: ForecastQueue.Turn, at now: Timestamp, _ group: inout GroupRun, _ gate: inout GateRun,
    _ taken: inout Share
  ) {
    var hungry: [Int?] = others.indices.filter { others[$0].queue.turn == turn }
    if turn == .beside, left > 0, now >= start { hungry.append(nil) }
    if hungry.count > 1 { hungry.sort { served(by: $0) < served(by: $1) } }
    while case let room = use.room(at: now), room > 0, !hungry.isEmpty {
      let share = max(1, room / hungry.count)
      hungry = hungry.filter { index in
        let most = min(share, use.room(at: now))
        guard let index else {
          let count = take(most, at: now, &group, &gate)
          taken.ours += count
          return count == share && left > 0
        }
        let count = take(most, of: index, at: now, &group)
        taken.queued += count
        return count == share && others[index].queue.count > 0
      }
    }
    others.removeAll { $0.queue.count == 0 }
  }

  /// nil is the campaign.
  private func served(by index: Int?) -> Int { index.map { others[$0].served } ?? sent }

  private mutating func take(
    _ most: Int, of index: Int, at now: Timestamp, _ group: inout GroupRun
  ) -> Int {
    let queue = others[index].queue
    let slots = queue.turn == .before ? group.allSlots(at: now) : group.slots(at: now)
    let fresh = queue.count - queue.free
    let count = min(most, queue.free + min(fresh, slots))
    let new = min(fresh, slots, max(count - queue.free, count * fresh / max(1, queue.count)))
    others[index].queue.count -= count
    others[index].queue.free -= count - new
    others[index].served += count
    group.take(CrowdRun.Taken(count: count, new: new), at: now + postSpan)
    use.take(count, at: now)
    return count
  }

  private mutating func take(
    _ most: Int, at now: Timestamp, _ group: inout GroupRun, _ gate: inout GateRun
  ) -> Int {
    let most = min(most, pace?.room(at: now) ?? .max, gate.wave.room(at: now))
    guard most > 0 else { return 0 }
    let before = testing
    let count = takeFromCrowds(most, at: now, &group, gate)
    guard count > 0 else { return 0 }
    pace?.take(count, at: now)
    let answered = use.take(count, at: now)
    gate.wave.take(count, answered: answered)
    gate.test.take(before - testing, answered: answered)
    left -= count
    sent += count
    lastSent = now
    return count
  }

  /// Of those who try the messages, how many are still to come.
  private var testing: Int { crowds.reduce(0) { $0 + ($1.waitsForBest ? 0 : $1.left) } }

  /// Of those that are open each gives a part that is as large as it is.
  private mutating func takeFromCrowds(
    _ most: Int, at now: Timestamp, _ group: inout GroupRun, _ gate: GateRun
  ) -> Int {
    let open = crowds.indices.filter { index in
      let crowd = crowds[index]
      return crowd.left > 0 && crowd.isOpen(at: now) && gate.isOpen(crowd, at: now)
    }
    guard !open.isEmpty else { return 0 }
    var slots = group.slots(at: now)
    let all = open.reduce(0) { $0 + crowds[$1].left }
    var total = CrowdRun.Taken()
    func take(_ most: Int, of index: Int) {
      let taken = crowds[index].take(most, slots: slots)
      slots -= taken.new
      total.count += taken.count
      total.new += taken.new
      total.moved += taken.moved
    }
    if open.count > 1, most < all {
      for index in open { take(most * crowds[index].left / all, of: index) }
    }
    for index in open.sorted(by: { crowds[$0].left > crowds[$1].left }) where total.count < most {
      take(most - total.count, of: index)
    }
    group.take(total, at: now + postSpan)
    return total.count
  }

  // MARK: What comes next

  private mutating func plan(
    at now: Timestamp, _ group: GroupRun, _ gate: GateRun, _ taken: Share
  ) {
    let hold = use.hold(at: now)
    let soonest = hold.map { min($0.until, use.nextAnswer ?? $0.until) } ?? now
    var next = Timestamp.distantFuture
    for queue in others.map(\.queue) {
      let isFree = queue.free > 0 || queue.turn == .before
      next = min(next, isFree ? soonest : max(soonest, group.nextSlot(after: now) ?? next))
    }
    if inflow != nil, use.hasDaily { next = min(next, now + Self.inflowGap) }
    if left > 0, let ours = nextOurs(at: now, group, gate) {
      limit = hold.map { $0.until > ours.at ? $0.by : ours.by } ?? ours.by
      if limit == .rate || limit == .daily || ours.at == now, taken.others >= max(1, taken.ours) {
        limit = .others
      }
      next = min(next, max(soonest, ours.at))
    }
    wake = max(next, now + (saves && hold?.by != .inFlight ? .milliseconds(50) : .milliseconds(1)))
  }

  /// When the campaign would go on if the lane had room. Who never can is lost.
  private mutating func nextOurs(
    at now: Timestamp, _ group: GroupRun, _ gate: GateRun
  ) -> (at: Timestamp, by: ForecastLimit)? {
    var first: (at: Timestamp, by: ForecastLimit)?
    var losses: [ForecastLoss: Int] = [:]
    for crowd in crowds where crowd.left > 0 {
      switch crowd.readiness(at: now, group) {
      case .at(var time, var by):
        if !gate.isOpen(crowd, at: now), case let known = gate.test.holds(after: now), known >= time
        {
          (time, by) = (known, .bestMessage)
        }
        if first.map({ time < $0.at }) ?? true { first = (time, by) }
      case .never(let loss): losses[loss, default: 0] += crowd.left
      }
    }
    guard let first else {
      lose(losses)
      return nil
    }
    let isShare = lane.pace.isHeldByShare(in: lane.budget.rate)
    let holds = [
      (at: max(now, start), by: first.by), first,
      (at: pace?.nextRoom(after: now) ?? now, by: isShare ? .share : .pace),
      (at: gate.wave.holds(after: now), by: .firstWave),
    ]
    return holds.max { $0.at < $1.at }
  }

  private mutating func lose(_ losses: [ForecastLoss: Int]) {
    lost.merge(losses) { $0 + $1 }
    left = 0
  }

  /// What is left once nothing goes on, or not in a time that matters.
  mutating func giveUp(_ loss: ForecastLoss) {
    if left > 0 { lose([loss: left]) }
    wake = .distantFuture
  }
}
