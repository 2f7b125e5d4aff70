internal import Platform
package import Domain
package import Store
package import Time

/// Rows of a campaign's upload, as the log brings them.
package struct CampaignBatch: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    package let line: Int
    package let sender: SenderID
    package let recipient: PersonAddress
    /// What is to be sent, as the log has it.
    package let content: [UInt8]
    package let template: String
    package let maxAttempts: Int
    /// The country where the person lives, and a zone, where the row says one.
    package let region: String
    package let zone: String
    /// Which of the campaign's messages it is, from 1 on; 0 where there is one alone.
    package let variant: Int
    /// The other messages that it may be once the best is known, the campaign's second one first.
    package var others: [[UInt8]] = []

    package init(
      line: Int, sender: SenderID, recipient: PersonAddress, content: [UInt8], template: String,
      maxAttempts: Int = 10, region: String = "", zone: String = "", variant: Int = 0
    ) {
      (self.line, self.sender, self.recipient) = (line, sender, recipient)
      (self.content, self.template, self.maxAttempts) = (content, template, maxAttempts)
      (self.region, self.zone, self.variant) = (region, zone, variant)
    }
  }

  package var campaign: CampaignID
  /// Of which upload they are.
  package var load: Int
  package var priority: Int
  /// Whether each person is written to once, whatever the number of rows.
  package var isByRecipient: Bool
  package var due: Timestamp
  package var rows: [Row]
  /// All of the campaign's: each person gets the message from the one of these that they know.
  package var senders: [SenderID] = []
  /// There are no more.
  package var isEnd: Bool
  /// What came before a restore may have gone out already.
  package var isDoubtful: Bool

  package init(
    campaign: CampaignID, load: Int, priority: Int = 0, isByRecipient: Bool = true, due: Timestamp,
    rows: [Row], isEnd: Bool = false, isDoubtful: Bool = false
  ) {
    (self.campaign, self.load, self.priority) = (campaign, load, priority)
    (self.isByRecipient, self.due, self.rows) = (isByRecipient, due, rows)
    (self.isEnd, self.isDoubtful) = (isEnd, isDoubtful)
  }

  fileprivate func id(of row: Row) -> SendID {
    .ofRow(
      isByRecipient ? "to \(row.recipient)" : "line \(row.line)", in: campaign, load: load)
  }
}

/// What became of some rows.
package struct CampaignLoaded: Hashable, Sendable {
  package var new = 0
  package var duplicates = 0
  /// They were there already, as an upload that was cut brings some rows twice.
  package var folded = 0
  /// The campaign is not there, or loads no more, or another upload takes its place.
  package var ignored = 0

  package init(new: Int = 0, duplicates: Int = 0, folded: Int = 0, ignored: Int = 0) {
    (self.new, self.duplicates, self.folded, self.ignored) = (new, duplicates, folded, ignored)
  }
}

extension SendStore {
  /// Takes rows in. The same row again changes nothing, so they may come any number of times.
  ///
  /// While a worker is alive that knows no campaigns nothing is taken: it would send what has not been started.
  package func load(_ batch: [CampaignBatch]) throws(StoreError) -> CampaignLoaded {
    guard !batch.isEmpty else { return CampaignLoaded() }
    let first = try reserveKeys(batch.reduce(0) { $0 + $1.rows.count })
    let lanes = catalog.withLock { $0.byName.mapValues(\.key) }
    let known = flows.withLock { $0 }
    let (result, found) = try forgettingFlows { () throws(StoreError) in
      try engine.write(.campaigns) { transaction throws(StoreError) in
        let needed =
          batch.contains { $0.rows.contains { $0.variant > 0 } } ? .variants : StoreForm.care
        guard transaction.form >= needed else {
          throw .unavailable(
            "a worker of an earlier version, which does not know all that campaigns take care of, is running"
          )
        }
        let flows = FlowBook(known)
        var loading = CampaignLoading(lanes, flows, first, transaction, at: try transaction.now())
        for rows in batch { try loading.take(rows) }
        return (loading.result, flows.found)
      }
    }
    flows.withLock { $0.merge(found) { $1 } }
    return result
  }
}

/// One transaction of loading.
private struct CampaignLoading {
  private(set) var result = CampaignLoaded()
  private var lanes: [SenderID: LaneKey]
  private let flows: FlowBook
  private var nextKey: SendKey
  private let transaction: any Transaction
  private let now: Timestamp

  init(
    _ lanes: [SenderID: LaneKey], _ flows: FlowBook, _ first: SendKey,
    _ transaction: any Transaction, at now: Timestamp
  ) {
    (self.lanes, self.flows, self.transaction, self.now) = (lanes, flows, transaction, now)
    nextKey = first
  }

  private struct Fresh {
    let row: SendRow
    let line: Int
    let content: [UInt8]
    let others: [[UInt8]]
  }

  mutating func take(_ rows: CampaignBatch) throws(StoreError) {
    guard let before = try transaction.lockCampaign(rows.campaign), before.load == rows.load,
      before.state == .loading
    else {
      result.ignored += rows.rows.count
      return
    }
    var campaign = before
    var places = try PlaceBook(of: campaign.key, transaction)
    let (fresh, duplicates) = try sort(rows, of: campaign, &places)
    try transaction.add(places.fresh, to: campaign.key)
    try insert(fresh, isDoubtful: rows.isDoubtful)
    let told = try transaction.addFaults(duplicates, of: campaign.key, load: campaign.load)
    campaign.rows += fresh.count
    campaign.duplicates += told
    result.new += fresh.count
    result.duplicates += told
    result.folded += rows.rows.count - fresh.count - told
    if rows.isEnd { try end(&campaign) }
    try transaction.save(campaign, was: before)
  }

  /// Whoever asked for its start before has it now, where its time has come.
  private func end(_ campaign: inout StoredCampaign) throws(StoreError) {
    campaign.isLoaded = true
    let isDue = campaign.startsAt.map { $0 <= now } ?? true
    let starts = campaign.wantsStart && isDue && campaign.rows > 0
    let wantsStart = campaign.wantsStart && !starts && campaign.rows > 0
    try transaction.move(&campaign, to: starts ? .running : .planned, because: nil)
    campaign.wantsStart = wantsStart
  }

  private mutating func sort(
    _ rows: CampaignBatch, of campaign: StoredCampaign, _ places: inout PlaceBook
  ) throws(StoreError) -> ([Fresh], [CampaignFault]) {
    let ids = rows.rows.map { rows.id(of: $0) }
    var lines = try linesKnown(ids)
    let known = try acquaintances(of: rows, besides: lines, ids)
    var fresh: [Fresh] = []
    var duplicates: [CampaignFault] = []
    for (row, id) in zip(rows.rows, ids) {
      if let line = lines[id] {
        if line != row.line { duplicates.append(.duplicate(of: line, at: row.line)) }
        continue
      }
      lines[id] = row.line
      let known = known[row.recipient]
      let lane = if let known { known } else { try lane(of: row.sender) }
      let code = CallingCode(e164: row.recipient.text)
      let kind = FlowKind(
        segment: code?.number ?? 0, load: campaign.load,
        place: places.number(
          of: row.region.isEmpty ? code?.description ?? "" : row.region, zone: row.zone),
        variant: row.variant)
      let flow = try flows.key(
        of: FlowName(
          lane: lane, priority: rows.priority, campaign: campaign.id.description,
          template: row.template, kind: kind, campaignKey: campaign.key), transaction)
      fresh.append(
        Fresh(
          row: SendRow(
            key: nextKey, id: id, lane: lane, flow: flow, recipient: row.recipient,
            progress: .new, maxAttempts: row.maxAttempts, due: rows.due,
            // The campaign says when it ends, which it does not know yet.
            expires: .distantFuture), line: row.line, content: row.content, others: row.others))
      nextKey = nextKey.following(1)
    }
    return (fresh, duplicates)
  }

  /// Of the campaign's senders, whom each person wrote to or opted out of last, else who wrote to them.
  private mutating func acquaintances(
    of rows: CampaignBatch, besides known: [SendID: Int], _ ids: [SendID]
  ) throws(StoreError) -> [PersonAddress: LaneKey] {
    guard rows.senders.count > 1 else { return [:] }
    var places: [LaneKey: Int] = [:]
    for (place, sender) in rows.senders.enumerated() { places[try lane(of: sender)] = place }
    let people = Set(zip(rows.rows, ids).lazy.filter { known[$1] == nil }.map(\.0.recipient.text))
    guard !people.isEmpty else { return [:] }
    let found = try transaction.rows(People.acquainted, [.address: .texts(people.sorted())]) {
      row in
      (
        person: PersonAddress(row.text(.address)), lane: row.key(.lane) as LaneKey,
        at: row.integer(.at)
      )
    }
    var best: [PersonAddress: (lane: LaneKey, at: Int64, place: Int)] = [:]
    for (person, lane, at) in found {
      guard let place = places[lane] else { continue }
      // The latest, and of those that are alike the first that the campaign names.
      if let other = best[person], (other.at, place) >= (at, other.place) { continue }
      best[person] = (lane, at, place)
    }
    return best.mapValues(\.lane)
  }

  private mutating func lane(of sender: SenderID) throws(StoreError) -> LaneKey {
    if let known = lanes[sender] { return known }
    let lane = try transaction.lane(ofUnknown: sender)
    lanes[sender] = lane
    return lane
  }

  private func linesKnown(_ ids: [SendID]) throws(StoreError) -> [SendID: Int] {
    let found = try transaction.rows(Arrivals.known, [.id: .bytes(ids.map(\.bytes))]) {
      row throws(StoreError) in
      (try SendID(column: row.bytes(.id)), CampaignLine.number(row.bytes(.hash)))
    }
    return Dictionary(found) { $1 }
  }

  private func insert(_ fresh: [Fresh], isDoubtful: Bool) throws(StoreError) {
    guard !fresh.isEmpty else { return }
    let keys = Column.keys(fresh, \.row.key)
    try transaction.run(
      Campaigns.insertSends,
      [
        .key: keys, .id: .bytes(fresh.map(\.row.id.bytes)), .lane: .keys(fresh, \.row.lane),
        .flow: .keys(fresh, \.row.flow), .recipient: .texts(fresh.map(\.row.recipient.text)),
        .maxAttempts: .integers(fresh.map { Int64($0.row.maxAttempts) }),
        .due: .integers(fresh.map(\.row.due.microseconds)),
        .expires: .integers(fresh.map(\.row.expires.microseconds)),
        .changed: .integers(fresh.map { _ in now.microseconds }),
      ])
    try transaction.run(
      Arrivals.insertContents,
      [
        .send: keys, .hash: .bytes(fresh.map { CampaignLine.bytes($0.line) }),
        .content: .bytes(fresh.map(\.content)),
      ])
    try transaction.run(
      Arrivals.insertCampaignSends, [.flow: .keys(fresh, \.row.flow), .send: keys])
    try transaction.keepChoices(fresh.map { ($0.row.flow, $0.row.key, $0.others) })
    try transaction.enqueue(fresh.map(\.row))
    guard isDoubtful else { return }
    var changes = ChangeSet(try transaction.lockSends(fresh.map(\.row.key)), at: now)
    for item in fresh { changes.putInDoubtAfterRestore(item.row.key, at: now) }
    try changes.write(to: transaction)
  }
}

/// A row's line, as it stands where a send has the hash of its request.
enum CampaignLine {
  static func bytes(_ line: Int) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: line >> (56 - 8 * $0)) }
  }

  static func number(_ bytes: [UInt8]) -> Int { bytes.prefix(8).reduce(0) { $0 << 8 | Int($1) } }
}

extension Campaigns {
  enum InsertSendsParameter: Int, Columns {
    case key, id, lane, flow, recipient, maxAttempts, due, expires, changed
  }
  static let insertSends = Command<InsertSendsParameter>("insertSends")
}
