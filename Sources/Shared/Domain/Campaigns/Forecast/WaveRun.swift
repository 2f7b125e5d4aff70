internal import Time

/// The first wave, in virtual time, and those who try the messages.
struct GateRun {
  var wave: WaveRun
  var test: WaveRun

  init(_ input: ForecastInput) {
    wave = WaveRun(input.firstWave, start: input.start)
    test = WaveRun(input.test, start: input.start)
  }

  /// Whether these may go, as far as the best message goes.
  func isOpen(_ crowd: CrowdRun, at now: Timestamp) -> Bool {
    !crowd.waitsForBest || test.room(at: now) == .max
  }
}

/// Some that go first, and a look at what becomes of them.
struct WaveRun {
  private var left: Int?
  private let look: Duration
  private var passes: Timestamp

  init(_ wave: ForecastInput.FirstWave?, start: Timestamp) {
    left = wave.map { max(0, $0.left) }
    look = wave?.look ?? .zero
    passes = start + look
  }

  /// How many may go now.
  func room(at now: Timestamp) -> Int {
    guard let left else { return .max }
    return left > 0 ? left : now >= passes ? .max : 0
  }

  /// Until when nothing more goes.
  func holds(after now: Timestamp) -> Timestamp { left == 0 ? max(now, passes) : now }

  mutating func take(_ count: Int, answered: Timestamp) {
    guard let before = left, before > 0 else { return }
    left = max(0, before - count)
    passes = max(passes, answered + look)
  }
}
