internal import Events
internal import Domain
internal import SQLite

/// The partitions of a log file: how they are numbered there, and where their records lie.
struct Layout: Sendable {
  let id: String
  private let rows: [TopicPartition: Int]
  private let names: [Int: TopicPartition]
  private let counts: [Topic: Int]

  init(_ database: Database) throws(SQLiteError) {
    let log = try database.prepare("SELECT id FROM log")
    id = try log.step() ? log.text(0) : ""
    let partitions = try database.prepare("SELECT partition, topic, number FROM partitions")
    var rows: [TopicPartition: Int] = [:]
    while try partitions.step() {
      guard let topic = Topic(rawValue: partitions.text(1)) else { continue }
      rows[TopicPartition(topic, Int(partitions.integer(2)))] = Int(partitions.integer(0))
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
    let statement = try database.statement(
      "SELECT first, next FROM partitions WHERE topic = ? ORDER BY number")
    statement.bind(1, topic.rawValue)
    var offsets: [Range<Int64>] = []
    while try statement.step() { offsets.append(statement.integer(0)..<statement.integer(1)) }
    return offsets
  }

  static func position(_ row: Int, _ offset: Int64) -> Int64 { Int64(row) << 40 | offset }

  static func offset(_ position: Int64) -> Int64 { position & (1 << 40 - 1) }
}
