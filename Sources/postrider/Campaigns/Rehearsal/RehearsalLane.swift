internal import DispatchWorker
internal import Domain
internal import SendStore
internal import Settings
internal import Time

/// A lane as dispatch has it.
struct RehearsalLane {
  let sender: Domain.Sender
  let door: RehearsalDoor
  /// When it is to be claimed from.
  private(set) var wake = Timestamp.distantPast
  private var claimedAt = Timestamp.distantPast
  /// It was stopped: one at a time until one is accepted.
  private var isOnTrial = false
  private(set) var underWay = 0
  var pulse: Int64 = 0
  /// What keeps it from sending more.
  var limit = ForecastLimit.rate
  private(set) var sent = 0
  private(set) var finish: Timestamp?

  init(_ settings: SenderSettings, of all: Settings) throws {
    sender = settings.sender
    door = try RehearsalDoor(settings, of: all)
  }

  /// Claims of one lane are at least so far apart.
  private static let pause = Duration.milliseconds(5)
  static let claimLimit = 500

  var isClaimable: Bool { !(isOnTrial && underWay > 0) }
  var claimLimit: Int { isOnTrial ? 1 : Self.claimLimit }

  func isDue(at now: Timestamp) -> Bool { isClaimable && wake <= now }

  mutating func sleep(until time: Timestamp, at now: Timestamp) {
    claimedAt = now
    wake = max(time, now + Self.pause)
  }

  mutating func wake(at now: Timestamp) { wake = min(wake, max(now, claimedAt + Self.pause)) }

  mutating func posted(isFirst: Bool, at now: Timestamp) {
    underWay += 1
    guard isFirst else { return }
    sent += 1
    finish = now
  }

  mutating func recorded(_ judged: RehearsalDoor.Judged, at now: Timestamp) {
    underWay -= 1
    if judged.stopsLane {
      isOnTrial = true
    } else if judged.showsThatLaneWorks {
      isOnTrial = false
    }
    wake(at: now)
  }
}

extension LaneHold {
  /// In the words of a plan.
  var limit: ForecastLimit {
    switch self {
    case .stopped, .held, .predecessor: .laneHeld
    case .budget(.daily, _): .daily
    case .budget(.recipients, _): .recipients
    case .budget(.inFlight, _): .inFlight
    case .budget(.rate, _), .budget(.pair, _): .rate
    }
  }
}
