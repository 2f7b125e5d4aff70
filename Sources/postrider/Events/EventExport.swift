internal import API
internal import EventLog
internal import Events
internal import Domain
internal import Platform
internal import Running
internal import Settings
internal import Time

/// What the log still has of some topics, from one time to another. It reads all of it: late news stand late in the log
/// and have an early time, so no place in it is the first of a time.
struct EventExport {
  struct Wish {
    let topics: EventTopics
    let filter: EventFilter
    let since: Timestamp
    let until: Timestamp
    let isMasked: Bool
  }

  struct Failed: Error, CustomStringConvertible { let description: String }

  private let wish: Wish
  private let log: any EventLog
  private let senders: SenderIndex
  private let output: ResultFile
  private let stop: StopSignal
  /// nil: where the events themselves go to the terminal.
  private var display: ProgressDisplay?
  private var rate = RecentRate()
  private var read = 0
  private var written = 0
  private var bytes = 0
  private var earliest: [Topic: Timestamp] = [:]

  private static let batch = 500
  private static let patience = Duration.seconds(30)
  private static let look = Duration.milliseconds(500)
  /// Where nothing comes for so long, places up to an end have no record: what was compacted, or marks of others.
  private static let silence = Duration.seconds(30)
  private static let name = "postrider-export"

  init(
    _ wish: Wish, from log: any EventLog, _ senders: SenderIndex, to output: ResultFile,
    until stop: StopSignal, isShown: Bool
  ) {
    (self.wish, self.log, self.senders) = (wish, log, senders)
    (self.output, self.stop) = (output, stop)
    display = isShown ? ProgressDisplay() : nil
  }

  /// How many events were written; nil where it was ended before its end.
  func run() throws -> Int? {
    var export = self
    return try export.readAll()
  }

  private mutating func readAll() throws -> Int? {
    var ends: [TopicPartition: Int64] = [:]
    var places: [TopicPartition: Int64] = [:]
    for topic in wish.topics.topics {
      let ranges = try log.offsets(of: topic, within: Self.patience)
      for (number, range) in ranges.enumerated() where !range.isEmpty {
        let partition = TopicPartition(topic, number)
        (places[partition], ends[partition]) = (range.lowerBound, range.upperBound)
      }
    }
    let total = ends.reduce(0) { $0 + Int($1.value - (places[$1.key] ?? 0)) }
    let reader = try log.reader(Self.name, of: wish.topics.topics)
    defer { reader.close() }
    try reader.read(places)
    var heard = RunningTime.now
    while places.contains(where: { $0.value < ends[$0.key] ?? 0 }) {
      if stop.isRequested { return nil }
      let records = try next(reader, &places)
      if records.isEmpty, RunningTime.now - heard > Self.silence {
        try log.ping(within: Self.patience)
        tellUnread(places, ends)
        break
      }
      if !records.isEmpty { heard = .now }
      guard try take(records.filter { $0.offset < ends[$0.partition] ?? 0 }) else { return nil }
      for record in records { places[record.partition] = record.offset + 1 }
      show(of: total)
    }
    tellBeginnings()
    return written
  }

  private func next(
    _ reader: any LogReader, _ places: inout [TopicPartition: Int64]
  ) throws(LogError) -> [LogRecord] {
    do throws(LogError) { return try reader.next(max: Self.batch, wait: Self.look) } catch {
      guard case .outOfRange(let partition, let offset, let available) = error else { throw error }
      Terminal.error(
        "postrider: \(partition.topic.rawValue) lost its records from \(offset) to \(available.lowerBound) while it was read"
      )
      places[partition] = available.lowerBound
      try reader.read(places)
      return []
    }
  }

  /// False where it was ended.
  private mutating func take(_ records: [LogRecord]) throws -> Bool {
    var lines: [UInt8] = []
    for record in records {
      read += 1
      guard let line = line(of: record) else { continue }
      lines += line + [0x0A]
      written += 1
    }
    bytes += lines.count
    switch output.write(lines, orUntil: { [stop] in stop.isRequested }) {
    case .whole: return true
    case .readerGone, .stopped: return false
    case .failed(let reason):
      throw Failed(description: "the events cannot be written: \(reason)")
    }
  }

  /// nil for what was not asked for, and for what others wrote.
  private mutating func line(of record: LogRecord) -> [UInt8]? {
    guard let time = time(of: record) else { return nil }
    earliest[record.topic] = min(earliest[record.topic] ?? time, time)
    guard wish.since <= time, time < wish.until else { return nil }
    let event = PassedEvent(record, senders)
    guard let line = event.line, wish.filter.passes(event.facts) else { return nil }
    return wish.isMasked ? MaskedEvent.line(line) : line
  }

  private func time(of record: LogRecord) -> Timestamp? {
    do throws(MalformedRecord) { return try record.event().time } catch { return nil }
  }

  // MARK: What a person sees

  /// Nothing is taken for whole in silence.
  private func tellUnread(_ places: [TopicPartition: Int64], _ ends: [TopicPartition: Int64]) {
    for (partition, end) in ends.sorted(by: {
      ($0.key.topic.rawValue, $0.key.number) < ($1.key.topic.rawValue, $1.key.number)
    }) {
      guard let place = places[partition], place < end else { continue }
      Terminal.error(
        "postrider: \(partition.topic.rawValue) gave nothing from \(place) up to its end \(end) in partition \(partition.number) for \(Self.silence.components.seconds) s, and is taken for read there"
      )
    }
  }

  private mutating func show(of total: Int) {
    rate.note(read)
    let line =
      "\(read) of \(total) records read, \(written) events written, \(ProgressDisplay.size(bytes))"
    let speed = "\(ProgressDisplay.tenths(rate.perSecond))/s"
    display?.show(["\(ProgressDisplay.bar(read, of: total)) \(line), \(speed)"], line: line)
  }

  private func tellBeginnings() {
    for topic in wish.topics.topics {
      guard let first = earliest[topic] else {
        Terminal.error("The log has no events of \(topic.rawValue).")
        continue
      }
      guard wish.since < first else { continue }
      Terminal.error(
        "The log has no events of \(topic.rawValue) before \(first): it keeps them as long as its topic's retention says."
      )
    }
  }
}
