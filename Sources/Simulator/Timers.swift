internal import Platform
internal import Time

/// Work for later, done in the order of its time on one thread. The clock may be one that only moves when
/// somebody moves it: `look` tells the thread that it did.
final class Timers: Sendable {
  private struct State: Sendable {
    var heap = Heap()
    var version = 0
    var isStopped = false
  }

  private let state = Monitor(State())
  private let thread = Locked<WorkerThread?>(nil)
  private let clock: @Sendable () -> Int64

  init(clock: @escaping @Sendable () -> Int64) { self.clock = clock }

  func start(_ perform: @escaping @Sendable ([Work]) -> Void) {
    let worker = WorkerThread("simulator") { [self] in
      while let due = takeDue() { if !due.isEmpty { perform(due) } }
    }
    thread.withLock { $0 = worker }
  }

  func add(_ items: [(at: Int64, work: Work)]) {
    guard !items.isEmpty else { return }
    let isEarlier = state.peek { state in
      let before = state.heap.next
      for item in items { state.heap.push(at: item.at, item.work) }
      return state.heap.next != before
    }
    if isEarlier { look() }
  }

  func look() { state.change { $0.version += 1 } }

  func stop() {
    state.change { $0.isStopped = true }
    thread.withLock { thread in
      thread?.join()
      thread = nil
    }
  }

  /// Waits for some; nil at the end. Empty when the time should be looked at again.
  private func takeDue() -> [Work]? {
    let now = clock()
    let (due, next, version, isStopped) = state.peek { state in
      (state.heap.pop(through: now), state.heap.next, state.version, state.isStopped)
    }
    guard !isStopped else { return nil }
    guard due.isEmpty else { return due }
    let patience = next.map { Duration.microseconds(max(0, $0 - now)) } ?? .seconds(60)
    state.wait(for: min(patience, .seconds(60))) { $0.version != version || $0.isStopped }
    return []
  }
}

/// Smallest time first; of equal ones the one that was added first.
struct Heap: Sendable {
  private struct Item: Sendable {
    let at: Int64
    let order: Int
    let work: Work

    func precedes(_ other: Item) -> Bool { (at, order) < (other.at, other.order) }
  }

  private var items: [Item] = []
  private var added = 0

  var next: Int64? { items.first?.at }

  mutating func push(at time: Int64, _ work: Work) {
    added += 1
    items.append(Item(at: time, order: added, work: work))
    var place = items.count - 1
    while place > 0, items[place].precedes(items[(place - 1) / 2]) {
      items.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func pop(through time: Int64) -> [Work] {
    var due: [Work] = []
    while let first = items.first, first.at <= time, due.count < 1000 {
      due.append(first.work)
      removeFirst()
    }
    return due
  }

  private mutating func removeFirst() {
    let last = items.removeLast()
    guard !items.isEmpty else { return }
    items[0] = last
    var place = 0
    while true {
      var smallest = place
      for child in [2 * place + 1, 2 * place + 2] where child < items.count {
        if items[child].precedes(items[smallest]) { smallest = child }
      }
      guard smallest != place else { return }
      items.swapAt(place, smallest)
      place = smallest
    }
  }
}
