/// RFC 3339 in UTC, by civil-calendar arithmetic: no formatter, no locale, no allocation to speak of.
extension Timestamp: CustomStringConvertible {
  /// The seconds of the years 0000 to 9999.
  private static let fourDigitYears = -62_167_219_200...253_402_300_799 as ClosedRange<Int64>

  /// `2026-01-31T23:59:59.123Z`, or with six digits where there are microseconds.
  package var description: String { String(decoding: utf8, as: UTF8.self) }

  /// The same as bytes.
  package var utf8: [UInt8] {
    let (day, microsecond) = microseconds.flooredDivision(by: 86_400_000_000)
    let date = CivilDate(daysSince1970: day)
    let second = microsecond / 1_000_000
    let fraction = microsecond % 1_000_000
    return [UInt8](capacity: 40) { text in
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
  }

  /// Reads RFC 3339: `T` or a space between, a fraction of any length (cut to microseconds), `Z` or an
  /// offset. nil for anything else, also for dates that no calendar has.
  package init?(rfc3339 text: String) { self.init(rfc3339: text.utf8.span) }

  /// The same where it stands as bytes.
  package init?(rfc3339 text: Span<UInt8>) {
    var place = 0
    guard let year = text.number(4, at: &place), text.skip("-", at: &place),
      let month = text.number(2, at: &place),
      text.skip("-", at: &place), let day = text.number(2, at: &place),
      text.skip("T", "t", " ", at: &place),
      let hour = text.number(2, at: &place), text.skip(":", at: &place),
      let minute = text.number(2, at: &place),
      text.skip(":", at: &place), let second = text.number(2, at: &place)
    else { return nil }
    guard hour < 24, minute < 60, second <= 60,
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    let fraction = text.skip(".", at: &place) ? text.fraction(at: &place) : 0
    guard let fraction, let offset = text.offset(at: &place), place == text.count else {
      return nil
    }
    let seconds = date.daysSince1970 * 86400 + hour * 3600 + minute * 60 + second - offset
    // An offset can lead out of the years that have four digits.
    guard Self.fourDigitYears.contains(seconds) else { return nil }
    self.init(microseconds: seconds * 1_000_000 + fraction)
  }
}

private func append(decimal number: Int64, width: Int, to text: inout OutputSpan<UInt8>) {
  if width == 2, 0..<100 ~= number {
    text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
    text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    return
  }
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

/// Each reads from a place on, and moves it behind what it has read.
extension Span<UInt8> {
  fileprivate func number(_ width: Int, at place: inout Int) -> Int64? {
    var number: Int64 = 0
    for _ in 0..<width {
      guard let digit = digit(at: &place) else { return nil }
      number = number * 10 + digit
    }
    return number
  }

  fileprivate func skip(_ choices: Unicode.Scalar..., at place: inout Int) -> Bool {
    guard place < count, choices.contains(where: { UInt8(ascii: $0) == self[place] }) else {
      return false
    }
    place += 1
    return true
  }

  /// Microseconds, from at least one digit.
  fileprivate func fraction(at place: inout Int) -> Int64? {
    guard let first = digit(at: &place) else { return nil }
    var microseconds = first * 100_000
    var unit: Int64 = 10_000
    while let next = digit(at: &place) {
      microseconds += next * unit
      unit /= 10
    }
    return microseconds
  }

  /// Seconds east of UTC.
  fileprivate func offset(at place: inout Int) -> Int64? {
    if skip("Z", "z", at: &place) { return 0 }
    let isWest = skip("-", at: &place)
    guard isWest || skip("+", at: &place), let hours = number(2, at: &place),
      skip(":", at: &place), let minutes = number(2, at: &place), hours < 24, minutes < 60
    else { return nil }
    return (hours * 60 + minutes) * (isWest ? -60 : 60)
  }

  private func digit(at place: inout Int) -> Int64? {
    guard place < count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self[place]) else {
      return nil
    }
    defer { place += 1 }
    return Int64(self[place] - UInt8(ascii: "0"))
  }
}
