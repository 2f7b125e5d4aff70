internal import Events
internal import Running
internal import Settings
internal import Telemetry
internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Providers
internal import Time

/// An SMS from an allowed phone becomes a send of the relay's sender. It is verified like any webhook, and
/// like any send never spooled; the SMS itself may hold a PIN, so it is kept nowhere.
final class RelayRoute: Sendable {
  private let relay: RelaySettings
  private let sender: SenderSettings
  /// Whose SMS count: anybody may write any number over a text that another account signs.
  private let account: AccountID?
  private let loop: IngestLoop
  private let desk: WebhookRules
  private let slot: LogSlot
  private let budgets: Locked<[PersonAddress: TokenBucket]>
  private let queued: Counter
  private let refused: Counter
  private let strangers: Counter

  /// nil where the settings have no relay.
  init?(
    _ settings: Settings, _ loop: IngestLoop, _ desk: WebhookRules,
    _ door: DoorContext
  ) {
    guard let relay = settings.relay,
      let sender = settings.senders.first(where: { $0.sender.id == relay.sender })
    else { return nil }
    self.relay = relay
    self.sender = sender
    account =
      relay.accountSid.map { AccountID($0) }
      ?? relay.number.flatMap { number in
        settings.senders.first {
          $0.sender.channel == .twilioSMS && $0.sender.address == number.e164
        }?.sender.account
      }
    self.loop = loop
    self.desk = desk
    slot = door.eventLog
    let buckets = relay.allowedFrom.compactMap { phone in
      relay.budget.map { (PersonAddress(phone.e164), TokenBucket($0, guardSpan: .zero)) }
    }
    budgets = Locked(Dictionary(buckets) { first, _ in first })
    func counter(_ outcome: String) -> Counter {
      door.metrics.counter(
        "postrider_relay_sms_total", "SMS to the relay, by what became of them.",
        ["outcome": outcome])
    }
    (queued, refused, strangers) = (counter("queued"), counter("refused"), counter("stranger"))
  }

  func add(to router: inout Router, under prefix: String) {
    router.at("POST", prefix + relay.path) { [self] head, _ in
      desk.plan(TwilioCall.self, head, loop) { [self] request, responder in
        take(request, responder)
      }
    }
  }

  private func take(_ request: HTTPRequest, _ responder: HTTPResponder) {
    do throws(WebhookRefusal) {
      let call = try TwilioCall(request, desk)
      let items = try call.items(signedBy: try call.signer())
      guard case .inbound(let sms) = items.first, isKnown(sms) else {
        strangers.add()
        return responder.answer(TwilioCall.received)
      }
      try relay(sms, request, responder)
    } catch { responder.answer(loop.answer(to: request, error, TwilioCall.provider)) }
  }

  private func isKnown(_ sms: InboundMessage) -> Bool {
    // A number whose account nobody knows cannot be told from a forged one.
    let isOurs = account.map { $0 == sms.account } ?? (relay.number == nil)
    let isHere = relay.number.map { $0.e164 == sms.address } ?? true
    return isOurs && isHere && relay.allowedFrom.contains { $0.e164 == sms.contact.text }
  }

  private func relay(
    _ sms: InboundMessage, _ request: HTTPRequest, _ responder: HTTPResponder
  ) throws(WebhookRefusal) {
    let event: SendEvent
    do throws(Refused) { event = try send(sms) } catch {
      refused.add()
      return responder.answer(Self.say(error.sentence))
    }
    let queued = queued
    slot.append([event.record(.of(request))]) { outcome in
      guard case .success = outcome else { return responder.answer(.tryLater) }
      queued.add()
      responder.answer(Self.say("Queued for \(event.to)."))
    }
  }

  private struct Refused: Error { let sentence: String }

  private func send(_ sms: InboundMessage) throws(Refused) -> SendEvent {
    let order: RelayOrder
    do throws(RelayOrder.Fault) { order = try RelayOrder(sms.text ?? "", pin: relay.pin) } catch {
      throw Refused(sentence: error.sentence(withPIN: relay.pin.map { !$0.isEmpty } ?? false))
    }
    let request = try request(order, by: sms.contact)
    try spend(sms.contact)
    // The same SMS delivered twice is the same send.
    let id = SendID.derived(
      tenant: sender.sender.tenant, idempotencyKey: "sms:\(sms.providerID)", item: 0)
    return SendEvent(request, id: id, from: sender.sender, receivedAt: sms.receivedAt)
  }

  private func request(
    _ order: RelayOrder, by author: PersonAddress
  ) throws(Refused) -> SendRequest {
    let json = JSONWriter.object { writer in
      writer.field("to", order.to)
      writer.field("body", order.body)
      if let fallback = relay.fallbackTemplate {
        writer.name("fallbackTemplate")
        writer.object { fallback.write(to: &$0, saying: order.body) }
      }
      // Who is told by SMS where it fails later.
      writer.name("metadata")
      writer.object { $0.field("relay", author.text) }
    }
    let root: JSONValue
    do { root = try JSONDocument(json).root } catch {
      throw Refused(sentence: "Not sent: the message cannot be read.")
    }
    do throws(FieldFaults) {
      let unstorable = FieldFaults.unstorable(in: root)
      guard unstorable.isEmpty else { throw unstorable }
      if let first = try SendRequest.all(in: root, as: sender.rules).first { return first }
      throw FieldFaults("", "must say what is to be sent")
    } catch {
      let faults = error.all.map { "\($0.pointer.drop { $0 == "/" }) \($0.detail)" }
      throw Refused(sentence: "Not sent: \(faults.joined(separator: "; ")).")
    }
  }

  private func spend(_ phone: PersonAddress) throws(Refused) {
    let now = desk.now()
    let hasRoom = budgets.withLock { budgets in
      guard var bucket = budgets[phone] else { return true }
      guard bucket.room(at: now) > 0 else { return false }
      bucket.take(at: now)
      budgets[phone] = bucket
      return true
    }
    if !hasRoom { throw Refused(sentence: "Not sent: too many messages, try again later.") }
  }

  private static func say(_ sentence: String) -> HTTPAnswer {
    HTTPAnswer(
      status: 200, headers: [HTTPHeader("Content-Type", TwiML.type)], body: TwiML.message(sentence))
  }
}

extension RelaySettings.Fallback {
  /// A parameter of a template has neither lines nor more than one space in a row.
  fileprivate func write(to writer: inout JSONWriter, saying text: String) {
    let plain = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    writer.field("template_name", name)
    writer.field("language_code", language)
    guard !parameters.isEmpty else { return }
    writer.name("parameters")
    writer.array { list in
      for parameter in parameters { list.value(parameter.replacing("{text}", with: plain)) }
    }
  }
}
