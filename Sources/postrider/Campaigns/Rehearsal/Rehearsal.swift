internal import Campaigns
internal import DispatchWorker
internal import Domain
internal import HTTP
internal import JSON
internal import Places
internal import Platform
internal import Running
internal import SendStore
internal import Settings
internal import Simulator
internal import StatusWorker
internal import Time

/// A campaign in virtual time: the store's own claims on a copy, answered by the simulator's rules.
final class Rehearsal {
  private let stage: RehearsalStage
  private let definition: CampaignDefinition
  private let settings: Settings
  private let zones: ZoneBook?
  private let faults: [RehearsalFault]
  private let care: StoredCare
  private let senders: [SenderSettings]
  private var doors: [SenderID: RehearsalDoor] = [:]
  private var simulator: VirtualSimulator
  private var limit: [String: Int] = [:]
  private var watch: ErrorBudget.Watch?

  private var lanes: [SenderID: Timestamp] = [:]
  private var underWay: [Int: Post] = [:]
  private var lastNumber = 0
  private var templates: Set<String> = []
  private var callbacks: [CallbackReport] = []
  private var struck: Set<Int> = []
  private var tokenFault: Int?
  private var leasedUntil = Timestamp.distantPast
  private var wave: (found: FirstWave.Found, since: Timestamp)?
  private var tendAt = Timestamp.distantPast
  private var display = ProgressDisplay()

  private(set) var outcome = RehearsalOutcome()

  private struct Post {
    let send: ClaimedSend
    let sender: SenderID
    let template: String?
    let at: Timestamp
  }

  private var store: SendStore { stage.store }
  private var now: Timestamp { stage.clock.now }

  init?(
    _ stage: RehearsalStage, _ definition: CampaignDefinition, _ settings: Settings,
    senders: [SenderSettings], zones: ZoneBook?, faults: [RehearsalFault]
  ) throws {
    let prospects = try stage.store.prospects(of: senders.map(\.sender), besides: nil).lanes
    guard
      let world = RehearsalWorld(senders, prospects, inWindow: stage.inWindow, at: stage.clock.now)
    else { return nil }
    (self.stage, self.definition, self.settings) = (stage, definition, settings)
    (self.senders, self.zones, self.faults) = (senders, zones, faults)
    simulator = world.simulator
    care = try stage.store.care(of: stage.campaign.key)
    watch = definition.care.errorBudget.map { ErrorBudget.Watch($0) }
    for sender in senders {
      doors[sender.sender.id] = RehearsalDoor(sender, of: settings)
      lanes[sender.sender.id] = .distantPast
    }
    for lane in prospects {
      if case .recipients(let count) = lane.budget.daily { limit[lane.group.text] = count }
    }
  }

  /// Until nothing of it is left to come.
  func run(from start: Timestamp) throws {
    stage.clock.go(to: start)
    outcome.start = start
    try tend()
    if case .refused(let why) = try store.order(.start, stage.campaign.id) {
      outcome.refusal = why
      return
    }
    let end = (try store.campaign(stage.campaign.id)?.expires ?? start) + .seconds(86_400)
    while now < end {
      try strike(from: start)
      if now >= tendAt { try tend() }
      try claim()
      try hear()
      show()
      guard let next = next(from: start) else { break }
      note(until: next)
      stage.clock.go(to: max(next, now + .milliseconds(1)))
    }
    try applyCallbacks()
    let tally = try count()
    outcome.tally = tally
    outcome.waiting = try store.crowds(of: stage.campaign).reduce(0) { $0 + $1.waiting }
    outcome.violations = simulator.violations
    outcome.duplicates = simulator.duplicates
    outcome.budgets = try store.laneStatus().filter { lane in
      senders.contains { $0.sender.id == lane.sender }
    }
  }

  private func next(from start: Timestamp) -> Timestamp? {
    let own = [simulator.next, lanes.values.min()].compactMap(\.self)
      .filter { $0 < .distantFuture }.min()
    let timed = faults.enumerated().compactMap { index, fault -> Timestamp? in
      guard !struck.contains(index), case .after(let span) = fault.when else { return nil }
      return start + span
    }.min()
    let isIdle = own == nil && underWay.isEmpty
    guard !isIdle || timed != nil || (tendAt < .distantFuture && outcome.posted < stage.people)
    else { return nil }
    return [own, timed, tendAt < .distantFuture ? tendAt : nil].compactMap(\.self).min()
  }

  // MARK: Claims and posts

  private func claim() throws {
    for (sender, wake) in lanes.sorted(by: { $0.key.text < $1.key.text }) where wake <= now {
      guard let lease = try lease(of: sender), let door = doors[sender],
        case .claimed(let claim) = try store.claim(
          sender, lease, worker: stage.worker, limit: 500)
      else {
        lanes[sender] = now + .seconds(1)
        continue
      }
      lanes[sender] = claim.next ?? .distantFuture
      if let hold = claim.hold { outcome.hold = Self.name(hold) }
      outcome.isHeld = claim.hold != nil
      for send in claim.sends { try post(send, sender, door) }
    }
  }

  private var leases: [Lease] = []

  private func lease(of sender: SenderID) throws -> Lease? {
    if leasedUntil <= now + .seconds(1) {
      let report = try store.tendLeases(stage.worker)
      (leases, leasedUntil) = (report.held, report.until)
    }
    let group = senders.first { $0.sender.id == sender }?.sender.laneGroup
    return leases.first { $0.group == group }
  }

  private func post(_ send: ClaimedSend, _ sender: SenderID, _ door: RehearsalDoor) throws {
    switch door.call(for: send, at: now) {
    case .failure(let failure): _ = try store.record([door.report(failure, of: send)])
    case .success(let call):
      let body = try JSONDocument(call.body).root
      let key = body["template"].map { use in
        TemplateKey(
          name: use["name"]?.string ?? "", language: use["language"]?["code"]?.string ?? ""
        ).text
      }
      if let key, templates.insert(key).inserted,
        let template = MetaApp.Template(asUsedIn: body, isMarketing: care.terms.isMarketing)
      {
        simulator.add(template)
      }
      lastNumber += 1
      underWay[lastNumber] = Post(send: send, sender: sender, template: key, at: now)
      simulator.ask(call, number: lastNumber, at: now)
      outcome.posted(at: now, isFirst: send.attempt == 1)
    }
  }

  private func hear() throws {
    var reports: [AttemptReport] = []
    for happening in simulator.go(to: now) {
      switch happening {
      case .answered(let number, let answer):
        guard let post = underWay.removeValue(forKey: number), let door = doors[post.sender] else {
          continue
        }
        reports.append(
          door.report(
            answer, of: post.send, template: post.template, postedAt: post.at, at: now))
        lanes[post.sender] = now
      case .called(let call):
        callbacks += try RehearsalCallbacks.reports(in: call.body, at: now)
      }
    }
    if !reports.isEmpty { _ = try store.record(reports) }
    if callbacks.count >= 200 { try applyCallbacks() }
  }

  private func applyCallbacks() throws {
    guard !callbacks.isEmpty else { return }
    _ = try store.apply(callbacks)
    callbacks = []
  }

  // MARK: Care

  /// As whoever looks after campaigns does, and as often as anything of it can have changed.
  private func tend() throws {
    let campaign = stage.campaign
    var next = Timestamp.distantFuture
    if let hours = definition.care.quietHours {
      let places = try store.places(of: campaign.key)
      let book = CampaignHours(hours, zones: zones, places: places)
      var openings: [Int: Range<Timestamp>] = [:]
      for place in places where place.opening.upperBound <= now + SendStore.postSpan {
        openings[place.number] = book.opening(of: place, from: max(now, place.opening.upperBound))
      }
      try store.open(openings, of: campaign.key)
      for place in try store.places(of: campaign.key) where place.opening.upperBound > now {
        next = min(next, max(place.opening.upperBound, now + .seconds(1)))
      }
      if !openings.isEmpty { for sender in lanes.keys { lanes[sender] = now } }
    }
    if care.terms.needsSight {
      try store.see([campaign.key], until: now + .seconds(3600))
      try applyCallbacks()
      let tally = try count()
      try lookAtFailures(tally)
      try lookAtWave(tally)
      // While something is under way it may have to be stopped at once.
      next = min(
        next, now + (underWay.isEmpty && simulator.next == nil ? .seconds(60) : .milliseconds(500)))
    }
    tendAt = next
  }

  private func lookAtFailures(_ tally: CampaignTally) throws {
    guard let budget = definition.care.errorBudget else { return }
    let running = try store.stops(of: stage.campaign.key).filter { $0.until > now }
    let stops = (watch?.look(at: tally) ?? []).filter { breach in
      !running.contains { $0.segment == breach.segment && $0.cause == breach.code }
    }.map { breach in
      CampaignStop(
        breach.segment, cause: breach.code, since: now,
        until: budget.rest.map { now + $0 } ?? .distantFuture,
        reason: "\(breach.failed) of the last \(breach.of) failed with \(breach.code)")
    }
    for stop in stops {
      watch?.forget(stop.segment, as: tally)
      outcome.news.append("\(stop.segment.sender) stops for \(stop.cause): \(stop.reason)")
    }
    try store.stop(stops, of: stage.campaign.key)
  }

  private func lookAtWave(_ tally: CampaignTally) throws {
    guard let first = definition.care.firstWave,
      try store.care(of: stage.campaign.key).wave == .out
    else { return }
    let found = FirstWave.Found(
      begun: tally.begun, arrived: tally.count(.delivered, .read),
      failed: tally.items.reduce(0) { $0 + ($1.state.isFailure ? $1.count : 0) }, optedOut: 0,
      open: tally.count(.queued, .sending, .inDoubt, .accepted, .sent))
    if wave?.found != found { wave = (found, now) }
    switch first.verdict(
      on: found, of: stage.people, quiet: now - (wave?.since ?? now))
    {
    case .wait: break
    case .pass:
      try store.passWave(of: stage.campaign.key)
      for sender in lanes.keys { lanes[sender] = now }
    case .fail(let why):
      outcome.news.append("it is paused for its first wave: \(why)")
      _ = try store.order(.pause, stage.campaign.id, because: CampaignReason(.firstWave, why))
    }
  }

  /// What is told of sends is counted as it is published.
  private func count() throws -> CampaignTally {
    while true {
      let changes = try store.unpublished(limit: 5000)
      guard !changes.rows.isEmpty else { break }
      try store.published(changes)
    }
    return try store.tally(of: stage.campaign.key)
  }

  // MARK: Faults

  private func strike(from start: Timestamp) throws {
    for (index, fault) in faults.enumerated() where !struck.contains(index) {
      let isDue =
        switch fault.when {
        case .after(let span): start + span <= now
        case .share(let share): Double(outcome.posted) * 100 >= share * Double(stage.people)
        }
      guard isDue else { continue }
      struck.insert(index)
      outcome.news.append("\(now): \(fault.what.rawValue)")
      try strike(fault)
      for sender in lanes.keys { lanes[sender] = now }
    }
  }

  private func strike(_ fault: RehearsalFault) throws {
    switch fault.what {
    case .tokenExpires:
      tokenFault = simulator.switchOn(Simulator.expiredToken, at: now)
    case .tokenMended:
      if let tokenFault { simulator.switchOff(tokenFault) }
      tokenFault = nil
      for sender in senders { try store.resume(sender.sender.id) }
    case .templatePaused: _ = simulator.switchOn(Simulator.pausedTemplate, at: now)
    case .providerDown:
      _ = simulator.switchOn(Simulator.outage(lasting: fault.lasting ?? .zero), at: now)
    case .tierCut, .tierRise:
      for (group, limit) in self.limit {
        let levels = TierLadder.meta.levels.map(\.limit)
        let found =
          fault.what == .tierCut
          ? levels.last { $0 < limit } : levels.first { $0 > limit }
        guard let found else { continue }
        self.limit[group] = found
        simulator.setLimit(of: group, to: found, at: now)
        let own = senders.filter { $0.sender.laneGroup.text == group }.map(\.sender.id)
        try store.tell(recipients: found, of: own)
      }
    }
  }

  // MARK: What is seen

  private func note(until next: Timestamp) {
    let limit =
      outcome.isHeld ? outcome.hold : outcome.posted >= stage.people ? "answers" : "campaign"
    outcome.note(limit, from: now, until: next)
  }

  private static func name(_ hold: LaneHold) -> String {
    switch hold {
    case .stopped(let stop): "lane-stopped (\(stop.code))"
    case .held, .predecessor: "lane-held"
    case .budget(let name, _): name.rawValue
    }
  }

  private func show() {
    display.show(
      [
        "\(ProgressDisplay.bar(outcome.posted, of: stage.people)) \(outcome.posted) of \(stage.people), \(now)"
      ], line: "\(outcome.posted) of \(stage.people) rehearsed, \(now)")
  }
}
