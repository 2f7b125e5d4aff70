package import Events
internal import Domain
internal import JSON

/// Our senders as people write to them: by account, and number or service. The one answer to whose message an
/// inbound one is, for whoever takes it in and whoever works on it.
package struct SenderIndex: Sendable {
  private var places: [String: [SenderSettings]] = [:]
  private var phones: [String: SenderSettings] = [:]

  package init(_ senders: [SenderSettings]) {
    for sender in senders {
      var addresses: Set = [sender.sender.address.withoutChannel]
      switch sender.credentials {
      case .twilio(let own):
        if let service = own.messagingServiceSid { addresses.insert(service) }
      case .meta(let own): phones[own.phoneNumberId] = phones[own.phoneNumberId] ?? sender
      }
      for address in addresses {
        places[Self.place(sender.sender.account, address), default: []].append(sender)
      }
    }
  }

  /// Meta names a number by its id, which is nobody else's, whatever account it is told under.
  package func sender(phoneNumberID: String) -> SenderSettings? { phones[phoneNumberID] }

  /// The number itself before the service that it belongs to.
  package func sender(of message: InboundMessage) -> SenderSettings? {
    if message.provider == .meta { return phones[message.address] }
    let addresses = [message.address, message.service].compactMap(\.self)
    let found = addresses.lazy.compactMap { places[Self.place(message.account, $0)] }.first ?? []
    guard found.count > 1 else { return found.first }
    // The same number for WhatsApp and for SMS.
    let isWhatsApp = message.isWhatsApp
    return found.first { ($0.sender.channel != .twilioSMS) == isWhatsApp } ?? found.first
  }

  private static func place(_ account: AccountID, _ address: String) -> String {
    "\(account)/\(address)"
  }
}

extension InboundMessage {
  /// Twilio tells the channel in its addresses only.
  fileprivate var isWhatsApp: Bool {
    do { return try JSONDocument(raw).root["To"]?.string?.hasPrefix("whatsapp:") ?? false } catch {
      return false
    }
  }
}
