private import Time

/// Exponential backoff with full jitter: a random wait between nothing and a ceiling that doubles, so that
/// many sends that failed together do not come back together.
///
/// The ceiling with a base of 1 s and a cap of 60 s, by failures so far:
/// 1: 1 s, 2: 2 s, 5: 16 s, 6: 32 s, 7 and more: 60 s.
package struct Backoff: Hashable, Sendable {
  package let base: Duration
  package let cap: Duration

  package init(base: Duration, cap: Duration) {
    self.base = base
    self.cap = cap
  }

  package func ceiling(failures: Int) -> Duration {
    // Past 40 doublings every base of a microsecond or more has passed any cap.
    let doublings = min(max(failures - 1, 0), 40)
    return min(cap, base * (1 << doublings))
  }

  package func wait(
    failures: Int, using generator: inout some RandomNumberGenerator
  ) -> Duration {
    .microseconds(Int64.random(in: 0...ceiling(failures: failures).microseconds, using: &generator))
  }
}
