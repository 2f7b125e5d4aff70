internal import Domain
internal import Platform
package import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry
internal import Time

/// Answers with set texts those who wait and have no assistant, and gives conversations back to assistants once they have
/// rested. Any number of workers may do it.
package final class ConversationLoop {
  private let context: WorkerContext
  private let health: HealthPart
  private let inboxes: LiveInboxes
  private let senders: Locked<SenderIndex>
  private let answering: TaskLog
  private let resting: TaskLog
  private let answered: Counter
  private let rested: Counter
  private var restedAt: RunningTime?

  package init(_ context: WorkerContext) {
    self.context = context
    health = context.health.part("conversations")
    let inboxes = LiveInboxes(context.settings.inboxes)
    let senders = Locked(SenderIndex(context.settings.senders))
    context.reload.onChange { settings in
      inboxes.replace(by: settings.inboxes)
      let index = SenderIndex(settings.senders)
      senders.withLock { $0 = index }
    }
    (self.inboxes, self.senders) = (inboxes, senders)
    answering = TaskLog(.answerWaiting, context)
    resting = TaskLog(.restConversations, context)
    answered = context.metrics.counter(
      "postrider_set_texts_total", "People who were asked to wait by a set text.")
    rested = context.metrics.counter(
      "postrider_conversations_rested_total",
      "Conversations that went back to their assistants after a day's rest.")
  }

  private static let pause = Duration.milliseconds(500)
  private static let page = 100

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run() {
    WorkRounds(
      saying: "cannot look after conversations, trying again", log: context.log, health: health,
      stop: context.stop
    ).run { try round() ? .zero : Self.pause }
    health.ended()
  }

  /// True where there is more to do at once.
  package func round() throws -> Bool {
    let now = RunningTime.now
    var hasMore = false
    if restedAt.map({ now - $0 >= TimedTask.restConversations.interval }) ?? true {
      let count = try resting.note(counting: { $0 }) {
        try context.store.giveBackRested(limit: Self.page)
      }
      rested.add(count)
      hasMore = count == Self.page
      if !hasMore { restedAt = now }
    }
    var senders: Set<SenderID> = []
    let done = try answering.note(counting: \.answered) {
      try context.store.answerWaiting(limit: Self.page) { conversation, contact, now in
        let reply = reply(in: conversation, to: contact, at: now)
        if case .say = reply { senders.insert(conversation.sender) }
        return reply
      }
    }
    answered.add(done.answered)
    context.queued.tell(senders)
    return hasMore || done.seen == Self.page
  }

  private func reply(
    in conversation: StoredConversation, to contact: WaitingContact, at now: Timestamp
  ) -> SetReply {
    guard let sender = senders.withLock({ $0[conversation.sender] }) else { return .later }
    let inbox = inboxes.now.inbox(of: conversation.tenant)
    let text = contact.answer(by: inbox, senderLanguage: sender.templateLanguage, at: now)
    guard let text, let recipient = Recipient(conversation.address) else { return .nothing }
    // What asks to wait is of no use to who may not be written to any more.
    let end = contact.window.lastInbound.map { $0 + ServiceWindow.length } ?? now
    return .say(
      SetReply.SetText(
        SendRequest(to: recipient, Message(.text(TextMessage(text)))).json,
        expires: min(end, now + sender.sender.expiry), maxAttempts: sender.sender.maxAttempts))
  }
}

extension Recipient {
  init?(_ address: PersonAddress) {
    do throws(PhoneNumberFault) { try self.init(written: address.text) } catch { return nil }
  }
}
