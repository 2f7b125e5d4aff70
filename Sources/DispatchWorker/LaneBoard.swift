internal import Domain
internal import Platform
internal import SendStore
internal import Time

/// The lanes that this worker holds: when each is to be claimed from next, and what it has under way. Shared
/// by the threads of Dispatch.
final class LaneBoard: Sendable {
  private let monitor = Monitor(Board())

  fileprivate struct Board {
    var lanes: [SenderID: Lane] = [:]
    /// No more claims.
    var isStopping = false
    /// Everything under way is recorded.
    var isSettled = false
  }

  struct Lane {
    let lease: Lease
    var wakeAt = RunningTime.distantPast
    var lastClaimAt = RunningTime.distantPast
    /// Posted, or about to be, and not recorded.
    var underWay = 0
    /// Counts the calls to wake it, so that none is lost while it is being claimed from.
    var wakes = 0
    var pulse: Int64 = 0
    /// To be handed over: nothing more is claimed.
    var isLeaving = false
    /// It was stopped before: one at a time until one is accepted.
    var isOnTrial = false
    var pace = LanePace()
  }

  /// Claims of one lane are at least so far apart, so that they take more than one send each.
  static let claimPause = Duration.milliseconds(5)

  // MARK: Leases

  /// Takes the lanes of these groups up, and drops those of others.
  func hold(
    _ leases: [LaneGroupID: Lease], surplus: Set<LaneGroupID>, _ groups: [SenderID: LaneGroupID]
  ) {
    monitor.change { board in
      var lanes: [SenderID: Lane] = [:]
      for (sender, group) in groups {
        guard let lease = leases[group] else { continue }
        var lane =
          board.lanes[sender].flatMap { $0.lease == lease ? $0 : nil } ?? Lane(lease: lease)
        lane.underWay = board.lanes[sender]?.underWay ?? 0
        lane.isLeaving = surplus.contains(group)
        lanes[sender] = lane
      }
      // What is under way of a lane that was lost is still recorded.
      for (sender, lane) in board.lanes where lanes[sender] == nil && lane.underWay > 0 {
        var left = lane
        left.isLeaving = true
        lanes[sender] = left
      }
      board.lanes = lanes
    }
  }

  /// Whether nothing of the group is under way.
  func isIdle(_ group: LaneGroupID) -> Bool {
    monitor.peek { board in
      board.lanes.values.allSatisfy { $0.lease.group != group || $0.underWay == 0 }
    }
  }

  var senders: [SenderID] {
    monitor.peek { board in board.lanes.filter { !$1.isLeaving }.keys.sorted() }
  }

  /// As it stands, for who holds it.
  func lane(_ sender: SenderID) -> Lane? { monitor.peek { $0.lanes[sender] } }

  // MARK: Claims

  /// How long a lane is left alone that has nothing to send. Whatever changes for it wakes it sooner: this is for what
  /// nobody has told, and must not keep a worker with thousands of lanes busy.
  var longestRest: Duration {
    .seconds(min(10, max(1, Double(monitor.peek { $0.lanes.count }) / 300)))
  }

  /// A lane whose time has come, or nil after `limit`.
  func next(within limit: Duration) -> (sender: SenderID, lane: Lane)? {
    let wait = monitor.peek { board in
      guard !board.isStopping, let first = board.first else { return limit }
      return min(limit, first.wakeAt.left)
    }
    if wait > .zero {
      let end = RunningTime.now + wait
      monitor.wait(for: wait) { board in
        board.isStopping || board.first.map { $0.wakeAt + Self.tolerance < end } ?? false
      }
    }
    return monitor.peek { board in
      guard !board.isStopping, let first = board.first, first.wakeAt <= .now else { return nil }
      return (board.lanes[first.place].key, board.lanes[first.place].value)
    }
  }

  /// Waking a little earlier than planned is not worth another round.
  private static let tolerance = Duration.microseconds(200)

  /// `before` is the lane as `next` gave it.
  /// `mayHaveMore`: the claim took all that one may, and the lane's budgets let out more.
  func claimed(
    _ sender: SenderID, _ count: Int, wakeAt: RunningTime, since before: Lane,
    mayHaveMore: Bool = false, begun: RunningTime = .now
  ) {
    monitor.peek { board in
      guard var lane = board.lanes[sender] else { return }
      let now = RunningTime.now
      lane.pace.claimed(count, mayHaveMore: mayHaveMore, late: before.late(at: begun), at: now)
      lane.underWay += count
      lane.lastClaimAt = now
      let isWoken = lane.wakes != before.wakes
      lane.wakeAt = max(isWoken ? now : wakeAt, now + Self.claimPause)
      board.lanes[sender] = lane
    }
  }

  /// Something has changed for these: they are claimed from as soon as may be.
  func wake(_ senders: some Sequence<SenderID>) {
    monitor.change { board in
      for sender in senders { board.lanes[sender]?.wake() }
    }
  }

  /// Sends came or went, or somebody else has spoken for a lane.
  func note(pulses: [SenderID: Int64]) {
    let changed = monitor.peek { board in
      pulses.filter { sender, pulse in
        guard let lane = board.lanes[sender], lane.pulse != pulse else { return false }
        board.lanes[sender]?.pulse = pulse
        return true
      }
    }
    if !changed.isEmpty { wake(changed.keys) }
  }

  /// `passed`: lanes that have shown that they work.
  func recorded(_ counts: [SenderID: Int], passed: Set<SenderID>) {
    monitor.change { board in
      for sender in passed { board.lanes[sender]?.isOnTrial = false }
      for (sender, count) in counts {
        board.lanes[sender]?.underWay -= count
        board.lanes[sender]?.wake()
      }
    }
  }

  func setTrial(_ sender: SenderID) { monitor.change { $0.lanes[sender]?.isOnTrial = true } }

  /// The lanes that want another worker. `isRecordingLate`: what came of posts waits longer to be written than it
  /// takes to write, so that lanes seem full that are not.
  func wantingHelp(isRecordingLate: Bool) -> Set<SenderID> {
    monitor.peek { board in
      let now = RunningTime.now
      let lanes = board.lanes.filter { !$1.isLeaving }
      let busy = Set(lanes.values.filter { $0.pace.isBusy(at: now) }.map(\.lease.group))
      guard busy.count > 1 else { return [] }
      return Set(
        lanes.filter { _, lane in
          lane.pace.isBehind(at: now) || isRecordingLate && lane.pace.isBusy(at: now)
        }.keys)
    }
  }

  // MARK: The end

  func stop() { monitor.change { $0.isStopping = true } }

  /// Whether everything under way was recorded within that time.
  func drain(within limit: Duration) -> Bool {
    monitor.wait(for: limit) { board in board.underWay == 0 }
    return monitor.peek { $0.underWay == 0 }
  }

  func settle() { monitor.change { $0.isSettled = true } }

  var isSettled: Bool { monitor.peek { $0.isSettled } }

  func waitUntilSettled(for limit: Duration) { monitor.wait(for: limit) { $0.isSettled } }
}

extension LaneBoard.Board {
  /// The lane whose time comes first. Without a copy of any: there may be thousands, and it is asked for at each wake.
  fileprivate var first: (place: Dictionary<SenderID, LaneBoard.Lane>.Index, wakeAt: RunningTime)? {
    var first: (place: Dictionary<SenderID, LaneBoard.Lane>.Index, wakeAt: RunningTime)?
    for place in lanes.indices where lanes.values[place].isClaimable {
      let wakeAt = lanes.values[place].wakeAt
      if first.map({ wakeAt < $0.wakeAt }) ?? true { first = (place, wakeAt) }
    }
    return first
  }

  fileprivate var underWay: Int { lanes.values.reduce(0) { $0 + $1.underWay } }
}

extension LaneBoard.Lane {
  fileprivate var isClaimable: Bool { !isLeaving && !(isOnTrial && underWay > 0) }

  /// One that was just taken up is not late.
  fileprivate func late(at now: RunningTime) -> Duration {
    wakeAt == .distantPast || wakeAt > now ? .zero : now - wakeAt
  }

  fileprivate mutating func wake() {
    wakes += 1
    // Not before now, so that how late a claim comes is known.
    wakeAt = min(wakeAt, max(.now, lastClaimAt + LaneBoard.claimPause))
  }
}
