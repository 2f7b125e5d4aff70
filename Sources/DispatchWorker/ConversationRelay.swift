internal import Domain
internal import EventLog
internal import Events
internal import Platform
package import Running
internal import SendStore
package import Settings
internal import Store
internal import Telemetry
internal import Time

/// Publishes what conversations went through from the store to their topic, in the order of each. Apart from sends, so that a
/// topic which is missing holds up none of them. One worker at a time does it; what it told and could not note any more comes
/// again under the same event id.
package final class ConversationRelay {
  private let context: WorkerContext
  private let health: HealthPart
  private let keeper: DutyKeeper
  private let told: Counter
  private let handOvers: HandOverTelling
  /// When the duty was last taken or renewed, if it is ours.
  private var held: RunningTime?
  /// What the store stood at when a look began that found nothing.
  private var foundNothingAt: Int64?

  package static let duty = "conversation-relay"
  private static let batch = 500
  private static let pause = Duration.milliseconds(100)
  /// Renewed no more often than that: a lease lasts three times as long.
  private static let renewal = Duration.seconds(1)

  package init(_ context: WorkerContext, _ actions: ActionBook) {
    self.context = context
    handOvers = HandOverTelling(actions: actions, log: context.log)
    health = context.health.part("conversation-relay")
    keeper = DutyKeeper(context.store, Self.duty, context.worker, log: context.log)
    told = context.metrics.counter(
      "postrider_conversation_changes_total", "Changes of conversations that went to their topic.")
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(
      saying: "cannot tell what conversations went through, trying again", log: context.log,
      health: health, stop: context.stop
    ).run { try round() ? .zero : Self.pause }
    do { try context.store.releaseDuty(Self.duty, context.worker) } catch {
      context.log.warning(
        "the duty to tell of conversations runs out by itself", ["reason": "\(error)"])
    }
    health.ended()
  }

  /// True where there may be more.
  package func round() throws -> Bool {
    let store = context.store
    guard try holdsDuty() else { return false }
    let mark = try store.changeMark()
    guard mark == nil || mark != foundNothingAt else { return false }
    return try keeper.whileHeld {
      let untold = try store.untoldHappenings(limit: Self.batch)
      foundNothingAt = untold.happenings.isEmpty ? mark : nil
      guard !untold.happenings.isEmpty else { return false }
      let events = untold.events
      let notices = handOvers.notices(events)
      try context.eventLog.append(
        events.map(\.record) + notices.map { $0.record(nil) }, within: .seconds(30))
      let deliveries = handOvers.deliveries(events)
      if !deliveries.isEmpty { try store.add(deliveries) }
      try store.told(untold.happenings)
      told.add(untold.happenings.count)
      return untold.happenings.count == Self.batch
    }
  }

  private func holdsDuty() throws -> Bool {
    let now = RunningTime.now
    if let held, now - held < Self.renewal { return true }
    held = try context.store.takeDuty(Self.duty, context.worker) == nil ? nil : now
    return held != nil
  }
}

extension UntoldHappenings {
  fileprivate var events: [ConversationEvent] {
    happenings.compactMap { happening in
      guard let conversation = conversations[happening.conversation] else { return nil }
      return ConversationEvent(
        conversation.id, generation: generation,
        ConversationEvent.Happening(
          version: happening.version, act: happening.act, actor: happening.actor,
          detail: happening.detail, at: happening.at),
        from: conversation.sender, of: conversation.tenant, with: conversation.address,
        named: conversation.name, conversation.standing, labels: conversation.labelTexts,
        preview: conversation.preview)
    }
  }
}
