internal import Telemetry
internal import Platform
internal import Time

/// Asks the store something that a send is taken without where it cannot tell: the answer is waited for only so long,
/// and while an ask is late no other one waits at all.
final class BriefLookup<ID: Sendable, Found: Sendable>: Sendable where ID: Hashable {
  typealias Done = @Sendable ([ID: Found]?) -> Void

  private final class Ask: Sendable {
    let ids: [ID]
    let deadline: RunningTime
    private let done: Locked<Done?>

    init(_ ids: [ID], until deadline: RunningTime, _ done: @escaping Done) {
      (self.ids, self.deadline, self.done) = (ids, deadline, Locked(done))
    }

    var isOver: Bool { done.withLock { $0 == nil } }

    func part(of found: [ID: Found]) -> [ID: Found] {
      var own: [ID: Found] = [:]
      for id in ids { own[id] = found[id] }
      return own
    }

    /// The first answer counts.
    func finish(_ found: [ID: Found]?) {
      let first = done.withLock { done in
        defer { done = nil }
        return done
      }
      first?(found)
    }
  }

  private struct State: Sendable {
    /// By deadline, with those that the store is asked about now.
    var asks: [Ask] = []
    /// One was waited for in vain, and the store is still at it.
    var isLate = false
    var isWatched = false
    var isClosed = false
  }

  /// What ends the watch's sleep. It has a lock of its own, so that not every ask wakes it.
  private struct Watch: Sendable {
    var isNeeded = false
    var isClosed = false
  }

  /// nil where the store cannot tell. May block.
  typealias Find = @Sendable ([ID]) -> [ID: Found]?

  private let patience: Duration
  private let unchecked: Counter
  private let state: Monitor<State>
  private let watch: Monitor<Watch>

  private static var limit: Int { 256 }
  /// That the store is asked about at once, unless a single ask has more.
  private static var most: Int { 1024 }

  init(
    _ name: String, counting unchecked: Counter, patience: Duration, find: @escaping Find
  ) {
    (self.patience, self.unchecked) = (patience, unchecked)
    let (state, watch) = (Monitor(State()), Monitor(Watch()))
    (self.state, self.watch) = (state, watch)
    _ = WorkerThread(name) { Self.ask(find, state) }
    _ = WorkerThread("\(name)-watch") { Self.watch(state, watch) }
  }

  deinit {
    state.change { $0.isClosed = true }
    watch.change { $0.isClosed = true }
  }

  /// `done` comes once, on any thread: nil where the store did not tell.
  func find(_ ids: [ID], _ done: @escaping Done) {
    let unchecked = unchecked
    let ask = Ask(ids, until: .now + patience) { found in
      if found == nil { unchecked.add() }
      done(found)
    }
    let (isTaken, wasWatched) = state.change { state in
      guard state.asks.count < Self.limit, !state.isLate else { return (false, true) }
      state.asks.append(ask)
      defer { state.isWatched = true }
      return (true, state.isWatched)
    }
    if !wasWatched { watch.change { $0.isNeeded = true } }
    if !isTaken { ask.finish(nil) }
  }

  /// All that wait meanwhile are one question to the store.
  private static func ask(_ find: Find, _ state: Monitor<State>) {
    while true {
      state.wait(for: .seconds(60)) { !$0.asks.isEmpty || $0.isClosed }
      let (asks, isClosed) = state.peek { (Self.together($0.asks), $0.isClosed) }
      guard !asks.isEmpty else {
        if isClosed { return }
        continue
      }
      let open = asks.filter { !$0.isOver }
      let found = open.isEmpty ? nil : find(open.flatMap(\.ids))
      state.peek { state in
        state.asks.removeFirst(asks.count)
        state.isLate = false
      }
      for ask in open { ask.finish(found.map { ask.part(of: $0) }) }
    }
  }

  private static func together(_ asks: [Ask]) -> ArraySlice<Ask> {
    var (count, ids) = (0, 0)
    for ask in asks {
      ids += ask.ids.count
      if count > 0, ids > most { break }
      count += 1
    }
    return asks.prefix(count)
  }

  /// Ends what is late.
  private static func watch(_ state: Monitor<State>, _ watch: Monitor<Watch>) {
    while true {
      let ask = state.peek { state in
        let ask = state.asks.first { !$0.isOver }
        state.isWatched = ask != nil
        return ask
      }
      guard let ask else {
        watch.wait(for: .seconds(60)) { $0.isNeeded || $0.isClosed }
        let isClosed = watch.peek { watch in
          watch.isNeeded = false
          return watch.isClosed
        }
        if isClosed, state.peek({ $0.asks.allSatisfy(\.isOver) }) { return }
        continue
      }
      let left = ask.deadline.left
      guard left <= .zero else {
        pause(for: left)
        continue
      }
      let isLate = state.peek { state in
        guard state.asks.contains(where: { $0 === ask }) else { return false }
        state.isLate = true
        return true
      }
      if isLate { ask.finish(nil) }
    }
  }
}
