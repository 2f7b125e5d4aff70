package import Events
package import Domain
internal import JSON

/// Our senders, found by id, by tenant, and as people write to them: by account, and number or service. The one
/// answer to whose message or send something is, for every part.
package struct SenderIndex: Sendable {
  package let all: [SenderSettings]
  private var byID: [SenderID: SenderSettings] = [:]
  private var places: [String: [SenderSettings]] = [:]
  private var phones: [String: SenderSettings] = [:]

  package init(_ senders: [SenderSettings] = []) {
    all = senders
    for sender in senders {
      byID[sender.sender.id] = byID[sender.sender.id] ?? sender
      var addresses: Set = [ChannelAddress(sender.sender.address).bare]
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

  package subscript(id: SenderID) -> SenderSettings? { byID[id] }

  /// Whose senders these are; nil where they are several tenants', or nobody's.
  package func owner(of account: AccountID, address: String?) -> Tenant? {
    let senders = all.filter { $0.sender.account == account }
    let exact = senders.filter { $0.sender.address == address }
    let tenants = Set((exact.isEmpty && address == nil ? senders : exact).map(\.sender.tenant))
    return tenants.count == 1 ? tenants.first : nil
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
    return found.first { $0.sender.channel.isWhatsApp == isWhatsApp } ?? found.first
  }

  private static func place(_ account: AccountID, _ address: String) -> String {
    "\(account)/\(address)"
  }
}

extension InboundMessage {
  /// Twilio tells the channel in its addresses only.
  fileprivate var isWhatsApp: Bool {
    JSONValue(whole: raw)?["To"]?.string.map { ChannelAddress($0).isWhatsApp } ?? false
  }
}
