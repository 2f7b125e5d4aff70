internal import Campaigns
internal import Domain
internal import SendStore
internal import Settings
internal import Simulator
internal import Time

/// The faults of a rehearsal that are still to come, and what they do.
struct RehearsalFaults {
  private var waiting: [RehearsalFault]
  private var token: Int?

  init(_ faults: [RehearsalFault]) { waiting = faults }

  /// Of those that come at a time.
  func next(from start: Timestamp) -> Timestamp? {
    waiting.compactMap { fault in
      if case .after(let span) = fault.when { start + span } else { nil }
    }.min()
  }

  /// `share`: the part of the people that were written to.
  mutating func due(
    at now: Timestamp, from start: Timestamp, share: Double
  ) -> [RehearsalFault] {
    func isDue(_ fault: RehearsalFault) -> Bool {
      switch fault.when {
      case .after(let span): start + span <= now
      case .share(let percent): share * 100 >= percent
      }
    }
    defer { waiting.removeAll(where: isDue) }
    return waiting.filter(isDue)
  }

  /// Answers with what it did, for people.
  mutating func strike(
    _ fault: RehearsalFault, _ world: inout RehearsalWorld, _ senders: [Domain.Sender],
    _ store: SendStore, at now: Timestamp
  ) throws -> String {
    switch fault.what {
    case .tokenExpires:
      token = world.switchOn(Fault(.tokenExpired), at: now)
      return "the token expires"
    case .tokenMended:
      if let token { world.switchOff(token) }
      token = nil
      // A new one in the settings lets the lanes go on that the former one stopped.
      for sender in senders { try store.resume(sender.id) }
      return "there is a new token"
    case .templatePaused:
      _ = world.switchOn(Fault(.templatePaused), at: now)
      return "every template is paused"
    case .providerDown:
      var outage = Fault(.outage)
      (outage.mode, outage.lasting) = (.cut, fault.lasting)
      _ = world.switchOn(outage, at: now)
      return "nobody can be reached"
    case .tierCut, .tierRise:
      return try step(isUp: fault.what == .tierRise, &world, senders, store, at: now)
    }
  }

  /// Every limit of recipients goes to the next level of the ladder, and the lanes are told as a webhook tells them.
  private func step(
    isUp: Bool, _ world: inout RehearsalWorld, _ senders: [Domain.Sender], _ store: SendStore,
    at now: Timestamp
  ) throws -> String {
    let levels = TierLadder.meta.levels.map(\.limit)
    var told: [String] = []
    for (group, own) in Dictionary(grouping: senders, by: \.laneGroup).sorted(by: {
      $0.key.text < $1.key.text
    }) {
      let lanes = try store.prospects(of: own, besides: nil).lanes
      guard case .recipients(let limit)? = lanes.first?.budget.daily else { continue }
      let next = isUp ? levels.first { $0 > limit } : levels.last { $0 < limit }
      guard isUp || next != nil else { continue }
      world.setLimit(of: group, to: next, at: now)
      try store.tell(recipients: next, of: own.map(\.id))
      told.append("\(group): from \(limit) to \(next.map(String.init) ?? "any number")")
    }
    return told.isEmpty
      ? "no lane has a limit of recipients that goes \(isUp ? "up" : "down")"
      : "recipients in a day, \(told.joined(separator: ", "))"
  }
}
