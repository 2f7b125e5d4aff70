internal import Time

/// So many in any span of that length: `80/s`, `1/3s`, `1/6s burst 45`.
package struct Rate: Sendable, Equatable, CustomStringConvertible {
  package let count: Int
  package let span: Duration
  /// How many may come at once, borrowed from the time to come.
  package let burst: Int?

  package init(_ count: Int, per span: Duration, burst: Int? = nil) {
    self.count = count
    self.span = span
    self.burst = burst
  }

  package init?(_ text: String) {
    let words = text.split(separator: " ")
    let parts = words.first?.split(separator: "/") ?? []
    guard parts.count == 2, let count = Int(parts[0]), count > 0,
      let span = Self.span(parts[1]), span > .zero
    else { return nil }
    var burst: Int?
    if words.count == 3, words[1] == "burst" { burst = Int(words[2]) }
    guard words.count == 1 || (burst ?? 0) > 0 else { return nil }
    self.init(count, per: span, burst: burst)
  }

  package var description: String {
    "\(count)/\(span.seconds)s" + (burst.map { " burst \($0)" } ?? "")
  }

  private static func span(_ text: Substring) -> Duration? {
    text.first?.isNumber == true ? durationRead(String(text)) : durationRead("1\(text)")
  }
}

/// `250ms`, `3s`, `5m`, `6h`, `7d`; a bare number is seconds.
func durationRead(_ text: String) -> Duration? {
  Duration(written: text.last?.isNumber == true ? text + "s" : text)
}
