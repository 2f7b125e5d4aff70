internal import Platform
private import Crypto
package import Domain
package import Store
internal import Time

/// A stretch of one partition of the log, with the sends that were in it.
package struct IntakeBatch: Sendable {
  package let log: String
  package let partition: Int
  /// The offset of its first record, and the one after its last.
  package let from: Int64
  package let next: Int64
  /// The id of its last record, where it has one.
  package let lastID: String?
  package let sends: [NewSend]
  /// The offset of each send.
  package let offsets: [Int64]
  /// Sends whose id came again with another content, in this stretch: those that are there are told so.
  package let reused: [SendID]

  /// Without offsets of their own the sends stand one after the other.
  package init(
    log: String, partition: Int, from: Int64, next: Int64, lastID: String? = nil, sends: [NewSend],
    offsets: [Int64]? = nil, reused: [SendID] = []
  ) {
    self.reused = reused
    self.lastID = lastID
    self.offsets = offsets ?? sends.indices.map { from + Int64($0) }
    self.log = log
    self.partition = partition
    self.from = from
    self.next = next
    self.sends = sends
  }
}

package enum IntakeResult: Hashable, Sendable {
  /// With the places in the batch of those that were there already.
  case taken(folded: [Int])
  /// Nothing was taken: these can never be, each for its reason.
  case refused([Int: String])
  /// The store has read to another offset: somebody else was here, or the log lost records.
  case elsewhere(at: Int64)
  /// The store has read another log.
  case otherLog(String)
}

/// A queue within a lane: holds and fairness act on these, so that a held million costs nothing.
struct FlowName: Hashable {
  let lane: LaneKey
  let priority: Int
  let campaign: String
  let template: String
  var kind = FlowKind.plain
  /// Of a campaign of ours; a plain send may have any label.
  var campaignKey: CampaignKey?
}

extension SendStore {
  /// The code of a change that moves a send nowhere: another request came under its key.
  package static let reusedKeyCode = "idempotency-key-reused"

  /// Ends sends whose time is over before any process knew their sender. Answers how many, at most 500.
  package func expireUnknown() throws(StoreError) -> Int {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      let now = try transaction.now()
      let keys = try transaction.rows(Arrivals.expiredUnknown, [.now: .time(now)]) {
        $0.key(.key) as SendKey
      }
      var changes = ChangeSet(try transaction.lockSends(keys), at: now)
      for key in keys { _ = changes.apply(.expired, to: key, code: "expired") }
      try changes.write(to: transaction)
      return keys.count
    }
  }

  /// Where intake goes on in a partition; nil where it never read it.
  package func intakePlace(partition: Int) throws(StoreError) -> ReadingPlace? {
    try engine.write(.intake) { transaction throws(StoreError) in
      try transaction.intakePosition(partition)?.place
    }
  }

  /// Writes the sends and the partition's offset in one transaction. The same SendID again is folded; with
  /// another content it is refused, and the batch with it: it has to be where people see it before it is
  /// passed over.
  package func take(_ batch: IntakeBatch) throws(StoreError) -> IntakeResult {
    let first = try reserveKeys(batch.sends.count)
    let lanes = catalog.withLock { catalog in batch.sends.map { catalog.byName[$0.sender]?.key } }
    let known = self.flows.withLock { $0 }
    let (result, found) = try forgettingFlows { () throws(StoreError) in
      try engine.write(.intake) { transaction throws(StoreError) in
        // A book of this try alone: what a rolled back transaction made is not there.
        let flows = FlowBook(known)
        return (try transaction.take(batch, first, lanes, flows), flows.found)
      }
    }
    if case .taken = result { self.flows.withLock { $0.merge(found) { $1 } } }
    return result
  }

  /// A flow that is remembered here may have been pruned: the next try looks them all up again.
  func forgettingFlows<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    do { return try body() } catch {
      if case .busy = error { flows.withLock { $0 = [:] } }
      throw error
    }
  }

  func reserveKeys(_ count: Int) throws(StoreError) -> SendKey {
    try keys.withLock { block throws(StoreError) -> SendKey in
      if let first = block.take(count) { return first }
      block = try reserveBlock(of: max(count, KeyBlock.size))
      guard let first = block.take(count) else { throw .broken("a block of keys is too small") }
      return first
    }
  }

  private func reserveBlock(of size: Int) throws(StoreError) -> KeyBlock {
    try engine.write(.intake) { transaction throws(StoreError) -> KeyBlock in
      let last = try transaction.rows(Arrivals.reserveKeys, [.count: .integer(size)]) {
        $0.key(.last) as SendKey
      }.first
      guard let last else { throw .broken("no counter of keys") }
      return KeyBlock(last: last, count: size)
    }
  }
}

/// The keys of flows, looked up or made during one try of a transaction, and remembered by others only once it is
/// committed: after a conflict the body runs again, and a key that was rolled back would lead to a queue that nobody
/// reads.
final class FlowBook {
  private(set) var found: [FlowName: FlowKey]

  init(_ known: [FlowName: FlowKey]) { found = known }

  func key(of flow: FlowName, _ transaction: any Transaction) throws(StoreError) -> FlowKey {
    if let known = self.found[flow] { return known }
    let batch: Batch<Flows.AddParameter> = [
      .lane: .key(flow.lane), .priority: .integer(flow.priority),
      .campaign: .text(flow.campaign), .template: .text(flow.template),
      .kind: .integer(flow.kind.number), .campaignKey: .integer(flow.campaignKey?.value ?? 0),
      .load: .integer(flow.kind.load), .place: .integer(flow.kind.place),
    ]
    try transaction.run(Flows.add, batch)
    let found = try transaction.rows(
      Flows.find,
      [
        .lane: .key(flow.lane), .priority: .integer(flow.priority),
        .campaign: .text(flow.campaign), .template: .text(flow.template),
        .kind: .integer(flow.kind.number),
      ]
    ) { $0.key(.key) as FlowKey }
    guard let key = found.first
    else {
      throw .broken("no flow was made")
    }
    self.found[flow] = key
    return key
  }
}

/// Which sends of a batch are new.
private struct IntakeSorting {
  struct Fresh {
    let send: NewSend
    /// In the batch.
    let place: Int
    let lane: LaneKey
    let hash: [UInt8]
  }

  private(set) var fresh: [Fresh] = []
  private(set) var folded: [Int] = []
  private(set) var refused: [Int: String] = [:]

  init(_ sends: [NewSend], _ lanes: [LaneKey], known: [SendID: [UInt8]]) {
    var known = known
    for (place, send) in sends.enumerated() {
      let hash = send.hash
      if let before = known[send.id] {
        if before == hash {
          folded.append(place)
        } else {
          refused[place] = "a send of this id is there with another content"
        }
      } else {
        known[send.id] = hash
        fresh.append(Fresh(send: send, place: place, lane: lanes[place], hash: hash))
      }
    }
  }
}

extension NewSend {
  /// Tells the same request from another one under the same id.
  fileprivate var hash: [UInt8] {
    sha256(Array("\(sender)\n\(recipient)\n".utf8) + content.json)
  }
}

extension FlowName {
  fileprivate init(_ send: NewSend, lane: LaneKey) {
    self.init(
      lane: lane, priority: send.priority, campaign: send.campaign, template: send.template,
      kind: send.conversation?.turn == nil ? .plain : .turnBound)
  }
}

extension SendRow {
  fileprivate init(_ send: NewSend, key: SendKey, lane: LaneKey, flow: FlowKey) {
    self.init(
      key: key, id: send.id, lane: lane, flow: flow, recipient: send.recipient, progress: .new,
      maxAttempts: send.maxAttempts, due: send.due, expires: send.expires)
  }
}

extension Transaction {
  fileprivate func take(
    _ batch: IntakeBatch, _ first: SendKey, _ lanes: [LaneKey?], _ flows: FlowBook
  ) throws(StoreError) -> IntakeResult {
    let known = try intakePosition(batch.partition)
    if let place = known?.place {
      guard place.log == batch.log else { return .otherLog(place.log) }
      guard place.offset == batch.from else { return .elsewhere(at: place.offset) }
    }
    let lanes = try zip(lanes, batch.sends).map { lane, send throws(StoreError) in
      if let lane { return lane }
      return try self.lane(ofUnknown: send.sender)
    }
    let sorted = IntakeSorting(batch.sends, lanes, known: try knownHashes(batch.sends))
    guard sorted.refused.isEmpty else { return .refused(sorted.refused) }
    let rows = try sorted.fresh.enumerated().map { index, item throws(StoreError) in
      let flow = try flows.key(of: FlowName(item.send, lane: item.lane), self)
      return SendRow(item.send, key: first.following(index), lane: item.lane, flow: flow)
    }
    try insert(rows, sorted.fresh, at: try now())
    // What came before a restore may have gone out already.
    let doubtUntil = known?.doubtUntil ?? 0
    if batch.from < doubtUntil {
      let old = zip(rows, sorted.fresh).filter { batch.offsets[$1.place] < doubtUntil }
      try doubtUnsent(old.map(\.0))
    }
    try remark(batch.reused)
    try run(
      Arrivals.savePosition,
      [
        .partition: .integer(batch.partition), .log: .text(batch.log),
        .nextOffset: .integer(batch.next), .beforeID: .optionalTexts([batch.lastID]),
        .beforeOffset: .integer(batch.next - 1),
      ])
    return .taken(folded: sorted.folded)
  }

  /// Sends that we make ourselves within a transaction. They are new: none has an id that is known.
  func queue(
    _ sends: [(send: NewSend, lane: LaneKey)], from first: SendKey, _ flows: FlowBook,
    at now: Timestamp
  ) throws(StoreError) {
    let fresh = sends.enumerated().map { place, item in
      IntakeSorting.Fresh(send: item.send, place: place, lane: item.lane, hash: item.send.hash)
    }
    let rows = try fresh.map { item throws(StoreError) in
      let flow = try flows.key(of: FlowName(item.send, lane: item.lane), self)
      return SendRow(item.send, key: first.following(item.place), lane: item.lane, flow: flow)
    }
    try insert(rows, fresh, at: now)
  }

  fileprivate func intakePosition(
    _ partition: Int
  ) throws(StoreError) -> (place: ReadingPlace, doubtUntil: Int64)? {
    try rows(Arrivals.position, [.partition: .integer(partition)]) {
      row -> (place: ReadingPlace, doubtUntil: Int64) in
      let offset = row.integer(.nextOffset)
      // Workers of an earlier version move the offset alone: the id is then of another record.
      let before = row.optionalText(.beforeID).flatMap { id in
        row.integer(.beforeOffset) == offset - 1 ? RecordMark(offset: offset - 1, id: id) : nil
      }
      return (
        place: ReadingPlace(log: row.text(.log), offset: offset, before: before),
        doubtUntil: row.integer(.doubtUntil)
      )
    }.first
  }

  /// A lane to wait in until the settings of a process say whose it is.
  func lane(ofUnknown sender: SenderID) throws(StoreError) -> LaneKey {
    let group = LaneGroupID.own(of: sender)
    try run(Lanes.addGroup, [.name: .text(group.text)])
    try run(
      Arrivals.addLane,
      [
        .name: .text(sender.text), .groupName: .text(group.text), .app: .text(Tenant.none.app),
        .company: .text(Tenant.none.company),
      ])
    let key = try rows(Arrivals.lane, [.name: .text(sender.text)]) { $0.key(.key) as LaneKey }.first
    guard let key else { throw .broken("no lane was made") }
    return key
  }

  /// Whoever asked for it hears nowhere else that their request was not taken.
  private func remark(_ reused: [SendID]) throws(StoreError) {
    guard !reused.isEmpty else { return }
    let found = try rows(Sends.keys, [.id: .bytes(Set(reused).map(\.bytes))]) {
      $0.key(.key) as SendKey
    }
    var changes = ChangeSet(try lockSends(found), at: try now())
    for key in found {
      changes.remark(
        key, code: SendStore.reusedKeyCode,
        detail: .sentence(
          "another request came under its Idempotency-Key and was not sent; use a new key"))
    }
    try changes.write(to: self)
  }

  private func doubtUnsent(_ rows: [SendRow]) throws(StoreError) {
    let now = try now()
    var changes = ChangeSet(try lockSends(rows.map(\.key)), at: now)
    for row in rows { changes.putInDoubtAfterRestore(row.key, at: now) }
    try changes.write(to: self)
  }

  fileprivate func knownHashes(_ sends: [NewSend]) throws(StoreError) -> [SendID: [UInt8]] {
    let known = try rows(Arrivals.known, [.id: .bytes(sends.map(\.id.bytes))]) {
      row throws(StoreError) in
      (try SendID(column: row.bytes(.id)), row.bytes(.hash))
    }
    return Dictionary(known) { $1 }
  }

  fileprivate func insert(
    _ rows: [SendRow], _ fresh: [IntakeSorting.Fresh], at now: Timestamp
  ) throws(StoreError) {
    guard !rows.isEmpty else { return }
    let keys = Column.keys(rows, \.key)
    let changes = zip(rows, fresh).map { row, item in
      Change(row, at: now, detail: item.send.traceparent.map { .trace($0) })
    }
    try run(
      Arrivals.insertSends,
      [
        .key: keys, .id: .bytes(rows.map(\.id.bytes)), .lane: .keys(rows, \.lane),
        .flow: .keys(rows, \.flow), .recipient: .texts(rows.map(\.recipient.text)),
        .maxAttempts: .integers(rows.map { Int64($0.maxAttempts) }),
        .due: .integers(rows.map(\.due.microseconds)),
        .expires: .integers(rows.map(\.expires.microseconds)),
        .changed: .integers(Array(repeating: now.microseconds, count: rows.count)),
        .history: .bytes(histories(of: rows, by: changes)),
      ])
    try run(
      Arrivals.insertContents,
      [
        .send: keys, .hash: .bytes(fresh.map(\.hash)),
        .content: .bytes(fresh.map(\.send.content.json)),
      ])
    let reported = zip(rows, fresh).compactMap { row, item in
      item.send.report.map { (key: row.key, report: $0) }
    }
    if !reported.isEmpty {
      try run(
        Arrivals.insertReports,
        [.send: .keys(reported, \.key), .report: .bytes(reported.map(\.report))])
    }
    try join(
      zip(rows, fresh).compactMap { row, item in
        item.send.conversation.map { (send: row.key, of: $0) }
      })
    let campaigns = zip(rows, fresh).filter { !$1.send.campaign.isEmpty }.map(\.0)
    try run(
      Arrivals.insertCampaignSends,
      [.flow: .keys(campaigns, \.flow), .send: .keys(campaigns, \.key)])
    try enqueue(rows)
    try publish(changes)
  }
}

extension Arrivals {
  enum ReserveKeysParameter: Int, Columns { case count }
  enum ReserveKeysColumn: Int, Columns { case last }
  static let reserveKeys = Query<ReserveKeysParameter, ReserveKeysColumn>("reserveKeys")

  enum PositionParameter: Int, Columns { case partition }
  enum PositionColumn: Int, Columns { case log, nextOffset, beforeID, beforeOffset, doubtUntil }
  static let position = Query<PositionParameter, PositionColumn>("position")

  enum SavePositionParameter: Int, Columns {
    case partition, log, nextOffset, beforeID, beforeOffset
  }
  static let savePosition = Command<SavePositionParameter>("savePosition")

  enum KnownParameter: Int, Columns { case id }
  enum KnownColumn: Int, Columns { case id, hash }
  static let known = Query<KnownParameter, KnownColumn>("known")

  enum InsertSendsParameter: Int, Columns {
    case key, id, lane, flow, recipient, maxAttempts, due, expires, changed, history
  }
  static let insertSends = Command<InsertSendsParameter>("insertSends")

  enum InsertContentsParameter: Int, Columns { case send, hash, content }
  static let insertContents = Command<InsertContentsParameter>("insertContents")

  enum InsertReportsParameter: Int, Columns { case send, report }
  static let insertReports = Command<InsertReportsParameter>("insertReports")

  enum InsertCampaignSendsParameter: Int, Columns { case flow, send }
  static let insertCampaignSends = Command<InsertCampaignSendsParameter>("insertCampaignSends")

  enum ExpiredUnknownParameter: Int, Columns { case now }
  enum ExpiredUnknownColumn: Int, Columns { case key }
  static let expiredUnknown = Query<ExpiredUnknownParameter, ExpiredUnknownColumn>("expiredUnknown")

  enum AddLaneParameter: Int, Columns { case name, groupName, app, company }
  static let addLane = Command<AddLaneParameter>("addLane")

  enum LaneParameter: Int, Columns { case name }
  enum LaneColumn: Int, Columns { case key }
  static let lane = Query<LaneParameter, LaneColumn>("lane")
}

extension Flows {
  enum FlowParameter: Int, Columns { case lane, priority, campaign, template, kind }
  enum AddParameter: Int, Columns {
    case lane, priority, campaign, template, kind, campaignKey, load, place
  }
  static let add = Command<AddParameter>("add")

  enum FindColumn: Int, Columns { case key }
  static let find = Query<FlowParameter, FindColumn>("find")
}
