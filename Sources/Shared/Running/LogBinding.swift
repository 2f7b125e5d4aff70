package import EventLog
package import SendStore

/// A log belongs to one store: what another store has read would be sent again by this one. The committed offset
/// of each partition carries the store's name, and whoever wants to read looks at it first. Knows no I/O.
package enum LogBinding {
  /// What a look at a partition leads to.
  package enum Verdict: Hashable, Sendable {
    /// Reading begins at that offset. Where it stands behind a record that the store knows, that one is read
    /// again first. `isNew`: nobody had read it.
    case read(from: Int64, after: RecordMark?, isNew: Bool)
    /// The store has less than it had told the log.
    case commitsLost
    /// A person has to choose.
    case refused(String)
  }

  /// What is known of a partition. `place`: where the store goes on in it; `mark`: what the log keeps of it;
  /// `available`: what the log has.
  package struct Partition: Sendable {
    package let name: String
    package let log: String
    package let place: ReadingPlace?
    package let mark: Bookmark?
    package let available: Range<Int64>

    package init(
      _ name: String, log: String, place: ReadingPlace?, mark: Bookmark?, available: Range<Int64>
    ) {
      self.name = name
      self.log = log
      self.place = place
      self.mark = mark
      self.available = available
    }
  }

  /// `hasRead`: whether this store has read that log before logs were bound.
  package static func judge(
    _ partition: Partition, _ store: StoreIdentity, hasRead: Bool
  ) -> Verdict {
    let choice = "choose with `postrider store adopt-log --from start|end|restored`"
    if let place = partition.place, place.log != partition.log {
      return .refused(
        "this store has read the log \(place.log), and this log is \(partition.log): \(choice)")
    }
    let note = partition.mark.map { StoreNote($0.note) } ?? .none
    switch note {
    case .store(let own) where own.id != store.id:
      return .refused(
        "the log belongs to another store (\(own.name)), which has read \(partition.name) up to \(partition.mark?.offset ?? 0); reading it with this one (\(store.name)) would send everything again: \(choice)"
      )
    case .store(let own):
      // Nothing is read before the store has a place for it.
      if own.generation == store.generation, let mark = partition.mark,
        mark.offset > partition.place?.offset ?? partition.available.lowerBound
      {
        return .commitsLost
      }
      // The place was lost with what was read up to the mark: all of it is read again.
      if let mark = partition.mark, mark.offset > partition.available.lowerBound,
        partition.place == nil
      {
        return begin(partition, at: partition.available.lowerBound, choice)
      }
    case .unnamed:
      // What an earlier version read, and committed without a name.
      let offset = partition.mark?.offset ?? 0
      guard partition.place != nil || hasRead || offset <= partition.available.lowerBound else {
        return .refused(
          "the log was read up to offset \(offset) of \(partition.name), and not by this store (\(store.name)): \(choice)"
        )
      }
    case .none: break
    }
    let start =
      partition.place?.offset ?? partition.mark?.offset ?? partition.available.lowerBound
    return begin(partition, at: start, choice)
  }

  private static func begin(
    _ partition: Partition, at start: Int64, _ choice: String
  ) -> Verdict {
    let available = partition.available
    guard start <= available.upperBound else {
      return .refused(
        "\(partition.name) ends at offset \(available.upperBound), and reading had come to \(start): the log lost records or was made anew; \(choice)"
      )
    }
    guard start >= available.lowerBound else {
      return .refused(
        "\(partition.name) begins at offset \(available.lowerBound), and reading had come to \(start): what lay between is lost; \(choice)"
      )
    }
    let before = partition.place?.before.flatMap { available.contains($0.offset) ? $0 : nil }
    let isNew = partition.place == nil && partition.mark == nil
    return .read(from: start, after: before, isNew: isNew)
  }

  /// What stands beside the committed offset.
  enum StoreNote: Hashable {
    case none
    case unnamed
    case store(StoreIdentity)

    init(_ note: String) {
      let parts = note.split(separator: " ")
      guard parts.count == 2, let id = Self.value(parts[0], "store", radix: 16),
        let generation = Self.value(parts[1], "generation", radix: 10)
      else {
        self = .unnamed
        return
      }
      self = .store(StoreIdentity(id: id, generation: generation))
    }

    private static func value(_ part: Substring, _ name: String, radix: Int) -> Int64? {
      part.hasPrefix("\(name)=") ? Int64(part.dropFirst(name.count + 1), radix: radix) : nil
    }
  }
}

extension StoreIdentity {
  /// As it stands beside committed offsets.
  package var note: String { "store=\(name) generation=\(generation)" }

  package var name: String { String(id, radix: 16) }
}
