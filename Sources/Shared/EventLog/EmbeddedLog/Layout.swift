internal import Events
internal import Domain
internal import SQLite

/// The partitions of a log file: how they are numbered there, and where their records lie.
struct Layout: Sendable {
  let id: String
  private let rows: [TopicPartition: Int]
  private let names: [Int: TopicPartition]
  private let counts: [Topic: Int]

  private enum LogColumn: Int, FileColumns { case id }
  private enum PartitionColumn: Int, FileColumns { case partition, topic, number }
  private enum OffsetColumn: Int, FileColumns { case first, next }

  init(_ database: Database) throws(SQLiteError) {
    let log = try FileQuery<LogColumn>(database.prepare("SELECT id FROM log"))
    id = try log.step() ? log.text(.id) : ""
    let partitions = try FileQuery<PartitionColumn>(
      database.prepare("SELECT partition, topic, number FROM partitions"))
    var rows: [TopicPartition: Int] = [:]
    while try partitions.step() {
      guard let topic = Topic(rawValue: partitions.text(.topic)) else { continue }
      rows[TopicPartition(topic, partitions.int(.number))] = partitions.int(.partition)
    }
    self.rows = rows
    names = Dictionary(uniqueKeysWithValues: rows.map { ($0.value, $0.key) })
    counts = rows.keys.reduce(into: [:]) { $0[$1.topic, default: 0] += 1 }
  }

  func count(of topic: Topic) -> Int { counts[topic] ?? 0 }

  func row(of partition: TopicPartition) -> Int? { rows[partition] }

  func partition(atRow row: Int) -> TopicPartition? { names[row] }

  func row(ofKey key: String, in topic: Topic) -> Int? {
    let count = count(of: topic)
    guard count > 0 else { return nil }
    return rows[TopicPartition(topic, Partitioner.partition(ofKey: key, among: count))]
  }

  func partitions(of topics: [Topic]) -> [TopicPartition] {
    rows.keys.filter { topics.contains($0.topic) }
      .sorted { (rows[$0] ?? 0) < (rows[$1] ?? 0) }
  }

  /// What there is now of each of its partitions.
  static func offsets(
    of topic: Topic, in database: Database
  ) throws(SQLiteError) -> [Range<Int64>] {
    let found = try FileQuery<OffsetColumn>(
      database.statement("SELECT first, next FROM partitions WHERE topic = ? ORDER BY number"))
    found.statement.bind(1, topic.rawValue)
    var offsets: [Range<Int64>] = []
    while try found.step() { offsets.append(found.integer(.first)..<found.integer(.next)) }
    return offsets
  }

  static func position(_ row: Int, _ offset: Int64) -> Int64 { Int64(row) << 40 | offset }

  static func offset(_ position: Int64) -> Int64 { position & (1 << 40 - 1) }
}
