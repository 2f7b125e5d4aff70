internal import Platform
internal import Time

/// How something goes on: drawn again in place where a person looks, a line now and then where a program reads.
struct ProgressDisplay {
  private let isInPlace: Bool
  private let pause: Duration
  private var drawnLines = 0
  private var nextLine = RunningTime.distantPast

  init(isInPlace: Bool = Terminal.isWatched, linesEvery pause: Duration = .seconds(5)) {
    (self.isInPlace, self.pause) = (isInPlace, pause)
  }

  /// `isNews`: is told at once.
  mutating func show(_ lines: [String], line: String, isNews: Bool = false) {
    if isInPlace { return draw(lines) }
    guard isNews || nextLine.hasPassed else { return }
    nextLine = RunningTime.now + pause
    Terminal.show(line)
  }

  /// Lines that are longer than the window are cut by it, so that as many are drawn over as were drawn.
  private mutating func draw(_ lines: [String]) {
    let back = drawnLines > 0 ? "\u{1B}[\(drawnLines)F" : ""
    Terminal.draw("\u{1B}[?7l\(back)\u{1B}[J" + lines.map { $0 + "\n" }.joined() + "\u{1B}[?7h")
    drawnLines = lines.count
  }

  static func bar(_ part: Int, of whole: Int, width: Int = 30) -> String {
    let share = whole > 0 ? min(1, Double(part) / Double(whole)) : 0
    let filled = Int(share * Double(width))
    return "[" + String(repeating: "#", count: filled)
      + String(repeating: ".", count: width - filled) + "] \(Int(share * 100)) %"
  }

  /// 512 B, 4.0 MB
  static func size(_ bytes: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 1000, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return unit == 0 ? "\(bytes) B" : "\(tenths(value)) \(units[unit])"
  }

  static func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}

/// How many a second, over the last while.
struct RecentRate {
  private var seen: [(at: RunningTime, count: Int)] = []

  private static let span = Duration.seconds(10)

  mutating func note(_ count: Int) {
    let now = RunningTime.now
    seen.append((now, count))
    while seen.count > 2, now - seen[1].at > Self.span { seen.removeFirst() }
  }

  var perSecond: Double {
    guard let first = seen.first, let last = seen.last, last.at > first.at else { return 0 }
    return max(0, Double(last.count - first.count)) / (last.at - first.at).seconds
  }
}
