internal import Time

/// How long the file is left before it is looked at again for what other processes have committed. The longer nothing
/// comes the longer that is, as most logs are read by the process that writes them.
///
///     after the 1st look in vain: 10 ms, 2nd: 20 ms, 3rd: 40 ms, 4th: 80 ms, then 100 ms
struct LookPace {
  private static let shortest = Duration.milliseconds(10)
  private static let longest = Duration.milliseconds(100)

  private var rest = shortest

  mutating func found() { rest = Self.shortest }

  /// The next rest.
  mutating func next() -> Duration {
    defer { rest = min(rest * 2, Self.longest) }
    return rest
  }
}
