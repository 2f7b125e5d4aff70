internal import Domain
internal import Platform
internal import Settings
internal import Time

/// What each key has used of its rate, by whichever address it comes.
final class KeyRates: Sendable {
  private let buckets = Locked<[Secret: TokenBucket]>([:])

  /// A key whose rate is the same as before goes on where it was.
  func apply(_ keys: [APIKey]) {
    buckets.withLock { buckets in
      let known = buckets
      buckets = [:]
      for key in keys {
        guard let rate = key.rate else { continue }
        let former = known[key.key].flatMap { $0.rate == rate ? $0 : nil }
        buckets[key.key] = former ?? TokenBucket(rate, guardSpan: .zero)
      }
    }
  }

  /// nil where it may; a batch larger than what is left borrows from the future.
  func spend(_ count: Int, of key: APIKey, at now: Timestamp) -> Duration? {
    buckets.withLock { buckets in
      guard var bucket = buckets[key.key] else { return nil }
      guard bucket.room(at: now) > 0 else { return bucket.nextRoom(after: now) - now }
      bucket.take(count, at: now)
      buckets[key.key] = bucket
      return nil
    }
  }
}
