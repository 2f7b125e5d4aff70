package import Store
package import Time

/// A sign that everything before it in a partition of `callbacks` has been applied: its writer appends one
/// a second, behind all that it had.
package struct Mark: Hashable, Sendable {
  package let partition: Int
  package let instance: String
  package let at: Timestamp
  /// The writer has come to its end, cleanly.
  package let isLast: Bool

  package init(partition: Int, instance: String, at: Timestamp, isLast: Bool) {
    self.partition = partition
    self.instance = instance
    self.at = at
    self.isLast = isLast
  }
}

extension SendStore {
  /// A writer that was silent for longer holds up nothing any more, whatever the others do.
  package static let markPatience = Duration.seconds(24 * 3600)
  /// A writer that was silent while others wrote for so long has ended: killed, and not started again with
  /// its spool, which would go on under its name.
  package static let markSilence = Duration.seconds(15 * 60)

  package func applyMarks(_ marks: [Mark]) throws(StoreError) {
    let latest = Dictionary(marks.map { (MarkPlace($0), $0) }) { $0.at > $1.at ? $0 : $1 }
    let sorted = latest.values.sorted {
      ($0.partition, $0.instance) < ($1.partition, $1.instance)
    }
    guard !sorted.isEmpty else { return }
    try engine.write(.callbacks) { transaction throws(StoreError) in
      let now = try transaction.now()
      try transaction.run(Marks.forget, [.until: .time(now - Self.markPatience)])
      try transaction.run(
        Marks.save,
        [
          .partition: .integers(sorted.map { Int64($0.partition) }),
          .instance: .texts(sorted.map(\.instance)), .at: .integers(sorted.map(\.at.microseconds)),
          .seen: .integers(sorted.map { _ in now.microseconds }),
          .ended: .integers(sorted.map { $0.isLast ? 1 : 0 }),
        ])
    }
  }

  /// Every callback that came in before then has been applied; nil where nobody has said so.
  package func markedUntil() throws(StoreError) -> Timestamp? {
    try engine.read { transaction throws(StoreError) in try transaction.markedUntil() }
  }
}

extension Transaction {
  func markedUntil() throws(StoreError) -> Timestamp? {
    let since = try now() - SendStore.markPatience
    let silence = SendStore.markSilence.microseconds
    return try rows(Marks.until, [.since: .time(since), .silence: .integer(silence)]) {
      $0.optionalTime(.until)
    }.first ?? nil
  }
}

private struct MarkPlace: Hashable {
  let partition: Int
  let instance: String

  init(_ mark: Mark) { (partition, instance) = (mark.partition, mark.instance) }
}

extension Marks {
  enum SaveParameter: Int, Columns { case partition, instance, at, seen, ended }
  static let save = Command<SaveParameter>("save")

  enum UntilParameter: Int, Columns { case since, silence }
  enum UntilColumn: Int, Columns { case until }
  static let until = Query<UntilParameter, UntilColumn>("until")

  enum ForgetParameter: Int, Columns { case until }
  static let forget = Command<ForgetParameter>("forget")
}
