extension Timestamp {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Reads the dates of RFC 2822: `Wed, 27 May 2020 15:08:03 +0000`, with or without the day of the week.
  package init?(rfc2822 text: String) {
    var words = text.split(separator: " ")
    if words.first?.hasSuffix(",") ?? false { words.removeFirst() }
    guard words.count == 5, let day = Self.digits(words[0], upTo: 2),
      let month = Self.months.firstIndex(of: String(words[1])), words[2].utf8.count == 4,
      let year = Self.digits(words[2], upTo: 4),
      let date = CivilDate(year: year, month: Int64(month + 1), day: day),
      let offset = Self.mailOffset(words[4])
    else { return nil }
    let clock = words[3].split(separator: ":", omittingEmptySubsequences: false)
      .map { Self.digits($0, upTo: 2) }
    guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
      hour < 24, minute < 60, second <= 60
    else { return nil }
    let seconds = date.daysSince1970 * 86400 + hour * 3600 + minute * 60 + second - offset
    self.init(seconds: seconds)
  }

  /// As HTTP writes its dates: `Sun, 06 Nov 1994 08:49:37 GMT`.
  package var httpDate: String {
    let (day, rest) = microseconds.flooredDivision(by: 86_400_000_000)
    let date = CivilDate(daysSince1970: day)
    let second = rest / 1_000_000
    // The first day of 1970 was a Thursday.
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][
      Int(day.flooredDivision(by: 7).remainder)]
    let clock = [second / 3600, second / 60 % 60, second % 60].map(Self.twoDigits)
      .joined(separator: ":")
    let month = Self.months[Int(date.month - 1)]
    return "\(weekday), \(Self.twoDigits(date.day)) \(month) \(date.year) \(clock) GMT"
  }

  /// As mail writes its dates: `Sun, 06 Nov 1994 08:49:37 +0000`.
  package var mailDate: String { "\(httpDate.dropLast(3))+0000" }

  private static func twoDigits(_ number: Int64) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }

  /// Seconds east of UTC.
  private static func mailOffset(_ zone: Substring) -> Int64? {
    if zone == "GMT" || zone == "UTC" || zone == "Z" { return 0 }
    guard zone.utf8.count == 5, zone.hasPrefix("+") || zone.hasPrefix("-"),
      let number = digits(zone.dropFirst(), upTo: 4)
    else { return nil }
    let seconds = (number / 100 * 60 + number % 100) * 60
    return zone.hasPrefix("-") ? -seconds : seconds
  }

  private static func digits(_ text: Substring, upTo length: Int) -> Int64? {
    guard (1...length).contains(text.utf8.count),
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return Int64(text)
  }
}
