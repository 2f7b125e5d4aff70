internal import Platform
internal import Time

/// How often one address may try in vain: keys are too long to be guessed, and trying is not to be cheap either.
final class LogInLimit: Sendable {
  private struct Tries: Sendable {
    var count = 0
    let until: Timestamp
  }

  /// In a minute.
  static let most = 10
  private static let span = Duration.seconds(60)
  private let addresses: Int
  private let tries = Locked<[String: Tries]>([:])

  /// Of so many addresses at a time; while there are more, strangers wait.
  init(addresses: Int = 10_000) { self.addresses = addresses }

  /// How long it has to wait; nil where it may try.
  func wait(_ address: String, at now: Timestamp) -> Duration? {
    tries.withLock { wait(address, at: now, in: &$0) }
  }

  /// The same, and counts the try, before it is known how it ends: many at the same moment are many.
  func begin(_ address: String, at now: Timestamp) -> Duration? {
    tries.withLock { tries in
      if let wait = wait(address, at: now, in: &tries) { return wait }
      var known = Self.current(tries[address], at: now) ?? Tries(until: now + Self.span)
      known.count += 1
      tries[address] = known
      return nil
    }
  }

  /// That one does not count.
  func succeeded(_ address: String) {
    tries.withLock { $0[address]?.count -= 1 }
  }

  private func wait(
    _ address: String, at now: Timestamp, in tries: inout [String: Tries]
  ) -> Duration? {
    if let known = Self.current(tries[address], at: now) {
      return known.count < Self.most ? nil : known.until - now
    }
    if tries.count >= addresses { tries = tries.filter { $0.value.until > now } }
    return tries.count < addresses ? nil : Self.span
  }

  private static func current(_ tries: Tries?, at now: Timestamp) -> Tries? {
    tries.flatMap { $0.until > now ? $0 : nil }
  }
}
