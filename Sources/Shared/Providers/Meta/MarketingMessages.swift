internal import Domain
private import JSON

/// Meta has a way of its own for marketing templates, with the body and the answer of any message: it chooses better
/// when and to whom they go, and is told apart by `marketing_lite` in the price.
package struct MarketingMessages: Hashable, Sendable {
  /// When marketing templates go that way.
  package enum Use: String, Hashable, Sendable, CaseIterable {
    /// Where the account is known to have agreed to it.
    case auto
    case always, never
  }

  /// What Meta does with a message that it does not take for that way.
  package enum Policy: String, Hashable, Sendable, CaseIterable {
    /// It sends it the other way, as it does where nothing is said.
    case fallBack = "CLOUD_API_FALLBACK"
    case strict = "STRICT"
  }

  package var use = Use.auto
  /// Whether Meta may use what people do with a message; nil leaves it to the account.
  package var activitySharing: Bool?
  package var policy: Policy?

  package init() {}
}

/// The way that a message takes to Meta.
package enum MetaRoute: Hashable, Sendable {
  case messages, marketing
}

extension MetaRoute {
  /// The other one, where this one has surely refused a message because of the way it took; nil for anything else, and
  /// above all for an answer that leaves it open whether the message was taken.
  package func other(after answer: ProviderAnswer) -> MetaRoute? {
    guard !(200...299).contains(answer.status) else { return nil }
    let code = JSONValue(whole: answer.body)?["error"]?["code"]?.wholeNumber
    switch self {
    case .messages: return code == Self.marketingElsewhere ? .marketing : nil
    case .marketing:
      if let code, Self.otherWay.contains(code) { return .messages }
      let isClosed = [401, 403, 404].contains(answer.status)
      return isClosed && code.map(Self.mayBeTheWay) ?? true ? .messages : nil
    }
  }

  /// Marketing templates are switched off for `/messages`.
  private static let marketingElsewhere = 131063
  /// Not for this message, or not yet.
  private static let otherWay: Set<Int> = [131055, 134100, 134101, 134102]

  /// A code that is about the token, the person or the template says no more about the way.
  private static func mayBeTheWay(_ code: Int) -> Bool {
    [3, 10, 33, 100, 131005].contains(code) || (200...299).contains(code)
      || ErrorTable.shared.row(.meta, code) == nil
  }
}
