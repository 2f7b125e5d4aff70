package import Events
package import Telemetry
package import EventLog
internal import Platform
internal import Time

/// Puts what cannot be processed where people see it.
package struct Burial: Sendable {
  private let eventLog: any EventLog
  private let log: Log
  private let dead: Counter
  private let sentence: String

  /// `sentence` says in the log what was done.
  package init(
    _ eventLog: any EventLog, _ log: Log, counting dead: Counter, saying sentence: String
  ) {
    self.eventLog = eventLog
    self.log = log
    self.dead = dead
    self.sentence = sentence
  }

  /// Returns when the letters are durable.
  package func bury(_ letters: [DeadLetter]) throws(LogError) {
    guard !letters.isEmpty else { return }
    let now = Timestamp(microseconds: wallMicroseconds())
    try eventLog.append(letters.map { $0.event(at: now) }, within: .seconds(30))
    dead.add(letters.count)
    for letter in letters {
      log.warning(
        sentence,
        [
          "from": letter.place?.partition.description ?? "elsewhere",
          "offset": letter.place?.offset ?? -1, "reason": letter.reason,
        ])
    }
  }
}
