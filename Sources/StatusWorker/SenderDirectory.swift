internal import Domain
internal import JSON
internal import Providers
internal import Service

/// Our senders as people write to them: by account, and number or service.
struct SenderDirectory: Sendable {
  private var places: [String: [SenderSettings]] = [:]

  init(_ senders: [SenderSettings]) {
    for sender in senders {
      var addresses: Set = [sender.sender.address.withoutChannel]
      if case .twilio(let own) = sender.credentials, let service = own.messagingServiceSid {
        addresses.insert(service)
      }
      for address in addresses {
        places[Self.place(sender.sender.account, address), default: []].append(sender)
      }
    }
  }

  /// The number itself before the service that it belongs to.
  func sender(of message: InboundMessage) -> SenderSettings? {
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
    guard provider == .twilio else { return true }
    do { return try JSONDocument(raw).root["To"]?.string?.hasPrefix("whatsapp:") ?? false } catch {
      return false
    }
  }
}
