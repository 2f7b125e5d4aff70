internal import Campaigns
internal import Crypto
internal import Domain
internal import EventLog
internal import Events
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry
internal import Time

/// One request's part of an upload: read as it comes, judged row by row, appended in records, and written down how far
/// it has come once what was read is durable. On a thread of its own; while it is behind, the client waits.
///
/// What is written down is never ahead of the log. A process that ends in between has appended more than it says, and the
/// client sends that again: the same lines of the same upload, which change nothing where they are taken in.
struct CampaignUpload {
  /// How a request ends.
  enum End: Error {
    case answered(HTTPAnswer)
    /// The client is gone.
    case cut
  }

  let store: SendStore
  let log: LogSlot
  let warnings: Log
  let definition: CampaignDefinition
  let senders: [SenderSettings]
  let places: UploadPlaces
  let shares: SenderShares
  let form: UploadReader.Form
  /// Whether this request brings the end of the upload.
  let isLast: Bool

  private let campaign: StoredCampaign
  private var version: Int64
  private var state: CampaignUploadState
  private var reader: UploadReader
  private var judge: VariantJudge?
  private var rows: [BulkRows.Row] = []
  private var records: [NewRecord] = []
  private var faults: [CampaignFault] = []
  private let receivedAt: Timestamp

  /// So many records are on their way to the log at once.
  private static let mostRecords = 32
  private static let patience = Duration.seconds(30)

  init(
    _ campaign: StoredCampaign, _ definition: CampaignDefinition, _ senders: [SenderSettings],
    _ places: UploadPlaces, _ shares: SenderShares, store: SendStore, log: LogSlot, warnings: Log,
    form: UploadReader.Form,
    isLast: Bool,
    at now: Timestamp
  ) {
    (self.campaign, self.definition, self.senders) = (campaign, definition, senders)
    (self.store, self.log, self.form, self.isLast) = (store, log, form, isLast)
    (self.places, self.shares) = (places, shares)
    self.warnings = warnings
    version = campaign.uploadVersion
    state = CampaignUploadState(campaign)
    reader = UploadReader(form, from: state.position)
    receivedAt = now
  }

  /// Reads all that comes and answers.
  mutating func run(_ upload: HTTPUpload) -> HTTPAnswer? {
    do throws(End) {
      try receive(upload)
      return isLast ? try complete() : try pause()
    } catch {
      switch error {
      case .answered(let answer): return answer
      case .cut:
        // What came is kept, so that the client goes on where it was cut.
        do throws(End) { try flush() } catch {
          warnings.info(
            "the last rows of an upload that was cut are to be sent again",
            ["campaign": campaign.id.description])
        }
        return nil
      }
    }
  }

  private mutating func receive(_ upload: HTTPUpload) throws(End) {
    while true {
      switch upload.next(within: .seconds(60)) {
      case .nothing: continue
      case .cut: throw .cut
      case .end:
        if isLast { reader.finish() }
        return try take()
      case .bytes(let bytes):
        reader.feed(bytes)
        try take()
      }
    }
  }

  /// Whatever can be read of what has come.
  private mutating func take() throws(End) {
    do throws(UploadRefusal) {
      while let reading = try reader.next() {
        switch reading {
        case .fault(let fault, _):
          // The rest of the upload stands in that field: nobody knows what it would have been.
          if fault.reason == .openQuote { throw UploadRefusal(line: fault.line, fault.detail) }
          note(fault)
        case .row(let row): try read(row)
        }
        if records.count >= Self.mostRecords { try flushWithin() }
      }
    } catch { throw try refused(error) }
  }

  /// An error of another kind than a refusal, carried through the reader's loop.
  private var ending: End?

  private mutating func flushWithin() throws(UploadRefusal) {
    do throws(End) { try flush() } catch {
      ending = error
      throw UploadRefusal(line: 0, "")
    }
  }

  private mutating func read(_ row: UploadRow) throws(UploadRefusal) {
    if judge == nil { judge = try makeJudge() }
    guard let judge else { return }
    var judgement = judge.judge(row)
    var place = UploadPlaces.Place()
    switch judgement {
    case .send(let judged), .heldOut(let judged):
      do throws(RowFault) { place = try places.place(of: judged) } catch {
        judgement = .faults([error])
      }
    case .faults: break
    }
    state.summary.add(judgement)
    switch judgement {
    case .faults(let found): keep(found)
    case .heldOut(let row): faults.append(.heldOut(PersonAddress(row.recipient), at: row.line))
    case .send(let row): add(row, in: place)
    }
  }

  private func makeJudge() throws(UploadRefusal) -> VariantJudge {
    guard !definition.messages.isEmpty, let first = senders.first, let header = reader.header
    else { throw UploadRefusal(line: 1, "the campaign has no message") }
    var rules = first.rules
    rules.otherFields = []
    let rows = definition.messages.map { _, message in
      CampaignRows(
        message: message, rules: rules, recipient: definition.recipient,
        kept: definition.care.zone.map { [$0] } ?? [])
    }
    // By the campaign and the person, so that another campaign shares the same people out differently.
    let seed = Array(campaign.id.description.utf8)
    return try VariantJudge(rows, definition.variants.shares, header: header) { person in
      Int(sha256(seed + Array(person.description.utf8)).number % UInt64(VariantShares.draws))
    }
  }

  private mutating func note(_ fault: RowFault) {
    state.summary.add(fault)
    keep([fault])
  }

  private mutating func keep(_ found: [RowFault]) {
    for (number, fault) in found.prefix(20).enumerated() {
      faults.append(
        CampaignFault(
          line: fault.line, number: number, field: fault.field, reason: fault.reason.rawValue,
          detail: fault.detail))
    }
  }

  private mutating func add(_ row: JudgedRow, in place: UploadPlaces.Place) {
    let to = PersonAddress(row.recipient)
    let isUndecided = row.part == .rest
    var made = BulkRows.Row(
      line: row.line, to: to, sender: sender(of: to),
      // Which template it is comes with the best message.
      template: isUndecided ? "" : row.request.message.templateName ?? "", request: row.json,
      region: place.region, zone: place.zone, variant: row.part.number)
    if isUndecided { made.others = row.others }
    rows.append(made)
    if rows.count == BulkRows.most { cutRecord() }
  }

  /// Where none of them knows the person: the same for the same one, whatever else the upload has.
  private func sender(of person: PersonAddress) -> Int {
    guard senders.count > 1 else { return 0 }
    return shares.place(of: sha256(Array(person.text.utf8)).number)
  }

  private mutating func cutRecord() {
    guard !rows.isEmpty else { return }
    var part = bulk
    part.rows = rows
    records.append(part.record(nil))
    rows = []
  }

  private var bulk: BulkRows {
    BulkRows(
      of: campaign.id, campaign.tenant, load: campaign.load, senders: senders.map(\.sender.id),
      priority: definition.priority, isByRecipient: definition.isByRecipient,
      receivedAt: receivedAt)
  }

  // MARK: What is kept

  /// Durable first, then written down.
  private mutating func flush() throws(End) {
    cutRecord()
    if !records.isEmpty {
      do throws(LogError) { try log.append(records, within: Self.patience) } catch {
        throw .answered(.tryLater)
      }
      records = []
    }
    state.position = reader.position
    try save()
  }

  private mutating func save() throws(End) {
    let saved: UploadSaved
    do throws(StoreError) {
      saved = try store.saveUpload(
        state.json, of: campaign.key, load: campaign.load, over: version, faults: faults)
    } catch { throw .answered(.noStore) }
    guard case .saved(let next) = saved else {
      throw .answered(
        Problem(
          status: 409, title: "Conflict",
          detail:
            "Somebody else uploads to this campaign, or it loads no more; HEAD tells the offset."
        ).answer)
    }
    version = next
    faults = []
  }

  private mutating func pause() throws(End) -> HTTPAnswer {
    let before = state.position
    try flush()
    guard state.position.offset > before.offset else {
      throw .answered(
        Problem(
          status: 422, title: "Unprocessable Content",
          detail:
            "The part is too short to be read: send at least \(UploadLimits.rowLength) bytes at a time, or the rest of the upload."
        ).answer)
    }
    return answer(status: 200)
  }

  /// The end goes into the log last, so that nothing that was wrong is missing once the campaign is loaded.
  private mutating func complete() throws(End) -> HTTPAnswer {
    state.isComplete = true
    try flush()
    try Self.end(bulk, in: log)
    return answer(status: 200)
  }

  static func end(_ bulk: BulkRows, in log: LogSlot) throws(End) {
    var end = bulk
    end.isEnd = true
    do throws(LogError) { try log.append([end.record(nil)], within: patience) } catch {
      throw .answered(.tryLater)
    }
  }

  /// Where the end was read and is perhaps not in the log: it does no harm there twice.
  func endAgain() -> HTTPAnswer {
    do throws(End) { try Self.end(bulk, in: log) } catch {
      if case .answered(let answer) = error { return answer }
    }
    return answer(status: 200)
  }

  /// Nothing of it is left: the next upload begins anew.
  private mutating func refused(_ refusal: UploadRefusal) throws(End) -> End {
    if let ending { return ending }
    do throws(StoreError) {
      guard let anew = try store.beginUpload(campaign.id) else { return .answered(.noStore) }
      var state = CampaignUploadState()
      state.refusal = refusal.details.map { "line \(refusal.line): \($0)" }
      _ = try store.saveUpload(
        state.json, of: anew.key, load: anew.load, over: anew.uploadVersion, faults: [])
    } catch { return .answered(.noStore) }
    return .answered(
      Problem(
        status: 422, title: "Unprocessable Content",
        detail: "The upload cannot be read; nothing of it was kept. Mend it and send it again.",
        errors: refusal.details.map {
          Problem.Fault(pointer: "/line/\(refusal.line)", detail: $0)
        }
      ).answer)
  }

  private func answer(status: Int) -> HTTPAnswer {
    HTTPAnswer(
      status: status,
      headers: Self.headers(state.position.offset, isComplete: state.isComplete)
        + [HTTPHeader("Content-Type", "application/json")],
      body: JSONWriter.object { writer in
        writer.field("id", campaign.id.description)
        state.write(campaign, to: &writer)
      })
  }

  static func headers(_ offset: Int, isComplete: Bool) -> [HTTPHeader] {
    [
      HTTPHeader("Upload-Offset", "\(offset)"),
      HTTPHeader("Upload-Complete", isComplete ? "?1" : "?0"),
      HTTPHeader("Cache-Control", "no-store"),
    ]
  }
}

extension [UInt8] {
  /// Its first eight bytes.
  fileprivate var number: UInt64 { prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
}
