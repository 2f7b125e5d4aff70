internal import Domain
internal import Platform
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// Which way a message takes to Meta: marketing templates have one of their own, where the account has agreed to it. A
/// template is one by its category of now, since Meta changes that; so the mirrored templates and what is known of the
/// accounts are looked at every few seconds, and no send asks the store.
///
/// A message that one way has surely refused goes the other in its next attempt, under another claim. The way that
/// refused is left alone for that template for a while.
final class RouteBook: Sendable {
  private let shelf = TemplateShelf()
  private let known = Locked(Known())

  fileprivate struct Known {
    var standings: [SenderID: MarketingStanding] = [:]
    var closed: [Way: RunningTime] = [:]
  }

  fileprivate struct Way: Hashable {
    let account: AccountID
    let template: String
    let route: MetaRoute
  }

  /// Answers when it is to be looked again: not so often that a worker with thousands of senders is busy with it.
  func look(at store: SendStore) throws -> RunningTime {
    try shelf.look(at: store)
    let told = try store.phones().compactMap { phone in
      PhoneFacts(json: phone.facts).marketing.map { (phone.sender, $0) }
    }
    known.withLock { $0.standings = Dictionary(told) { $1 } }
    return .now + .seconds(min(60, max(3, Double(told.count) / 100)))
  }

  /// `template`: the text of its key, where it is one.
  func route(of template: String?, from settings: SenderSettings) -> MetaRoute {
    guard let template, settings.sender.channel.provider == .meta else { return .messages }
    let category = shelf.category(of: TemplateKey(text: template), in: settings.sender.account)
    return known.withLock { known in
      let isClosed = { (route: MetaRoute) in
        known.isClosed(Way(account: settings.sender.account, template: template, route: route))
      }
      return MetaRoute(
        settings.marketing.use, isMarketing: category == "MARKETING",
        known.standings[settings.sender.id], isClosed: isClosed)
    }
  }

  /// Whether a message that came to this refusal goes the other way in its next attempt.
  func mayGoOn(
    _ template: String?, after answer: ProviderAnswer, by route: MetaRoute,
    from settings: SenderSettings
  ) -> Bool {
    let marketing = settings.marketing
    guard let template, marketing.use != .never, let other = route.other(after: answer) else {
      return false
    }
    // Who wants that way alone is not sent the other by us either.
    if marketing.policy == .strict, other == .messages { return false }
    let account = settings.sender.account
    return known.withLock { known in
      guard !known.isClosed(Way(account: account, template: template, route: other)) else {
        return false
      }
      known.close(Way(account: account, template: template, route: route))
      return true
    }
  }
}

extension RouteBook.Known {
  func isClosed(_ way: RouteBook.Way) -> Bool { closed[way].map { !$0.hasPassed } ?? false }

  mutating func close(_ way: RouteBook.Way) {
    if closed.count >= Self.most { closed = closed.filter { !$0.value.hasPassed } }
    // Names of templates come from outside: what would be too many is tried again sooner.
    if closed.count >= Self.most { closed = [:] }
    closed[way] = .now + Self.rest
  }

  private static let most = 1000
  private static let rest = Duration.seconds(600)
}

extension MetaRoute {
  init(
    _ use: MarketingMessages.Use, isMarketing: Bool, _ standing: MarketingStanding?,
    isClosed: (MetaRoute) -> Bool
  ) {
    // That the other way refused it as marketing is as good as its category.
    guard use != .never, isMarketing || isClosed(.messages) else {
      self = .messages
      return
    }
    let isKnown = standing.map { $0.isOnboarded || $0.isRequired } ?? false
    let wanted: MetaRoute = use == .always || isKnown ? .marketing : .messages
    let other: MetaRoute = wanted == .marketing ? .messages : .marketing
    self = isClosed(wanted) && !isClosed(other) ? other : wanted
  }
}
