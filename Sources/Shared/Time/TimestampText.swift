/// RFC 3339 in UTC, by civil-calendar arithmetic: no formatter, no locale, no allocation to speak of.
extension Timestamp: CustomStringConvertible {
  /// The seconds of the years 0000 to 9999.
  private static let fourDigitYears = -62_167_219_200...253_402_300_799 as ClosedRange<Int64>

  /// `2026-01-31T23:59:59.123Z`, or with six digits where there are microseconds.
  package var description: String {
    let (day, microsecond) = microseconds.flooredDivision(by: 86_400_000_000)
    let date = CivilDate(daysSince1970: day)
    let second = microsecond / 1_000_000
    let fraction = microsecond % 1_000_000
    let text = [UInt8](capacity: 40) { text in
      append(decimal: date.year, width: 4, to: &text)
      text.append(UInt8(ascii: "-"))
      append(decimal: date.month, width: 2, to: &text)
      text.append(UInt8(ascii: "-"))
      append(decimal: date.day, width: 2, to: &text)
      text.append(UInt8(ascii: "T"))
      append(decimal: second / 3600, width: 2, to: &text)
      text.append(UInt8(ascii: ":"))
      append(decimal: second / 60 % 60, width: 2, to: &text)
      text.append(UInt8(ascii: ":"))
      append(decimal: second % 60, width: 2, to: &text)
      text.append(UInt8(ascii: "."))
      if fraction % 1000 == 0 {
        append(decimal: fraction / 1000, width: 3, to: &text)
      } else {
        append(decimal: fraction, width: 6, to: &text)
      }
      text.append(UInt8(ascii: "Z"))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads RFC 3339: `T` or a space between, a fraction of any length (cut to microseconds), `Z` or an
  /// offset. nil for anything else, also for dates that no calendar has.
  package init?(rfc3339 text: String) {
    var reader = DigitReader(text)
    guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2),
      reader.skip("-"), let day = reader.number(2), reader.skip("T", "t", " "),
      let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2),
      reader.skip(":"), let second = reader.number(2)
    else { return nil }
    guard hour < 24, minute < 60, second <= 60,
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    let fraction = reader.skip(".") ? reader.fraction() : 0
    guard let fraction, let offset = reader.offset(), reader.isAtEnd else { return nil }
    let seconds = date.daysSince1970 * 86400 + hour * 3600 + minute * 60 + second - offset
    // An offset can lead out of the years that have four digits.
    guard Self.fourDigitYears.contains(seconds) else { return nil }
    self.init(microseconds: seconds * 1_000_000 + fraction)
  }
}

private func append(decimal number: Int64, width: Int, to text: inout OutputSpan<UInt8>) {
  if number < 0 { text.append(UInt8(ascii: "-")) }
  let start = text.count
  for _ in 0..<width { text.append(UInt8(ascii: "0")) }
  var (rest, place) = (number.magnitude, text.count)
  while rest > 0, place > start {
    place -= 1
    text[place] += UInt8(rest % 10)
    rest /= 10
  }
}

private struct DigitReader {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func number(_ width: Int) -> Int64? {
    guard rest.count >= width else { return nil }
    var number: Int64 = 0
    for _ in 0..<width {
      guard let digit = digit() else { return nil }
      number = number * 10 + digit
    }
    return number
  }

  mutating func skip(_ choices: Unicode.Scalar...) -> Bool {
    guard let next = rest.first, choices.contains(where: { UInt8(ascii: $0) == next }) else {
      return false
    }
    rest.removeFirst()
    return true
  }

  /// Microseconds, from at least one digit.
  mutating func fraction() -> Int64? {
    guard let first = digit() else { return nil }
    var microseconds = first * 100_000
    var unit: Int64 = 10_000
    while let next = digit() {
      microseconds += next * unit
      unit /= 10
    }
    return microseconds
  }

  /// Seconds east of UTC.
  mutating func offset() -> Int64? {
    if skip("Z", "z") { return 0 }
    let isWest = skip("-")
    guard isWest || skip("+"), let hours = number(2), skip(":"), let minutes = number(2),
      hours < 24, minutes < 60
    else { return nil }
    return (hours * 60 + minutes) * (isWest ? -60 : 60)
  }

  private mutating func digit() -> Int64? {
    guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
      return nil
    }
    rest.removeFirst()
    return Int64(byte - UInt8(ascii: "0"))
  }
}
