internal import Domain
internal import SendStore
internal import Time

/// When a number is asked about again. Knows no I/O.
enum PhonePace {
  /// By itself.
  static let each = Duration.seconds(15 * 60)
  /// While nothing goes out, so that its lane goes on soon after Meta lets it.
  static let whileBlocked = Duration.seconds(60)
  static let afterFailure = Duration.seconds(5 * 60)
  /// After news of it: a webhook may come before all of Meta knows, and several come together.
  static let afterNews = Duration.seconds(10)

  static func isDue(_ phone: StoredPhone?, isBlocked: Bool, at now: Timestamp) -> Bool {
    guard let phone, phone.askedAt > .distantPast else { return true }
    let age = now - phone.askedAt
    if phone.newsAt > phone.askedAt, now - phone.newsAt >= afterNews, age >= afterNews {
      return true
    }
    if !phone.failure.isEmpty { return age >= afterFailure }
    return age >= (isBlocked ? whileBlocked : each)
  }
}
