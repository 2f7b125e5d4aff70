internal import HTTP
internal import Platform
internal import Synchronization
internal import Time

/// Does what the world decides: answers, timers, callbacks.
final class Engine: Sendable {
  private let world: Locked<World>
  private let timers: Timers
  private let outbox: Outbox
  private let time: WorldTime
  private let settings: SimulatorSettings
  private let server = Locked<HTTPServer?>(nil)
  /// Held so that they are never answered.
  private let unanswered = Locked<[Asker]>([])
  private let doorkeeper = Locked<WorkerThread?>(nil)
  private let stopping = Gate()

  init(_ settings: SimulatorSettings) throws {
    self.settings = settings
    let time = WorldTime(settings.clock)
    self.time = time
    outbox = try Outbox(limit: settings.life.callbacksInFlight)
    world = Locked(try World(settings, at: time.now))
    timers = Timers { time.now }
  }

  /// Returns the port.
  func start() throws -> UInt16 {
    timers.start { [weak self] due in self?.perform(due) }
    let port = try open(port: settings.port)
    change { world, _ in world.port = port }
    return port
  }

  func stop(within limit: Duration) {
    stopping.open()
    doorkeeper.withLock { $0 }?.join()
    server.withLock { server in
      server?.drain(within: limit)
      server = nil
    }
    timers.stop()
    outbox.close()
    unanswered.withLock { $0 = [] }
  }

  func read<Result: Sendable>(_ body: (World) -> Result) -> Result { world.withLock { body($0) } }

  var now: Int64 { time.now }

  func finishCallbacks(within limit: Duration) -> Bool { outbox.waitUntilEmpty(within: limit) }

  /// Moves the simulated time on.
  func advance(_ span: Duration) {
    time.advance(span.microseconds)
    timers.look()
  }

  /// The clock was moved by whoever owns it.
  func look() { timers.look() }

  @discardableResult
  func change<Result: Sendable>(_ body: (inout World, Int64) -> Result) -> Result {
    let (result, effects) = world.withLock { world in
      // Inside the lock, so that arrivals are in the order of their times.
      let result = body(&world, time.now)
      return (result, world.takeEffects())
    }
    perform(effects)
    return result
  }

  private func open(port: UInt16) throws -> UInt16 {
    var configuration = HTTPServer.Configuration()
    configuration.address = settings.address
    configuration.port = port
    configuration.threads = settings.threads
    configuration.maximumBodySize = 101 << 20
    let made = try HTTPServer(configuration: configuration) { [weak self] request, responder in
      self?.receive(request, responder)
    }
    server.withLock { $0 = made }
    return made.port
  }

  private func receive(_ request: HTTPRequest, _ responder: HTTPResponder) {
    if request.path.hasPrefix("/_sim/clock") { return moveClock(request, responder) }
    change { world, now in world.handle(request, .connection(responder), at: now) }
  }

  private func moveClock(_ request: HTTPRequest, _ responder: HTTPResponder) {
    responder.answer(
      ControlAnswer.clock(request, isAllowed: settings.allowsControl(from: request)) { span in
        advance(span)
        return Timestamp(microseconds: now)
      })
  }

  private func perform(_ due: [Work]) {
    change { world, now in
      for work in due { world.perform(work, at: now) }
    }
    for case .closeDoor(let id) in due { closeDoor(id) }
  }

  private func perform(_ effects: [Effect]) {
    var later: [(at: Int64, work: Work)] = []
    var deliveries: [Delivery] = []
    for effect in effects {
      switch effect {
      case .at(let time, let work): later.append((time, work))
      case .deliver(let delivery): deliveries.append(delivery)
      case .reply(let reply): answer(reply)
      }
    }
    timers.add(later)
    guard !deliveries.isEmpty else { return }
    outbox.send(deliveries) { [weak self] delivery, outcome in
      self?.change { world, now in world.completed(delivery, outcome, at: now) }
    }
  }

  private func answer(_ reply: Reply) {
    switch reply.manner {
    case .answer(let answer): reply.responder.answer(answer)
    case .cut: reply.responder.cut()
    case .never: unanswered.withLock { $0.append(reply.responder) }
    }
  }

  /// Nobody can connect until the fault is over. Blocks a thread of its own: a server cannot be closed from
  /// one of its own.
  private func closeDoor(_ id: Int) {
    // Before the door closes, which may take a while.
    let end = read { $0.outageEnd(id, after: self.now) }
    let keeper = WorkerThread("sim-outage") { [self] in
      let port = server.withLock { server -> UInt16? in
        defer { server = nil }
        server?.drain(within: .zero)
        return server?.port
      }
      guard let port else { return }
      while now < end, !stopping.wait(for: .milliseconds(20)) {}
      reopen(port)
      change { world, now in world.scheduleNextOutage(id, at: now) }
    }
    doorkeeper.withLock { $0 = keeper }
  }

  private func reopen(_ port: UInt16) {
    // Somebody else may hold the port for a moment.
    while !stopping.wait(for: .zero) {
      do {
        _ = try open(port: port)
        return
      } catch {
        _ = stopping.wait(for: .milliseconds(50))
      }
    }
  }
}

/// The caller's clock and how far the simulated time was moved ahead of it.
final class WorldTime: Sendable {
  private let clock: @Sendable () -> Timestamp
  private let ahead = Atomic<Int64>(0)

  init(_ clock: @escaping @Sendable () -> Timestamp) { self.clock = clock }

  var now: Int64 { clock().microseconds + ahead.load(ordering: .relaxed) }

  func advance(_ span: Int64) { ahead.add(span, ordering: .relaxed) }
}

extension World {
  mutating func perform(_ work: Work, at now: Int64) {
    switch work {
    case .step(let serial): step(serial, at: now)
    case .emit(let emission): report(emission, at: now)
    case .flush(let app): flush(app, at: now)
    case .restore(let app, let account, let id, let status, let former):
      restore(app, account, id, from: status, to: former, at: now)
    case .review(let app, let account, let id): review(app, account, id, at: now)
    case .approve(let account, let sid): approve(sid, account)
    case .says(let person, let saying): _ = says(person, saying, at: now)
    case .passOn(let webhook): passOn(webhook, at: now)
    case .act(let part, let turn): act(part, turn: turn, at: now)
    case .reply(let reply): effects.append(.reply(reply))
    case .release(let serial): release(serial, at: now)
    case .deliver(let delivery):
      waitingWebhooks -= 1
      effects.append(.deliver(delivery))
    case .closeDoor: break
    case .decide(let who, let round): decide(who, round: round, at: now)
    case .rise(let portfolio): rise(portfolio, at: now)
    case .restrict(let id):
      guard let entry = desk.entries.first(where: { $0.id == id }) else { return }
      beginRestriction(entry.fault, at: now)
      if let every = entry.fault.every {
        effects.append(.at(now + every.microseconds, .restrict(fault: id)))
      }
    }
  }

  func outageEnd(_ id: Int, after now: Int64) -> Int64 {
    guard let entry = desk.entries.first(where: { $0.id == id }) else { return now }
    return now + (entry.fault.lasting ?? .zero).microseconds
  }

  mutating func scheduleNextOutage(_ id: Int, at now: Int64) {
    guard let entry = desk.entries.first(where: { $0.id == id }), let every = entry.fault.every,
      let lasting = entry.fault.lasting
    else { return desk.remove(id) }
    effects.append(.at(now + (every - lasting).microseconds, .closeDoor(id)))
  }
}
