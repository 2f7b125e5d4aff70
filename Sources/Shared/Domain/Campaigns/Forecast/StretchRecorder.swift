package import Time

/// Writes down what held a campaign, moment by moment, and tells it in few stretches.
///
/// A lane that waits for its day's recipients sends each time that some come back, for seconds at its rate, and waits
/// again. For people that is one stretch: moments are gathered until they are long enough, and what held most of that
/// time names it.
package struct StretchRecorder: Sendable {
  private var pieces: [Piece] = []

  private static let mostHeld = 4096
  /// For people.
  package static let mostTold = 20

  package init() {}

  private struct Piece: Sendable {
    let from: Timestamp
    var until: Timestamp
    var sent: Int
    private(set) var limit: ForecastLimit
    /// Microseconds by limit.
    private var held: SIMD16<Int64> = .zero

    init(_ limit: ForecastLimit, from: Timestamp, until: Timestamp, sent: Int) {
      (self.from, self.until, self.sent, self.limit) = (from, until, sent, limit)
      held[limit.rawValue] = max(1, (until - from).microseconds)
    }

    var length: Duration { until - from }

    mutating func add(_ next: Piece) {
      let isAlike = next.limit == limit
      (until, sent, held) = (next.until, sent + next.sent, held &+ next.held)
      guard !isAlike else { return }
      limit = ForecastLimit.allCases.max { held[$0.rawValue] < held[$1.rawValue] } ?? limit
    }

    func with(_ next: Piece) -> Piece {
      var both = self
      both.add(next)
      return both
    }
  }

  /// In the order of time.
  package mutating func add(
    _ limit: ForecastLimit, from: Timestamp, until: Timestamp, sent: Int
  ) {
    guard until > from || sent > 0 else { return }
    let piece = Piece(limit, from: from, until: until, sent: sent)
    if let last = pieces.last, until == from || last.limit == limit {
      pieces[pieces.count - 1].add(piece)
      return
    }
    pieces.append(piece)
    if pieces.count > Self.mostHeld { pieces = merged(toAtMost: Self.mostHeld / 4) }
  }

  /// At most so many.
  package func stretches(atMost most: Int = mostTold) -> [ForecastStretch] {
    merged(toAtMost: most).map {
      ForecastStretch(from: $0.from, until: $0.until, sent: $0.sent, limitedBy: $0.limit)
    }
  }

  private func merged(toAtMost most: Int) -> [Piece] {
    guard let first = pieces.first, let last = pieces.last else { return [] }
    var length = (last.until - first.from) / (10 * most)
    var merged = Self.gathered(pieces, toLength: length)
    while merged.count > most {
      length = max(.microseconds(1), length * 2)
      merged = Self.gathered(merged, toLength: length)
    }
    return merged
  }

  /// What is shorter is put together until it is not, and what then has the same limit as the one before is one with it.
  private static func gathered(_ pieces: [Piece], toLength length: Duration) -> [Piece] {
    var whole: [Piece] = []
    var short: Piece?
    func close(_ piece: Piece) {
      if let before = whole.last, before.limit == piece.limit {
        whole[whole.count - 1].add(piece)
      } else {
        whole.append(piece)
      }
    }
    for piece in pieces {
      if piece.length >= length {
        close(short.map { $0.with(piece) } ?? piece)
        short = nil
      } else {
        let gathered = short.map { $0.with(piece) } ?? piece
        short = gathered.length < length ? gathered : nil
        if short == nil { close(gathered) }
      }
    }
    if let rest = short { close(whole.isEmpty ? rest : whole.removeLast().with(rest)) }
    return whole
  }
}
