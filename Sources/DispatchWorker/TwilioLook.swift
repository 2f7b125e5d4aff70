internal import Domain
internal import Providers
internal import SendStore
internal import Time

/// What a list of Twilio's messages says of an attempt that may have gone out. Knows no I/O.
struct TwilioLook {
  let person: ChannelAddress
  let sender: TwilioSender
  /// nil where only Twilio knows it, as with a template.
  let body: String?
  /// On Twilio's clock; nil where that is not known, and nothing can be told then.
  let attemptAt: CalendarTime?

  enum Finding: Hashable {
    case wentOut(ProviderID)
    case notThere
    case unclear
  }

  /// Around the attempt, for what is bound: how long a post may take, and the seconds that Twilio rounds.
  static let near = (before: Duration.seconds(30), after: Duration.seconds(90))
  /// For what proves absence: a message in here may be the one, even with other words, since Twilio puts a
  /// trial account's prefix before them and replaces characters.
  static let wide = (before: Duration.seconds(300), after: Duration.seconds(900))

  /// Whether it may be the one, whatever its words are.
  func mayBe(_ message: TwilioMessage) -> Bool {
    guard let attemptAt, message.to == person else { return false }
    if let service = sender.service {
      guard message.service == service else { return false }
    } else if let from = sender.from, let shown = message.from {
      guard shown == sender.spelled(from) else { return false }
    }
    return message.isMade(around: attemptAt, Self.wide)
  }

  /// `unbound`: those of the list that may be the one and belong to no send of ours. `rivals`: the words of
  /// our other messages to the same person of which it is not known either.
  func finding(_ unbound: [TwilioMessage], rivals: [String?]) -> Finding {
    // How Twilio's list spells a person whom RCS or SMS reached is not known well enough to prove absence.
    guard let attemptAt, sender.channel != .twilioRCS else { return .unclear }
    guard !unbound.isEmpty else { return .notThere }
    guard !rivals.contains(where: { Self.alike($0, body) }) else { return .unclear }
    let candidates = unbound.filter { body == nil || $0.body == body }
    guard candidates.count == 1, let only = candidates.first,
      only.isMade(around: attemptAt, Self.near)
    else { return .unclear }
    return .wentOut(only.sid)
  }

  /// What Twilio shows as the body, if it alters nothing.
  static func body(of message: Message) -> String? {
    switch message.content {
    case .text(let text): text.body
    case .media(let media): media.caption ?? ""
    default: nil
    }
  }

  /// Whether one may be taken for the other.
  private static func alike(_ one: String?, _ other: String?) -> Bool {
    guard let one, let other else { return true }
    return one == other
  }
}

extension TwilioMessage {
  /// Without a time it may be any.
  fileprivate func isMade(
    around time: CalendarTime, _ span: (before: Duration, after: Duration)
  ) -> Bool {
    guard let created else { return true }
    return created >= time - span.before && created <= time + span.after
  }
}
