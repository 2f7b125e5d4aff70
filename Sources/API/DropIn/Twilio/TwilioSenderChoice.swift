internal import Domain
internal import Providers
internal import Settings

/// Which of an account's senders a message goes out from: the one whose address `From` is, or one of the service.
struct TwilioSenderChoice {
  let senders: [SenderSettings]

  func sender(for asked: TwilioCreate) throws(TwilioRefused) -> SenderSettings {
    let to = ChannelAddress(asked.to)
    guard let from = asked.from else { return try sender(of: asked.service ?? "", to) }
    let found = try named(from, to)
    if let service = asked.service, !found.isOf(service) {
      guard senders.contains(where: { $0.isOf(service) }) else { throw Self.noService(service) }
      throw TwilioRefused(
        21712, "The 'From' number \(from) does not belong to the Messaging Service \(service)")
    }
    return found
  }

  private func named(
    _ from: String, _ to: ChannelAddress
  ) throws(TwilioRefused) -> SenderSettings {
    let given = ChannelAddress(from)
    let found = senders.first { ChannelAddress($0.sender.address) == given }
    guard let found else {
      if given.isWhatsApp || given.isRCS || to.isWhatsApp || to.isRCS { throw Self.noChannel }
      let isNumber = given.bare.first == "+" && given.bare.dropFirst().allSatisfy(\.isNumber)
      guard isNumber || (1...11).contains(given.bare.count) else {
        throw TwilioRefused(
          21212, "The 'From' number \(from.prefix(64)) is not a valid phone number")
      }
      throw TwilioRefused(
        21606, "The From phone number \(from.prefix(64)) is no sender of the settings")
    }
    guard found.reaches(to) else { throw Self.noChannel }
    guard given.bare != to.bare else {
      throw TwilioRefused(21266, "'To' and 'From' number cannot be the same")
    }
    return found
  }

  /// The service itself before the numbers that it has; one person always gets the same of these.
  private func sender(
    of service: String, _ to: ChannelAddress
  ) throws(TwilioRefused) -> SenderSettings {
    let own = senders.filter { $0.isOf(service) }
    guard !own.isEmpty else { throw Self.noService(service) }
    let able = own.filter { $0.reaches(to) }
    let pool = able.filter { $0.sender.address == service }
    let choice = (pool.isEmpty ? able : pool).sorted { $0.sender.id < $1.sender.id }
    guard !choice.isEmpty else {
      throw TwilioRefused(
        21703, "The Messaging Service \(service.prefix(64)) has no sender for this message")
    }
    let place = to.bare.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
    return choice[place % choice.count]
  }

  private static let noChannel = TwilioRefused(
    63007, "Twilio could not find a Channel with the specified From address")

  private static func noService(_ service: String) -> TwilioRefused {
    TwilioRefused(21701, "The Messaging Service \(service.prefix(64)) is not in the settings")
  }
}

extension SenderSettings {
  fileprivate func isOf(_ service: String) -> Bool {
    guard case .twilio(let own) = credentials else { return false }
    return sender.address == service || own.messagingServiceSid == service
  }

  /// By the channel that stands before the person's number; RCS also takes a bare one, where its service chooses.
  fileprivate func reaches(_ to: ChannelAddress) -> Bool {
    switch sender.channel {
    case .twilioRCS: !to.isWhatsApp
    case .twilioSMS: !to.isWhatsApp && !to.isRCS
    case .twilioWhatsApp, .twilioSandbox: to.isWhatsApp
    case .metaWhatsApp: false
    }
  }
}
