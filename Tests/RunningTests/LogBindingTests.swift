@testable import Running
import EventLog
import SendStore
import Testing

@Suite struct LogBindingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var place: ReadingPlace?
    var mark: Bookmark?
    var available: Range<Int64> = 0..<100
    var hasRead = false
    /// Words of the reason, for what is refused.
    let outcome: Outcome

    enum Outcome: Sendable {
      case read(Int64, after: Int64? = nil, isNew: Bool = false)
      case commitsLost
      case refused(String)
    }

    init(
      _ name: String, place: ReadingPlace? = nil, mark: Bookmark? = nil,
      available: Range<Int64> = 0..<100, hasRead: Bool = false, _ outcome: Outcome
    ) {
      testDescription = name
      (self.place, self.mark, self.available) = (place, mark, available)
      (self.hasRead, self.outcome) = (hasRead, outcome)
    }
  }

  static let store = StoreIdentity(id: 0xA, generation: 2)
  static let stranger = StoreIdentity(id: 0xB, generation: 2)
  static let restoredFrom = StoreIdentity(id: 0xA, generation: 1)

  static func place(_ offset: Int64, log: String = "log", id: String? = nil) -> ReadingPlace {
    ReadingPlace(
      log: log, offset: offset, before: id.map { RecordMark(offset: offset - 1, id: $0) })
  }

  static func mark(_ offset: Int64, _ store: StoreIdentity?) -> Bookmark {
    Bookmark(offset: offset, note: store?.note ?? "")
  }

  static let cases = [
    Case("nobody has read it", .read(0, isNew: true)),
    Case(
      "nobody has read it, and retention passed some", available: 40..<100, .read(40, isNew: true)),
    Case("bound and not read yet", mark: mark(0, store), .read(0)),
    Case("its own place", place: place(50), mark: mark(50, store), .read(50)),
    Case("the log was told less", place: place(50), mark: mark(20, store), .read(50)),
    Case("the log was told nothing", place: place(50), .read(50)),
    Case(
      "a record stands before", place: place(50, id: "x"), mark: mark(50, store),
      .read(50, after: 49)),
    Case(
      "the record before has gone with retention", place: place(50, id: "x"), mark: mark(50, store),
      available: 50..<100, .read(50)),
    Case("all of it was read", place: place(100), mark: mark(100, store), .read(100)),
    Case("the log was told more", place: place(50), mark: mark(51, store), .commitsLost),
    Case("the log was told more, the store knows nothing", mark: mark(1, store), .commitsLost),
    Case(
      "the store came back from a backup", place: place(50), mark: mark(70, restoredFrom), .read(50)
    ),
    Case(
      "it came back without a place", mark: mark(70, restoredFrom), available: 10..<100, .read(10)),
    Case("another store's", mark: mark(50, stranger), .refused("belongs to another store (b)")),
    Case(
      "another store's, and this one has read it before", place: place(50),
      mark: mark(60, stranger),
      hasRead: true, .refused("belongs to another store (b)")),
    Case(
      "another log", place: place(50, log: "old"),
      .refused("has read the log old, and this log is log")),
    Case(
      "an earlier version's, and this store's", mark: mark(50, nil), hasRead: true, .read(50)),
    Case(
      "an earlier version's, with a place", place: place(60), mark: mark(50, nil), .read(60)),
    Case(
      "an earlier version's, and not this store's", mark: mark(50, nil),
      .refused("not by this store (a)")),
    Case("an earlier version's, who read nothing", mark: mark(0, nil), .read(0)),
    Case(
      "a note that is none of ours", mark: Bookmark(offset: 9, note: "store=zz generation=1"),
      .refused("not by this store")),
    Case(
      "the log is shorter than what was read", place: place(101), mark: mark(101, store),
      .refused("ends at offset 100, and reading had come to 101")),
    Case(
      "retention passed what was not read", place: place(5), mark: mark(5, store),
      available: 6..<100, .refused("begins at offset 6, and reading had come to 5")),
    Case(
      "retention passed what was bound and not read", mark: mark(5, store), available: 6..<100,
      .refused("begins at offset 6, and reading had come to 5")),
  ]

  @Test("where reading begins, or why it does not", arguments: cases)
  func judge(_ found: Case) {
    let verdict = LogBinding.judge(
      LogBinding.Partition(
        "sends/0", log: "log", place: found.place, mark: found.mark, available: found.available),
      Self.store, hasRead: found.hasRead)
    switch found.outcome {
    case .read(let offset, let before, let isNew):
      let mark = before.map { RecordMark(offset: $0, id: "x") }
      #expect(verdict == .read(from: offset, after: mark, isNew: isNew))
    case .commitsLost: #expect(verdict == .commitsLost)
    case .refused(let words):
      guard case .refused(let reason) = verdict else {
        Issue.record("\(verdict)")
        return
      }
      #expect(reason.contains(words))
      #expect(reason.contains("postrider store adopt-log --from start|end|restored"))
    }
  }
}
