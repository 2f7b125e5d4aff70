internal import Platform
internal import SQLite
internal import Time

/// The one thread of this process that writes to the file. What has come in since its last commit goes
/// into its next one, so that many callers share one wait for the disk; a lone append commits at once.
final class LogWriter: Sendable {
  private struct Queue {
    var work = PendingWork()
    var records = 0
    var isClosed = false

    var isEmpty: Bool { work.isEmpty && !isClosed }
  }

  private let settings: EmbeddedLogSettings
  private let queue = Monitor(Queue())
  private let finished = Gate()
  private let closing = Gate()
  private let leases = Locked<[GroupLease]>([])
  /// Raised after each commit to the file, of this process or another.
  let committed = Signal()
  /// A reader looks by itself after so long: the thread that watches for other processes' commits may itself be waiting
  /// for one of them.
  static let unwatched = Duration.milliseconds(250)

  init(_ settings: EmbeddedLogSettings) throws(LogError) {
    self.settings = settings
    let opened = Outcome<Void>()
    _ = WorkerThread("log-writer") { [self] in
      do throws(LogError) {
        let file = try WritableFile(settings)
        opened.settle(.success(()))
        run(file)
      } catch {
        opened.settle(.failure(error))
      }
      finished.open()
    }
    try opened.get(within: .seconds(60))
  }

  func append(_ batch: PendingAppend) {
    let refusal: LogError? = queue.change { queue in
      guard !queue.isClosed else { return .closed }
      guard queue.records + batch.records.count <= settings.queueLimit else { return .full(.queue) }
      queue.records += batch.records.count
      queue.work.appends.append(batch)
      return nil
    }
    if let refusal { batch.done(.failure(refusal)) }
  }

  /// Runs the body in the next transaction and returns when that is on the disk.
  func perform<Value: Sendable>(
    within limit: Duration,
    _ body: @escaping @Sendable (Database) throws(SQLiteError) -> Value
  ) throws(LogError) -> Value {
    let outcome = Outcome<Value>()
    let value = Locked<Value?>(nil)
    let job = PendingJob(
      run: { database throws(SQLiteError) in
        let result = try body(database)
        value.withLock { $0 = result }
      },
      done: { error in
        if let error { return outcome.settle(.failure(error)) }
        if let result = value.withLock({ $0 }) { outcome.settle(.success(result)) }
      })
    let isTaken = queue.change { queue in
      if !queue.isClosed { queue.work.jobs.append(job) }
      return !queue.isClosed
    }
    guard isTaken else { throw .closed }
    return try outcome.get(within: limit)
  }

  /// Keeps it renewed until it is lost or dropped.
  func keep(_ lease: GroupLease) { leases.withLock { $0.append(lease) } }
  func drop(_ lease: GroupLease) { leases.withLock { $0.removeAll { $0 === lease } } }

  /// What was taken is written first.
  func close(within limit: Duration) {
    queue.change { $0.isClosed = true }
    closing.open()
    _ = finished.wait(for: limit)
  }

  /// Where that many appends shared the last commit, the next one waits a moment for more of them: the pages
  /// that a commit begins and does not fill are written again by the next, and so is its wait for the disk.
  private static let crowd = 32
  private static let rest = Duration.milliseconds(1)

  private func run(_ file: WritableFile) {
    var chores = Chores(settings)
    var pace = LookPace()
    var shared = 0
    while true {
      if shared >= Self.crowd { _ = closing.wait(for: Self.rest) }
      let (work, isClosed) = take()
      shared = work.appends.count
      if !work.isEmpty {
        if file.write(work) { committed.raise() }
      } else if isClosed {
        return
      } else if !chores.isDue {
        let rest = settings.isShared ? min(chores.rest, pace.next()) : chores.rest
        queue.wait(for: rest) { !$0.isEmpty }
        if settings.isShared, queue.peek({ $0.isEmpty }), file.othersHaveCommitted() {
          pace.found()
          committed.raise()
        }
      }
      chores.run(file, leases.withLock { $0 })
    }
  }

  private func take() -> (PendingWork, isClosed: Bool) {
    queue.change { queue in
      let work = queue.work
      queue.work = PendingWork()
      queue.records = 0
      return (work, queue.isClosed)
    }
  }
}

/// What the writer does by the clock.
private struct Chores {
  private let settings: EmbeddedLogSettings
  private let pruneEvery: Duration
  private var renewAt: RunningTime
  private var pruneAt: RunningTime

  init(_ settings: EmbeddedLogSettings) {
    self.settings = settings
    pruneEvery = min(max(settings.retention / 100, .seconds(1)), .seconds(60))
    let now = RunningTime.now
    (renewAt, pruneAt) = (now + settings.renewal, now + pruneEvery)
  }

  var isDue: Bool { rest <= .zero }
  var rest: Duration { min(renewAt, pruneAt).left }

  mutating func run(_ file: WritableFile, _ leases: [GroupLease]) {
    let now = RunningTime.now
    if now >= renewAt {
      file.renew(leases)
      renewAt = now + settings.renewal
    }
    if now >= pruneAt {
      // One step; where there is more, the next comes right after what has come in meanwhile.
      let hasMore = file.prune()
      pruneAt = hasMore ? now : now + pruneEvery
    }
  }
}
