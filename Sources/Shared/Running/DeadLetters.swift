package import EventLog
package import Events
internal import Platform
internal import Time

/// The dead letters that nobody has decided about.
package final class DeadLetters {
  private let eventLog: any EventLog

  package init(_ eventLog: any EventLog) { self.eventLog = eventLog }

  private static let patience = Duration.seconds(60)

  /// Whoever asks for some only, since each may be as large as a record, gets the first ones.
  package struct Pending: Sendable {
    package var letters: [Letter]
    /// Whether there are more.
    package var isCut = false
  }

  /// The whole topic is read: what nobody decides about goes with its retention.
  package func pending() throws(LogError) -> [Letter] { try pending(most: .max).letters }

  package func pending(most: Int) throws(LogError) -> Pending {
    var letters: [LetterNumber: Letter] = [:]
    var isCut = false
    try readAll { record in
      switch DeadLetterRecord(record) {
      case .letter(let letter) where letters.count < most: letters[letter.number] = letter
      case .letter: isCut = true
      case .decided(let number): letters[number] = nil
      case nil: break
      }
    }
    return Pending(letters: letters.values.sorted { $0.number < $1.number }, isCut: isCut)
  }

  /// Appends the record again as it was, for whoever reads its topic.
  package func replay(_ letter: Letter) throws(LogError) {
    guard let record = letter.original else {
      throw .other("\(letter.number) does not hold a whole record of a topic")
    }
    try eventLog.append([record], within: .seconds(30))
    try decide(letter, .replayed)
  }

  package func decide(_ letter: Letter, _ decision: LetterDecision) throws(LogError) {
    let now = Timestamp(microseconds: wallMicroseconds())
    try eventLog.append([decision.event(about: letter, at: now)], within: .seconds(30))
  }

  private func readAll(_ take: (LogRecord) -> Void) throws(LogError) {
    let available = try eventLog.offsets(of: .deadLetters, within: .seconds(10))
    var left = Dictionary(
      available.enumerated().filter { !$1.isEmpty }
        .map { (TopicPartition(.deadLetters, $0), $1.upperBound) }
    ) { $1 }
    guard !left.isEmpty else { return }
    // It keeps no bookmarks, so its name is nobody's.
    let reader = try eventLog.reader("postrider-dead", of: [.deadLetters])
    defer { reader.close() }
    try reader.read(
      left.reduce(into: [:]) { $0[$1.key] = available[$1.key.number].lowerBound })
    let deadline = RunningTime.now + Self.patience
    while !left.isEmpty {
      guard !deadline.hasPassed else { throw .unreachable("reading took too long") }
      for record in try reader.next(max: 1000, wait: .milliseconds(250)) {
        take(record)
        if record.offset + 1 >= left[record.partition] ?? .max { left[record.partition] = nil }
      }
    }
  }
}
