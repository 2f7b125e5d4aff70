package import HTTP
package import Time

/// The same world without sockets, threads or a clock: whoever asks moves its time, and takes what it says.
package struct VirtualSimulator: Sendable {
  private var world: World
  private var later = Heap()
  private var happened: [Happening] = []

  package enum Happening: Sendable {
    /// The answer to the request of that number; nil where the connection was cut or nothing was ever said.
    case answered(Int, HTTPAnswer?)
    /// A webhook or callback that it posts, which is taken as answered.
    case called(HTTPCall)
  }

  package init(_ settings: SimulatorSettings, at now: Timestamp) throws {
    world = try World(settings, at: now.microseconds)
    take(at: now.microseconds)
  }

  package mutating func ask(_ call: HTTPCall, number: Int, at now: Timestamp) {
    world.handle(HTTPRequest(inside: call), .inside(number), at: now.microseconds)
    take(at: now.microseconds)
  }

  /// When it does something by itself next; nil where nothing is to come.
  package var next: Timestamp? {
    happened.isEmpty ? later.next.map { Timestamp(microseconds: $0) } : .distantPast
  }

  package mutating func go(to now: Timestamp) -> [Happening] {
    while let next = later.next, next <= now.microseconds {
      for work in later.pop(through: next) { world.perform(work, at: next) }
      take(at: next)
    }
    defer { happened = [] }
    return happened
  }

  /// Returns the fault's number.
  package mutating func switchOn(_ fault: Fault, at now: Timestamp) -> Int {
    let id = world.switchOn(fault, at: now.microseconds)
    take(at: now.microseconds)
    return id
  }

  package mutating func switchOff(_ id: Int) { world.desk.remove(id) }

  package mutating func setLimit(of portfolio: String, to limit: Int, at now: Timestamp) {
    world.setLimit(of: portfolio, to: limit, at: now.microseconds)
    take(at: now.microseconds)
  }

  /// From now on the template of this message is an approved one that takes what the message gives it.
  package mutating func approve(templateOf call: HTTPCall, isMarketing: Bool) {
    world.approve(templateOf: HTTPRequest(inside: call), isMarketing: isMarketing)
  }

  /// How often a limit was passed, and how often a message was taken twice.
  package var violations: Int { world.violations }
  package var duplicates: Int { world.totals.duplicates }

  private mutating func take(at now: Int64) {
    while true {
      let effects = world.takeEffects()
      guard !effects.isEmpty else { return }
      for effect in effects {
        switch effect {
        case .at(let time, let work): later.push(at: time, work)
        case .reply(let reply): take(reply)
        case .deliver(let delivery):
          happened.append(.called(delivery.call))
          for serial in delivery.releases { world.release(serial, at: now) }
        }
      }
    }
  }

  private mutating func take(_ reply: Reply) {
    guard case .inside(let number) = reply.responder else { return }
    let answer: HTTPAnswer? = if case .answer(let answer) = reply.manner { answer } else { nil }
    happened.append(.answered(number, answer))
  }
}
