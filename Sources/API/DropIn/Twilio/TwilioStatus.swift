internal import Domain
internal import JSON
internal import SendStore
internal import Time

/// Where a send stands in Twilio's words.
enum TwilioStatus {
  static func word(_ state: SendState, isOfService: Bool, isScheduled: Bool) -> String {
    switch state {
    case .queued: isScheduled ? "scheduled" : isOfService ? "accepted" : "queued"
    // Whether it went out is not known yet, or the provider has it and has not passed it on.
    case .sending, .inDoubt, .accepted: "sending"
    case .sent: "sent"
    case .delivered: "delivered"
    case .read: "read"
    case .undelivered: "undelivered"
    case .failed, .expired: "failed"
    case .canceled: "canceled"
    }
  }
}
