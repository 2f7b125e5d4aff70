/// A run of digits that somebody could dial, however it is split.
struct FoundNumber: Hashable, Sendable {
  /// Without the zeros that stand for a plus.
  let digits: String
  /// Whether a plus or two zeros stood before it.
  let isInternational: Bool

  /// Every run of digits. A date is none.
  static func all(in text: String) -> [FoundNumber] {
    var scan = DigitScan()
    for scalar in text.unicodeScalars { scan.take(PlainScalars.plain(scalar)) }
    return scan.finished.flatMap(\.withoutDates).compactMap(\.number)
  }

  /// Short ones are counts, years and prices; longer ones than any phone has may be two.
  var canBeDialled: Bool {
    if isInternational { return digits.utf8.count >= 7 }
    return digits.utf8.count >= (digits.first == "0" ? 7 : 9)
  }

  /// Also where one of them has its country's prefix and the other has not.
  func isSame(as other: String) -> Bool {
    let (own, other) = (digits.drop { $0 == "0" }, other.drop { $0 == "0" })
    if own == other { return true }
    let (short, long) = own.count < other.count ? (own, other) : (other, own)
    return short.count >= 8 && long.count - short.count <= 4 && long.hasSuffix(short)
  }
}

/// Groups of digits with what stands between them.
private struct DigitRun {
  var hasPlus = false
  var groups: [String] = []
  /// Before each group.
  var signs: [String] = []

  var number: FoundNumber? {
    var digits = groups.joined()
    let isInternational = hasPlus || digits.hasPrefix("00")
    if !hasPlus, digits.hasPrefix("00") { digits.removeFirst(2) }
    return digits.isEmpty ? nil : FoundNumber(digits: digits, isInternational: isInternational)
  }

  var withoutDates: [DigitRun] {
    guard !hasPlus else { return [self] }
    var parts: [DigitRun] = []
    var (start, place) = (0, 0)
    while place < groups.count {
      guard isDate(at: place) else {
        place += 1
        continue
      }
      parts.append(part(start..<place))
      place += 3
      start = place
    }
    return parts + [part(start..<groups.count)]
  }

  private func part(_ range: Range<Int>) -> DigitRun {
    DigitRun(groups: Array(groups[range]), signs: Array(signs[range]))
  }

  private func isDate(at place: Int) -> Bool {
    guard place + 2 < groups.count, signs[place + 1] == signs[place + 2],
      ["-", ".", "/"].contains(signs[place + 1])
    else { return false }
    let parts = groups[place...(place + 2)].map(\.self)
    let lengths = parts.map(\.utf8.count)
    let numbers = parts.compactMap(Int.init)
    guard numbers.count == 3, (1...2).contains(lengths[1]) else { return false }
    let isYearFirst = lengths[0] == 4 && (1...2).contains(lengths[2])
    let isYearLast = (1...2).contains(lengths[0]) && [2, 4].contains(lengths[2])
    guard isYearFirst || isYearLast else { return false }
    let (year, others) =
      isYearFirst
      ? (numbers[0], [numbers[1], numbers[2]]) : (numbers[2], [numbers[0], numbers[1]])
    let isYear = year < 100 || (1900...2199).contains(year)
    return isYear && others.allSatisfy { (1...31).contains($0) }
      && others.contains { $0 <= 12 }
  }
}

/// Reads a text character by character. Only a few signs may stand between two digits of one number.
private struct DigitScan {
  private var run = DigitRun()
  private var sign = ""
  private var ended: [DigitRun] = []

  private static let mostSigns = 3

  var finished: [DigitRun] { run.groups.isEmpty ? ended : ended + [run] }

  mutating func take(_ scalar: Unicode.Scalar) {
    if ("0"..."9").contains(scalar) { return add(scalar) }
    if Self.isUnseen(scalar) { return }
    if scalar == "+" {
      end()
      run.hasPlus = true
    } else if run.groups.isEmpty {
      if !Self.isBetween(scalar) { run = DigitRun() }
    } else if Self.isBetween(scalar), sign.unicodeScalars.count < Self.mostSigns {
      sign.unicodeScalars.append(scalar)
    } else {
      end()
    }
  }

  private mutating func add(_ digit: Unicode.Scalar) {
    if run.groups.isEmpty || !sign.isEmpty {
      run.groups.append("")
      run.signs.append(sign)
      sign = ""
    }
    run.groups[run.groups.count - 1].unicodeScalars.append(digit)
  }

  private mutating func end() {
    if !run.groups.isEmpty { ended.append(run) }
    (run, sign) = (DigitRun(), "")
  }

  private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isDefaultIgnorableCodePoint || scalar.value == 0x20E3
      || scalar.properties.generalCategory == .format
  }

  private static func isBetween(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "\n" || scalar == "\r" { return false }
    return scalar.properties.isWhitespace || "-.()/_*~'·•[]".unicodeScalars.contains(scalar)
  }
}
