package import Time

/// What is known of an access token, and never the token.
package struct TokenFacts: Hashable, Sendable {
  package enum Source: String, Sendable { case settings, refresh, hand, rotation }

  /// How far the change of an auth token of Twilio's has come. Each is written before the step that it names.
  package enum Rotation: String, Sendable {
    /// A second token is being made.
    case making
    /// It is kept, and checks signatures; it is about to take the first one's place.
    case promoting
  }

  /// Where the token came from that is in use now.
  package var source = Source.settings
  package var checkedAt: CalendarTime?
  /// nil: it does not end, or nobody has said when.
  package var expiresAt: CalendarTime?
  package var issuedAt: CalendarTime?
  package var isValid: Bool?
  package var scopes: [String] = []
  /// Since when it could not be refreshed, and why.
  package var failingSince: CalendarTime?
  package var failure: String?
  /// nil where none is under way.
  package var rotation: Rotation?

  package init() {}

  /// What it needs to send and to be looked after.
  package static let neededScopes = ["whatsapp_business_messaging", "whatsapp_business_management"]

  package var missingScopes: [String] {
    scopes.isEmpty ? [] : Self.neededScopes.filter { !scopes.contains($0) }
  }
}

/// What is to be done about a token, and when. Knows no I/O.
package enum TokenStep: Hashable, Sendable {
  /// Ask what it is.
  case look
  /// Have it exchanged for a new one.
  case refresh
  /// Nothing before then.
  case wait(until: CalendarTime)

  /// A token that has ended cannot be exchanged any more; a person has to make another one.
  package init(_ facts: TokenFacts, at now: CalendarTime, isDoubted: Bool) {
    guard let checkedAt = facts.checkedAt else {
      self = .look
      return
    }
    if isDoubted, now - checkedAt >= Self.doubtPause {
      self = .look
      return
    }
    let nextLook = checkedAt + Self.lookEach
    guard facts.isValid != false, let expiresAt = facts.expiresAt, expiresAt > now else {
      self = nextLook <= now ? .look : .wait(until: nextLook)
      return
    }
    let due = Self.refreshTime(facts, expiresAt)
    if due <= now {
      let again = facts.failingSince == nil ? now : checkedAt + Self.retryEach(expiresAt - now)
      self = again <= now ? .refresh : .wait(until: again)
      return
    }
    self = nextLook <= now ? .look : .wait(until: min(nextLook, due))
  }

  /// A third of its life before its end, at most twenty days. One of an hour or two, as a person's log-in gives it, is
  /// exchanged for a long one at once.
  private static func refreshTime(
    _ facts: TokenFacts, _ expiresAt: CalendarTime
  ) -> CalendarTime {
    let life = facts.issuedAt.map { expiresAt - $0 } ?? .seconds(60 * 86400)
    guard life > shortLife else { return expiresAt - life }
    return expiresAt - min(life / 3, .seconds(20 * 86400))
  }

  /// The closer its end, the sooner.
  private static func retryEach(_ left: Duration) -> Duration {
    min(.seconds(3600), max(.seconds(1), left / 10))
  }

  private static let shortLife = Duration.seconds(2 * 3600)
  package static let lookEach = Duration.seconds(86400)
  /// While a lane stands still for it.
  package static let doubtPause = Duration.seconds(2)
}

extension TokenFacts {
  /// Its state as a person reads it.
  package func sentence(at now: CalendarTime) -> String {
    if let missing = missingScopes.first { return "misses the permission \(missing): mint another" }
    guard let isValid else { return "not looked at yet" }
    guard isValid, expiresAt.map({ $0 > now }) ?? true else {
      return "ended: log in again, or put another token in"
    }
    guard let expiresAt else { return "does not end" }
    let days = (expiresAt - now).microseconds / 86_400_000_000
    let end = "ends in \(days) day\(days == 1 ? "" : "s"), at \(expiresAt)"
    guard let failure else { return end }
    return "\(end); it could not be refreshed: \(failure)"
  }

  /// The last of the days on which somebody is to be warned; nil where nobody need be.
  package func warningDay(at now: CalendarTime) -> Int? {
    guard isValid == true, let expiresAt, expiresAt > now else { return nil }
    let left = expiresAt - now
    return [1, 7, 14].first { left <= .seconds($0 * 86400) }
  }
}
