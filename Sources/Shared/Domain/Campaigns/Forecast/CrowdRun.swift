internal import Time

/// A crowd in virtual time: how many of it are still to come, and who of them may go now.
struct CrowdRun {
  let price: MessagePrice?
  let waitsForBest: Bool
  private let openings: ForecastCrowd.Openings
  private var opening: Range<Timestamp>?
  /// Will have written to us when their turn comes.
  private var written: Int
  /// In a window, or counting already: until `lapses`.
  private var inWindow: Int
  private var counted: Int
  private let lapses: Timestamp
  /// Those who need a slot.
  private var fresh: Int
  /// Some have waited for a slot: they go before others once there is one.
  private var hasWaited = false
  private(set) var sent = 0

  init(_ crowd: ForecastCrowd, _ mood: CampaignForecast.Mood, now: Timestamp) {
    price = crowd.price
    waitsForBest = crowd.waitsForBest
    openings = crowd.openings
    var left = max(0, crowd.count - max(0, crowd.begun))
    func part(_ count: Int) -> Int {
      let part = min(max(0, count), left)
      left -= part
      return part
    }
    inWindow = part(crowd.inWindow)
    counted = part(crowd.counted)
    written =
      switch mood {
      case .likely: part(crowd.mayWrite.lowerBound + crowd.mayWrite.count / 2)
      case .cautious: part(crowd.mayWrite.lowerBound)
      }
    fresh = left
    lapses = now + DailyLimit.length
    opening = openings.first(after: now)
  }

  private var free: Int { written + inWindow + counted }
  var left: Int { free + fresh }

  /// To be called as time passes.
  mutating func pass(to now: Timestamp) {
    if now >= lapses {
      fresh += inWindow + counted
      (inWindow, counted) = (0, 0)
    }
    if let last = opening, last.upperBound <= now { opening = openings.first(after: now) }
  }

  func isOpen(at now: Timestamp) -> Bool {
    opening.map { $0.lowerBound <= now && now < $0.upperBound } ?? false
  }

  /// How many may go where so many slots are left.
  func ready(slots: Int) -> Int { free + min(fresh, slots) }

  enum Readiness {
    case at(Timestamp, ForecastLimit)
    case never(ForecastLoss)
  }

  /// When the next of them may go.
  func readiness(at now: Timestamp, _ group: GroupRun) -> Readiness {
    guard let opening else { return .never(.noOpening) }
    let opens = max(now, opening.lowerBound)
    guard free == 0 else { return .at(opens, .quietHours) }
    guard let slot = group.nextSlot(after: now) else { return .never(.noRoom) }
    return slot > opens ? .at(slot, .recipients) : .at(opens, .quietHours)
  }

  /// Takes at most so many; answers how many there were, how many of those took a slot, and how many moved theirs.
  mutating func take(_ most: Int, slots: Int) -> Taken {
    let count = min(most, ready(slots: slots))
    let wanted = hasWaited ? count : count * fresh / max(1, left)
    var new = min(wanted, fresh, slots)
    if new < min(wanted, fresh) { hasWaited = true }
    new = max(new, count - free)
    var rest = count - new
    func part(of people: inout Int) -> Int {
      let part = min(rest, people)
      rest -= part
      people -= part
      return part
    }
    _ = part(of: &inWindow)
    let moved = part(of: &counted)
    _ = part(of: &written)
    fresh -= new
    sent += count
    return Taken(count: count, new: new, moved: moved)
  }

  struct Taken {
    var count = 0
    var new = 0
    var moved = 0
  }
}
