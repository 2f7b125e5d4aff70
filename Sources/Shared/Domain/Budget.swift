private import Time

/// What a sender may spend. What is nil is not limited.
package struct Budget: Hashable, Sendable {
  package var rate: Rate?
  package var daily: DailyLimit?
  package var pair: Rate?
  package var inFlight: Int
  /// Limits that the operator has set: what a provider tells later narrows those, and never widens them.
  package var fixed: Set<BudgetName> = []

  package init(rate: Rate?, daily: DailyLimit?, pair: Rate?, inFlight: Int = Budget.defaultInFlight)
  {
    self.rate = rate
    self.daily = daily
    self.pair = pair
    self.inFlight = inFlight
  }

  package static let defaultInFlight = 64

  /// With the throughput that the provider says the number has.
  package func limited(messagesASecond told: Int) -> Budget {
    var limited = self
    let told = Rate(told, per: .seconds(1))
    let isNarrower = rate.map { $0.perSecond > told.perSecond } ?? true
    if !fixed.contains(.rate) || isNarrower { limited.rate = told }
    return limited
  }

  /// With the number of people that the provider says may be written to in a day; nil: any number. A limit
  /// of messages is the operator's own affair.
  package func limited(recipients told: Int?) -> Budget {
    guard case .recipients(let limit) = daily else { return self }
    var limited = self
    let most = fixed.contains(.daily) ? min(limit, told ?? limit) : told
    limited.daily = most.map { .recipients($0) }
    return limited
  }

  /// Twilio's sandbox: 1 message per 3 s, 1000 a day.
  package static let twilioSandbox = Budget(
    rate: Rate(1, per: .seconds(3)), daily: .messages(1000), pair: nil)
  package static let twilioWhatsApp = Budget(
    rate: Rate(80, per: .seconds(1)), daily: .messages(1000), pair: .metaPair)
  package static let metaWhatsApp = Budget(
    rate: Rate(80, per: .seconds(1)), daily: .recipients(1000), pair: .metaPair)
  package static let sms = Budget(rate: Rate(1, per: .seconds(1)), daily: nil, pair: nil)
}

package enum DailyLimit: Hashable, Sendable {
  /// Messages in any rolling 24 hours.
  case messages(Int)
  /// Distinct recipients in any rolling 24 hours, written to outside an open window.
  case recipients(Int)

  package static let length = Duration.seconds(24 * 3600)
}

/// So many per interval, and how many of them may come at once.
package struct Rate: Hashable, Sendable {
  package let count: Int
  package let interval: Duration
  package let burst: Int

  package init(_ count: Int, per interval: Duration, burst: Int? = nil) {
    self.count = count
    self.interval = interval
    self.burst = burst ?? count
  }

  /// 1 per 6 s to one person, of which 45 may be borrowed from the future.
  package static let metaPair = Rate(1, per: .seconds(6), burst: 45)

  /// `N/interval`, `N/interval burst B`; the interval is `s`, `3s`, `500ms`, `m`, `10m`, `h`, `d`.
  package init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 1 || (words.count == 3 && words[1] == "burst") else { return nil }
    let halves = words[0].split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, let count = Self.positive(halves[0]),
      let interval = Self.interval(halves[1])
    else { return nil }
    let burst = words.count == 3 ? Self.positive(words[2]) : count
    guard let burst else { return nil }
    self.init(count, per: interval, burst: burst)
  }

  package var perSecond: Double { Double(count) / interval.seconds }

  private static func interval(_ text: Substring) -> Duration? {
    let digits = text.prefix { "0"..."9" ~= $0 }
    guard let number = digits.isEmpty ? 1 : positive(digits), number <= 1_000_000 else {
      return nil
    }
    return Duration(written: "\(number)\(text.dropFirst(digits.count))")
  }

  private static func positive(_ text: Substring) -> Int? {
    guard let number = Int(text), number > 0, !text.hasPrefix("+") else { return nil }
    return number
  }
}

extension Rate: CustomStringConvertible {
  package var description: String {
    let milliseconds = interval.microseconds / 1000
    let span =
      switch milliseconds {
      case 1000: "s"
      case let span where span % 1000 == 0: "\(span / 1000)s"
      default: "\(milliseconds)ms"
      }
    return "\(count)/\(span)" + (burst == count ? "" : " burst \(burst)")
  }
}

extension Rate {
  /// For each of so many that share it.
  package func divided(by parts: Int) -> Rate {
    parts == 1 ? self : Rate(count, per: interval * parts, burst: burst)
  }

  /// As many at once as that part of a whole interval: a window that was used up frees all of its slots together.
  package func share(ofHundred share: Int) -> Rate {
    Rate(count * share, per: interval * 100, burst: max(1, max(count, burst) * share / 100))
  }

  /// The same number in the same time, one after the other rather than all at its beginning: so many at once as come in
  /// a second.
  package var spread: Rate {
    Rate(count, per: interval, burst: max(1, Int(perSecond.rounded(.up))))
  }
}
