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
    /// By deadline, with the one that the store is asked now.
    var asks: [Ask] = []
    var isClosed = false
  }

  /// nil where the store cannot tell. May block.
  typealias Find = @Sendable ([ID]) -> [ID: Found]?

  private let patience: Duration
  private let unchecked: Counter
  private let state: Monitor<State>

  private static var limit: Int { 256 }

  init(
    _ name: String, counting unchecked: Counter, patience: Duration, find: @escaping Find
  ) {
    (self.patience, self.unchecked) = (patience, unchecked)
    let state = Monitor(State())
    self.state = state
    _ = WorkerThread(name) { Self.ask(find, state) }
    _ = WorkerThread("\(name)-watch") { Self.watch(state) }
  }

  deinit { state.change { $0.isClosed = true } }

  /// `done` comes once, on any thread: nil where the store did not tell.
  func find(_ ids: [ID], _ done: @escaping Done) {
    let unchecked = unchecked
    let ask = Ask(ids, until: .now + patience) { found in
      if found == nil { unchecked.add() }
      done(found)
    }
    let isTaken = state.change { state in
      // What is late is still with the store.
      guard state.asks.count < Self.limit, !state.asks.contains(where: \.isOver) else {
        return false
      }
      state.asks.append(ask)
      return true
    }
    if !isTaken { ask.finish(nil) }
  }

  private static func ask(_ find: Find, _ state: Monitor<State>) {
    while true {
      state.wait(for: .seconds(60)) { !$0.asks.isEmpty || $0.isClosed }
      let (ask, isClosed) = state.peek { ($0.asks.first, $0.isClosed) }
      if let ask {
        if !ask.isOver { ask.finish(find(ask.ids)) }
        _ = state.change { $0.asks.removeFirst() }
      } else if isClosed {
        return
      }
    }
  }

  /// Ends what is late.
  private static func watch(_ state: Monitor<State>) {
    while true {
      let (ask, isClosed) = state.peek { state in
        (state.asks.first { !$0.isOver }, state.isClosed)
      }
      if let ask {
        let left = ask.deadline.left
        if left > .zero {
          state.wait(for: left) { _ in ask.isOver }
        } else {
          ask.finish(nil)
        }
      } else if isClosed {
        return
      } else {
        state.wait(for: .seconds(60)) { $0.isClosed || $0.asks.contains { !$0.isOver } }
      }
    }
  }
}
