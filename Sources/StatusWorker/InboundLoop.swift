internal import Events
package import Running
package import Settings
package import Telemetry
package import Domain
package import EventLog
internal import Providers
package import SendStore
internal import Store
internal import Time

/// Takes note of what people write: their windows open, and those who want no more are left in peace.
package final class InboundLoop {
  package static let group = ReadingGroup.inbound.rawValue

  private let store: SendStore
  private let senders: LiveSenders
  private let inboxes: LiveInboxes
  private let told: ActionDeliveries
  private let received: Counter
  private let sightings: WebhookSightings
  private let repeated: Counter
  private let nobodys: Counter
  private let optOuts: Counter

  package init(
    _ store: SendStore, _ senders: LiveSenders, _ inboxes: LiveInboxes = LiveInboxes(),
    actions: ActionBook = ActionBook(), metrics: Metrics, sightings: WebhookSightings? = nil
  ) {
    self.inboxes = inboxes
    self.sightings = sightings ?? WebhookSightings(store)
    self.store = store
    self.senders = senders
    told = ActionDeliveries(actions, store)
    received = metrics.counter("postrider_inbound_total", "Messages from people.")
    repeated = metrics.counter(
      "postrider_inbound_repeated_total", "Messages from people that were known already.")
    nobodys = metrics.counter(
      "postrider_inbound_unknown_sender_total", "Messages to a number that no sender has.")
    optOuts = metrics.counter(
      "postrider_opt_outs_total", "People who asked for no more messages.")
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run(
    _ eventLog: any EventLog, worker: WorkerID, log: Log, health: HealthPart, metrics: Metrics,
    stop: StopSignal
  ) {
    RecordLoop(
      eventLog, store, worker: worker, group: Self.group, topic: .inbound,
      types: [InboundMessage.type], log: log,
      health: health, metrics: metrics, stop: stop, handler: handle
    ).run()
  }

  /// Answers with the reason for each place that can never be processed.
  package func handle(_ events: [LoggedEvent]) throws(HandlerFailure) -> [Int: String] {
    var refused: [Int: String] = [:]
    var reports: [InboundReport] = []
    var received: [(InboundMessage, Sender)] = []
    let (senders, inboxes) = (senders.index, inboxes.now)
    for (place, event) in events.enumerated() {
      do throws(EventUnreadable) {
        let message = try InboundMessage(data: event.data)
        if let sender = senders.sender(of: message) {
          var report = InboundReport(message, to: sender)
          report.words = InboundWords(
            message, content: event.data, to: sender.sender, inboxes)
          if report.optOut != nil { report.words?.isAutomatic = true }
          reports.append(report)
          received.append((message, sender.sender))
        } else {
          nobodys.add()
          refused[place] = "no sender of ours has \(message.address) in that account"
        }
      } catch { refused[place] = error.description }
    }
    do throws(StoreError) {
      if told.isNeeded {
        try told.add(received, answering: try store.sendsAnswered(by: reports))
      }
      count(reports, try store.receive(reports))
      try sightings.note(received.map(\.0))
    } catch { throw HandlerFailure(error) }
    return refused
  }

  private func count(_ reports: [InboundReport], _ isNew: [Bool]) {
    for (report, isNew) in zip(reports, isNew) {
      guard isNew else {
        repeated.add()
        continue
      }
      received.add()
      if case .out = report.optOut { optOuts.add() }
    }
  }
}

extension InboundReport {
  fileprivate init(_ message: InboundMessage, to sender: SenderSettings) {
    let number = PhoneNumber(ofPerson: message.contact)
    self.init(
      account: message.account, sender: sender.sender.id, contact: message.contact,
      providerID: message.providerID, at: message.at, waID: message.waID,
      optOut: OptOutChange(message, ownWords: sender.optOutWords),
      variants: number?.variants.map { PersonAddress($0.e164) } ?? [],
      inReplyTo: message.context?.id ?? message.reaction?.to)
  }
}

extension InboundWords {
  fileprivate init(
    _ message: InboundMessage, content: [UInt8], to sender: Sender, _ inboxes: InboxSettings
  ) {
    self.init(message, content: content)
    isAutomatic = message.optOutWord != nil || Self.automaticKinds.contains(message.kind)
    charge = inboxes.inbox(of: sender.tenant).charge(
      of: FirstMessage(message.words, from: message.contact, to: sender.id))
  }

  init(_ message: InboundMessage, content: [UInt8]) {
    self.init(
      kind: message.kind, words: message.words, original: message.original ?? message.reaction?.to,
      content: content, received: message.receivedAt, profileName: message.profileName,
      userID: message.userID, changedTo: message.changedTo.map { PersonAddress(changed: $0) })
    attestedNumber = message.attestedNumber.map { PersonAddress(changed: $0).text }
  }
}

extension InboundWords {
  /// A chat that was opened, and the answer to a question that only we put.
  private static let automaticKinds: Set = ["request_welcome", "call_permission_reply"]
}

extension InboundMessage {
  /// What of it can be read.
  fileprivate var words: String {
    text ?? reply?.title ?? location?.name ?? media.lazy.compactMap(\.filename).first ?? ""
  }
}

extension PersonAddress {
  /// A number without its plus, or an id.
  fileprivate init(changed text: String) {
    self.init(
      Recipient.isBusinessScoped(text) || text.hasPrefix("+") ? text : "+\(text)")
  }
}

extension PhoneNumber {
  /// nil for a person whose number is hidden.
  fileprivate init?(ofPerson person: PersonAddress) {
    guard person.text.hasPrefix("+") else { return nil }
    do throws(PhoneNumberFault) { try self.init(written: person.text) } catch { return nil }
  }
}

extension OptOutChange {
  /// The provider's own word first. Words of the settings stand in place of the usual ones; who wants to
  /// hear from us again says so with the usual ones.
  fileprivate init?(_ message: InboundMessage, ownWords: [String]?) {
    let word = message.optOutWord ?? message.saidWord(ownWords)
    switch word {
    case .stop: self = .out(.everything)
    case .start: self = .backIn
    case .help, nil: return nil
    }
  }
}

extension InboundMessage {
  fileprivate func saidWord(_ ownWords: [String]?) -> OptOutWord? {
    guard let text else { return nil }
    let usual = OptOutWord(said: text)
    guard let ownWords else { return usual }
    let said = text.bareWord
    if ownWords.contains(where: { $0.bareWord == said }) { return .stop }
    return usual == .stop ? nil : usual
  }
}

extension String {
  fileprivate var bareWord: String {
    uppercased().filter { !$0.isWhitespace && $0 != "." && $0 != "!" }
  }
}
