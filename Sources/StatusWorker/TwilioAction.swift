internal import Domain
internal import Events
internal import Forms
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// A tenant's address that gets what people write as Twilio posts it, and may answer with what is to be sent back.
struct TwilioAction {
  private let action: ActionSettings

  init(_ action: ActionSettings) { self.action = action }

  struct Refused: Error, CustomStringConvertible { let description: String }

  /// What becomes of sends is told to those who asked for it with each.
  func post(_ delivery: ClaimedDelivery) -> Addressee.Post {
    guard let message = Self.message(in: delivery) else { return .nothing }
    let fields = TwilioInboundForm.fields(of: message)
    let url = action.url.description
    let signature = TwilioSignature.header(of: fields, to: url, by: action.secrets[0])
    return .call(
      HTTPCall(
        method: "POST", url: url,
        headers: [
          HTTPHeader("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
          HTTPHeader("X-Twilio-Signature", signature),
          HTTPHeader("I-Twilio-Idempotency-Token", delivery.id),
        ], body: FormPair.encoded(fields)))
  }

  /// From the sender to which the person wrote, each under an id of its own that hangs on the message alone.
  func replies(
    to delivery: ClaimedDelivery, _ answer: HTTPAnswerReceived, _ actions: ActionBook,
    at now: Timestamp
  ) throws(Refused) -> [SendEvent] {
    let texts = try Self.texts(answer)
    guard !texts.isEmpty, let message = Self.message(in: delivery) else { return [] }
    guard let sender = actions.sender(of: message)?.sender, sender.tenant == action.tenant else {
      throw Refused(description: "the number that was written to is no sender of the tenant's")
    }
    let to: Recipient
    do throws(PhoneNumberFault) { to = try Recipient(written: message.contact.text) } catch {
      throw Refused(description: "the person's address \(error)")
    }
    var events: [SendEvent] = []
    for (place, text) in texts.enumerated() {
      let request = SendRequest(to: to, Message(.text(TextMessage(text))))
      if let fault = request.message.faults(for: sender.channel).all.first {
        throw Refused(description: "a <Message> \(fault.detail)")
      }
      events.append(
        SendEvent(
          request,
          id: .derived(
            tenant: sender.tenant, idempotencyKey: "twiml:\(delivery.id)", item: place),
          from: sender, receivedAt: now))
    }
    return events
  }

  private static func texts(_ answer: HTTPAnswerReceived) throws(Refused) -> [String] {
    guard !answer.body.isEmpty else { return [] }
    let type = answer.headers.first(named: "Content-Type")?.prefix { $0 != ";" }.lowercased() ?? ""
    guard ["text/xml", "application/xml"].contains(type.filter { $0 != " " }) else {
      throw Refused(description: "its Content-Type is not text/xml")
    }
    do throws(TwiMLAnswer.Fault) { return try TwiMLAnswer(answer.body).messages } catch {
      throw Refused(description: error.description)
    }
  }

  /// nil where it tells of something else.
  private static func message(in delivery: ClaimedDelivery) -> InboundMessage? {
    guard let root = JSONValue(whole: delivery.body), root["event"]?.string == "inbound",
      let message = root["message"]
    else { return nil }
    do throws(EventUnreadable) { return try InboundMessage(message) } catch { return nil }
  }
}
