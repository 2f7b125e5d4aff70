internal import Settings
internal import Running
internal import Telemetry
internal import Domain
internal import HTTP
internal import Platform
internal import Providers
internal import SendStore
internal import Store
internal import Time

/// Claims from each lane when its budgets allow it, and posts what it got.
final class LaneLoop: Sendable {
  private let store: SendStore
  private let worker: WorkerID
  private let doors: DoorBook
  private let board: LaneBoard
  private let breakers: BreakerBoard
  private let recorder: Recorder
  private let client: HTTPClient
  private let repeats = Repeats()
  private let campaigns = StoppedCampaigns()
  private let underWay: ClaimsUnderWay
  private let firstLook: Duration
  private let drain: Duration
  private let log: Log
  private let counts: DispatchCounts
  private let health: HealthPart
  private let stop: StopSignal

  init(
    _ context: WorkerContext, doors: DoorBook, board: LaneBoard, breakers: BreakerBoard,
    recorder: Recorder, underWay: ClaimsUnderWay, counts: DispatchCounts, client: HTTPClient
  ) {
    self.counts = counts
    self.underWay = underWay
    store = context.store
    worker = context.worker
    log = context.log
    stop = context.stop
    firstLook = context.settings.doubts.first
    // The rest is for recording and handing over.
    drain = max(context.settings.drain - .seconds(2), .milliseconds(500))
    health = context.health.part("lanes")
    self.doors = doors
    self.board = board
    self.breakers = breakers
    self.recorder = recorder
    self.client = client
  }

  /// How long it may take until a change by another process is seen.
  private static let lookAround = Duration.milliseconds(100)
  /// A lane is claimed from at least so often, whatever else is known of it.
  private static let longestRest = Duration.seconds(1)
  private static let claimLimit = 500

  /// Blocks until asked to stop and everything under way has its answer; to be called on a thread of its
  /// own.
  func run() {
    var failures = 0
    var lookAt = RunningTime.distantPast
    var pulsesAt: Int64?
    while !stop.isRequested {
      do throws(StoreError) {
        if let (sender, lane) = board.next(within: Self.lookAround) {
          try claim(from: sender, lane)
        }
        // Also while lanes are busy: a stop by somebody else must not wait until they are idle.
        if lookAt.hasPassed {
          let mark = try store.changeMark()
          if mark == nil || mark != pulsesAt {
            board.note(pulses: try store.lanePulses())
            pulsesAt = mark
          }
          try repeats.withdraw(in: store)
          try campaigns.look(in: store)
          lookAt = .now + Self.lookAround
        }
        failures = 0
        health.ready()
      } catch {
        failures += 1
        health.notReady(error.description)
        log.warning("cannot claim sends, trying again", ["reason": error.description])
        stop.wait(
          for: Backoff(base: .milliseconds(100), cap: .seconds(5)).ceiling(failures: failures))
      }
    }
    finish()
  }

  private func finish() {
    board.stop()
    if !board.drain(within: drain) {
      log.warning("not every provider has answered; what went out is in doubt until it is found")
    }
    // Completes whatever is left, so that it is recorded as what it is.
    client.close()
    _ = board.drain(within: .seconds(5))
    board.settle()
    health.ended()
  }

  private func claim(from sender: SenderID, _ lane: LaneBoard.Lane) throws(StoreError) {
    guard let door = doors[sender] else {
      board.claimed(sender, 0, wakeAt: .distantFuture, since: lane)
      return
    }
    let hostRoom = breakers.room(door.host)
    let limit = min(hostRoom ?? Self.claimLimit, lane.isOnTrial ? 1 : Self.claimLimit)
    guard limit > 0 else {
      let rest = RunningTime.now + Self.longestRest
      let until = min(breakers.wakeTime(door.host) ?? rest, rest)
      board.claimed(sender, 0, wakeAt: until, since: lane)
      return
    }
    // Before the transaction: a claim that takes long takes its time from the posts.
    let start = RunningTime.now
    switch try store.claim(
      sender, lane.lease, worker: worker, limit: limit, firstLook: firstLook)
    {
    case .fenced: board.claimed(sender, 0, wakeAt: start + .seconds(1), since: lane)
    case .commitsLost:
      try store.noteLostCommits()
      board.claimed(sender, 0, wakeAt: start + .seconds(1), since: lane)
    case .claimed(let claim):
      underWay.add(claim.sends)
      if !claim.sends.isEmpty { counts.claimed(in: RunningTime.now - start) }
      if hostRoom != nil, !claim.sends.isEmpty { breakers.beginProbe(door.host) }
      let clock = ClockBridge(start, is: claim.now)
      let next = claim.next.map(clock.here) ?? .distantFuture
      board.claimed(
        sender, claim.sends.count, wakeAt: min(next, start + board.longestRest), since: lane,
        mayHaveMore: claim.sends.count == Self.claimLimit && claim.hold == nil, begun: start)
      post(claim, by: door, clock, deadline: start + SendStore.postSpan)
    }
  }

  private func post(
    _ claim: Claim, by door: SenderDoor, _ clock: ClockBridge, deadline: RunningTime
  ) {
    var calls: [(call: HTTPCall, completion: HTTPClient.Completion)] = []
    var ended: [Completion] = []
    let requests = claim.sends.map { send in
      Result { () throws(Failure) in try door.read(send.content) }
    }
    let named = NamedSends(in: requests, from: door.sender, in: store)
    for (send, request) in zip(claim.sends, requests) {
      do throws(Failure) {
        var request = try request.get()
        switch try named.standing(of: request.message, in: send, at: claim.now) {
        case .usual: break
        case .known(let id): request.message = request.message.naming(id)
        case .waiting(let pause):
          ended.append(Self.completion(.waits(pause), of: send, by: door, clock))
          continue
        }
        var prepared = try door.prepare(send, request, at: claim.now)
        let (repeats, campaigns) = (repeats, campaigns)
        repeats.add(send)
        campaigns.add(send)
        prepared.call.gate = {
          repeats.pass(send) && campaigns.pass(send) && RunningTime.now < deadline
            ? .pass : .refuse
        }
        calls.append((prepared.call, completion(prepared, door, clock)))
      } catch {
        ended.append(Self.completion(.refused(error), of: send, by: door, clock))
      }
    }
    if calls.isEmpty { breakers.dropProbe(door.host) }
    recorder.add(ended)
    client.send(calls)
  }

  /// Of what is not posted.
  private static func completion(
    _ result: Completion.Result, of send: ClaimedSend, by door: SenderDoor, _ clock: ClockBridge
  ) -> Completion {
    Completion(
      door: door, send: send, template: nil, route: .messages, hasFallback: false, result: result,
      clock: clock)
  }

  private func completion(
    _ prepared: PreparedSend, _ door: SenderDoor, _ clock: ClockBridge
  ) -> HTTPClient.Completion {
    let (recorder, breakers, repeats, campaigns) = (recorder, breakers, repeats, campaigns)
    let (send, template, hasFallback) = (prepared.send, prepared.template, prepared.hasFallback)
    let route = prepared.route
    return { outcome in
      repeats.forget(send)
      campaigns.forget(send)
      if let isFailure = outcome.isHostFailure {
        breakers.note(door.host, isFailure: isFailure)
      } else {
        breakers.dropProbe(door.host)
      }
      recorder.add(
        Completion(
          door: door, send: send, template: template, route: route, hasFallback: hasFallback,
          result: .ended(outcome), clock: clock))
    }
  }
}

extension HTTPOutcome {
  /// What a circuit breaker makes of it; nil where the host had no part in it.
  var isHostFailure: Bool? {
    if case .answered(let answer) = self { return answer.status >= 500 }
    return hostFailure == nil ? nil : true
  }
}
