internal import Domain
package import Events
package import SendStore
package import Settings
internal import Store
package import Time

/// Makes of a send that did not arrive the one that goes in its place.
package struct Resending: Sendable {
  private let senders: SenderIndex

  package init(_ settings: Settings) { senders = SenderIndex(settings.senders) }

  /// Why a send does not go once more.
  package struct Refused: Error, Hashable, CustomStringConvertible {
    package let description: String
  }

  /// The same message to the same person, under the name that follows from that of the first: so it is one however often it is
  /// asked for. Budgets, windows and opt-outs are judged again as for any other.
  package func event(
    again send: StoredSend, isOfCampaign: Bool, at now: Timestamp
  ) throws(Refused) -> SendEvent {
    if let refusal = ResendRule.refusal(send.progress.state, isOfCampaign: isOfCampaign) {
      throw Refused(description: refusal)
    }
    guard let sender = senders[send.sender]?.sender else {
      throw Refused(description: "Its sender is not in the settings any more.")
    }
    guard let request = ResendRule.request(again: send.content) else {
      throw Refused(description: "What it said was taken out of it.")
    }
    return SendEvent(
      reading: request.json, id: .again(after: send.id), to: send.recipient, from: sender,
      campaign: send.campaign.isEmpty ? nil : send.campaign, template: send.template,
      receivedAt: now)
  }
}

extension SendStore {
  /// Whether it is a row of a campaign of ours, rather than one with a campaign's name on it.
  package func isRow(_ send: StoredSend) throws -> Bool {
    guard let id = CampaignID(send.campaign) else { return false }
    return try campaign(id) != nil
  }
}
