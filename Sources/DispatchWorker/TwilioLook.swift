internal import Domain
internal import Providers
internal import SendStore
internal import Time

/// What a list of Twilio's messages says of a doubt. Knows no I/O.
struct TwilioLook {
  /// Unbound messages that may be the one: to the same person, from the same sender, with the same words,
  /// made around the attempt.
  let candidates: [TwilioMessage]
  /// Others to the same person with the same words of which it is not known either.
  let hasRivals: Bool

  enum Finding: Hashable {
    case wentOut(ProviderID)
    case notThere
    case unclear
  }

  var finding: Finding {
    guard let first = candidates.first else { return .notThere }
    return candidates.count == 1 && !hasRivals ? .wentOut(first.sid) : .unclear
  }

  /// Around the attempt: what lies between our clock and Twilio's, and how long a post may take.
  static let before = Duration.seconds(30)
  static let after = Duration.seconds(90)

  /// What Twilio shows as the body; nil where only Twilio knows it, as with a template.
  static func body(of message: Message) -> String? {
    switch message.content {
    case .text(let text): text.body
    case .media(let media): media.caption ?? ""
    default: nil
    }
  }

  /// Whether one may be taken for the other.
  static func alike(_ one: String?, _ other: String?) -> Bool {
    guard let one, let other else { return true }
    return one == other
  }
}

extension TwilioMessage {
  func mayBe(
    to person: String, from sender: TwilioSender, body: String?, attemptAt time: Timestamp
  ) -> Bool {
    guard to == person, TwilioLook.alike(body, self.body) else { return false }
    if let service = sender.service {
      guard self.service == service else { return false }
    } else if let from = sender.from, let shown = self.from {
      guard shown == sender.spelled(from) else { return false }
    }
    // Without a time it may be any.
    guard let created else { return true }
    return created >= time - TwilioLook.before && created <= time + TwilioLook.after
  }
}
