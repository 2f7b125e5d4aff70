internal import Domain
internal import Platform
internal import SendStore
internal import Time

/// What waits in the lanes and why, which takes a look into the queue of each flow: taken at most once a second, however many
/// people look, and whenever somebody stops, holds or resumes a lane.
final class LaneLooks: Sendable {
  struct Look: Sendable {
    let waits: [SenderID: LaneWaits]
    let backlogs: [SenderID: LaneBacklog]
    fileprivate let taken: Timestamp
    fileprivate let changes: Int64
  }

  private static let life = Duration.seconds(1)

  private let last = Locked<Look?>(nil)
  private let now: @Sendable () -> Timestamp

  init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

  func look(at store: SendStore) throws -> Look {
    let (time, changes) = (now(), try store.laneChanges())
    if let known = last.withLock({ $0 }), known.changes == changes,
      (.zero..<Self.life).contains(time - known.taken)
    {
      return known
    }
    let look = Look(
      waits: Dictionary(try store.laneWaits().map { ($0.sender, $0) }) { $1 },
      backlogs: Dictionary(try store.laneBacklogs().map { ($0.sender, $0) }) { $1 },
      taken: time, changes: changes)
    last.withLock { $0 = look }
    return look
  }
}
