internal import Time

/// One run through virtual time: from one claim to the next of whichever lane comes first.
struct ForecastRun {
  private let input: ForecastInput
  private var lanes: [LaneRun]
  private var groups: [GroupRun]
  /// Of each lane, the place of its group.
  private let places: [Int]
  private var gate: GateRun
  private var now: Timestamp
  private var told: Told
  /// Whose sender has no lane here.
  private let strangers: Int
  private var finish: Timestamp?
  /// What went before the expiry, once that is passed.
  private var atExpiry: ForecastCourse?
  /// Claims since the campaign last went on.
  private var idle = 0

  /// What takes longer counts as never ending.
  static let horizon = Duration.seconds(10 * 366 * 86400)
  private var turn = 0
  private static let mostIdle = 20_000

  init(_ input: ForecastInput, _ mood: CampaignForecast.Mood) {
    self.input = input
    lanes = input.lanes.map { LaneRun($0, mood, input) }
    // The first is for lanes that no limit of recipients holds.
    var ids: [LaneGroupID?] = [nil]
    places = input.lanes.map { lane in
      guard case .recipients = lane.budget.daily else { return 0 }
      if let place = ids.firstIndex(of: lane.group) { return place }
      ids.append(lane.group)
      return ids.count - 1
    }
    groups = ids.map { id in GroupRun(input.groups.first { $0.id == id }) }
    gate = GateRun(input)
    now = input.now
    told = Told(lanes: lanes.count)
    let senders = Set(input.lanes.map(\.sender))
    strangers = input.crowds.reduce(0) {
      senders.contains($1.sender) ? $0 : $0 + max(0, $1.count - max(0, $1.begun))
    }
  }

  func course() -> ForecastCourse {
    var run = self
    run.go()
    return run.atExpiry ?? run.courseNow()
  }

  private var left: Int { lanes.reduce(0) { $0 + $1.left } }

  private mutating func go() {
    var (left, isTooLong) = (left, false)
    while left > 0 {
      let next = lanes.lazy.map(\.wake).min() ?? .distantFuture
      guard next <= input.now + Self.horizon, idle < Self.mostIdle else {
        isTooLong = next < .distantFuture && idle < Self.mostIdle
        break
      }
      pass(to: next)
      idle = claim() ? 0 : idle + 1
      left = self.left
    }
    for index in lanes.indices { lanes[index].giveUp(isTooLong ? .tooLong : .noRoom) }
    told.pass(to: now, from: now, lanes)
    let isWhole = strangers == 0 && lanes.allSatisfy(\.lost.isEmpty)
    finish = isWhole ? lanes.compactMap(\.lastSent).max() ?? now : nil
    atExpiry?.finish = finish
    for index in lanes.indices { atExpiry?.lanes[index].finish = lanes[index].finish }
  }

  /// What is begun no earlier than the expiry does not go: only the finish is looked for then.
  private mutating func pass(to next: Timestamp) {
    if atExpiry == nil, let expires = input.expires, next >= expires {
      told.pass(to: expires, from: max(now, input.start), lanes)
      var course = courseNow()
      let left = left
      if left > 0 { course.losses[.expiry] = left }
      atExpiry = course
    }
    if atExpiry == nil, next > input.start {
      told.pass(to: next, from: max(now, input.start), lanes)
    }
    now = next
  }

  /// All that are due; whose turn is first changes, as they share what a group has.
  /// Whether any send went that had waited.
  private mutating func claim() -> Bool {
    var hasSent = false
    let first = turn % max(1, lanes.count)
    for offset in lanes.indices {
      let index = (first + offset) % lanes.count
      guard lanes[index].wake <= now else { continue }
      let taken = lanes[index].claim(at: now, &groups[places[index]], &gate)
      if taken.ours > 0, atExpiry == nil { told.sent(taken.ours, by: index, at: now) }
      hasSent = hasSent || taken.ours + taken.queued > 0
    }
    turn += 1
    return hasSent
  }

  private func courseNow() -> ForecastCourse {
    var course = ForecastCourse()
    course.expires = input.expires
    course.finish = finish
    course.sent = lanes.reduce(0) { $0 + $1.sent }
    course.days = told.days
    course.stretches = told.all.stretches()
    course.lanes = lanes.indices.map { index in
      ForecastCourse.Lane(
        sender: lanes[index].lane.sender, sent: lanes[index].sent, finish: lanes[index].finish,
        stretches: told.lanes[index].stretches())
    }
    for lane in lanes {
      for crowd in lane.crowds { course.price.add(crowd.sent, at: crowd.price) }
      course.losses.merge(lane.lost) { $0 + $1 }
    }
    if strangers > 0 { course.losses[.laneStopped, default: 0] += strangers }
    return course
  }
}

extension LaneRun {
  fileprivate var finish: Timestamp? { lost.isEmpty && left == 0 ? lastSent : nil }
}
