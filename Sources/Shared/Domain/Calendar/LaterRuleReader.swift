/// Reads POSIX's `TZ` text as RFC 9636 has it, with quoted names and hours beyond a day: `CET-1CEST,M3.5.0,M10.5.0/3`,
/// `<+0330>-3:30`, `EST5EDT,0/0,J365/25`.
struct LaterRuleReader {
  private var rest: ArraySlice<UInt8>

  static func read(_ text: [UInt8]) throws(ZoneFault) -> LaterRule {
    var reader = LaterRuleReader(rest: text[...])
    guard let rule = reader.rule(), reader.rest.isEmpty else {
      throw ZoneFault("has a rule for later times that cannot be read")
    }
    return rule
  }

  private init(rest: ArraySlice<UInt8>) { self.rest = rest }

  private mutating func rule() -> LaterRule? {
    guard skipName(), let west = time(hours: 24) else { return nil }
    let usual = Int32(-west)
    if rest.isEmpty { return LaterRule(usualOffset: usual, turns: nil) }
    guard skipName() else { return nil }
    var other = usual + 3600
    if rest.first != UInt8(ascii: ",") {
      guard let west = time(hours: 24) else { return nil }
      other = Int32(-west)
    }
    guard skip(","), let begins = yearly(), skip(","), let ends = yearly() else { return nil }
    let turns = LaterRule.Turns(offset: other, begins: begins, ends: ends)
    return LaterRule(usualOffset: usual, turns: turns)
  }

  private mutating func yearly() -> YearlyRule? {
    guard let day = day() else { return nil }
    guard skip("/") else { return YearlyRule(day: day, second: 2 * 3600) }
    return time(hours: 167).map { YearlyRule(day: day, second: $0) }
  }

  private mutating func day() -> YearlyRule.Day? {
    if skip("J") { return number(1...365).map { .withoutLeapDay($0) } }
    guard skip("M") else { return number(0...365).map { .ofYear($0) } }
    guard let month = number(1...12), skip("."), let week = number(1...5), skip("."),
      let weekday = number(0...6)
    else { return nil }
    return .weekday(weekday, week: week, month: month)
  }

  /// Seconds.
  private mutating func time(hours most: Int64) -> Int64? {
    let isNegative = skip("-")
    if !isNegative { _ = skip("+") }
    guard var seconds = number(0...most).map({ $0 * 3600 }) else { return nil }
    for unit: Int64 in [60, 1] {
      guard skip(":") else { break }
      guard let part = number(0...59) else { return nil }
      seconds += part * unit
    }
    return isNegative ? -seconds : seconds
  }

  private mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard (1...3).contains(digits.count) else { return nil }
    rest = rest.dropFirst(digits.count)
    let number = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    return range.contains(number) ? number : nil
  }

  /// At least three letters, or in angle brackets also digits and signs.
  private mutating func skipName() -> Bool {
    let isQuoted = skip("<")
    let name = rest.prefix { Self.isLetter($0) || (isQuoted && Self.isSignOrDigit($0)) }
    rest = rest.dropFirst(name.count)
    return name.count >= 3 && (!isQuoted || skip(">"))
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    return true
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isSignOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "+")
      || byte == UInt8(ascii: "-")
  }
}
