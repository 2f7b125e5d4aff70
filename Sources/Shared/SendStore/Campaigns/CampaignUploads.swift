package import Domain
package import Store
internal import Time

/// Something that is wrong with a row of an upload.
package struct CampaignFault: Hashable, Sendable {
  package let line: Int
  /// A row may have several.
  package let number: Int
  package let field: String?
  package let reason: String
  package let detail: String

  package init(line: Int, number: Int, field: String?, reason: String, detail: String) {
    (self.line, self.number, self.field) = (line, number, field)
    (self.reason, self.detail) = (reason, detail)
  }

  package static let duplicateReason = "duplicate"
  package static let heldOutReason = "held-out"

  /// Nothing is wrong with it: its person, whom the detail names, is left out on purpose.
  package static func heldOut(_ person: PersonAddress, at line: Int) -> CampaignFault {
    CampaignFault(
      line: line, number: 2000, field: nil, reason: heldOutReason, detail: person.text)
  }

  /// Behind what is wrong with a row itself.
  static func duplicate(of first: Int, at line: Int) -> CampaignFault {
    CampaignFault(
      line: line, number: 1000, field: nil, reason: duplicateReason,
      detail: "the person of line \(line) is in line \(first) already, which is the one that counts"
    )
  }
}

/// How an upload came on.
package enum UploadSaved: Hashable, Sendable {
  /// The number to save over next.
  case saved(version: Int64)
  /// Somebody else goes on with it, or the campaign loads no more.
  case elsewhere
}

extension SendStore {
  /// Writes down how far an upload has come, with what was wrong on the way: only over what was read, so that of two who
  /// upload at once the second is told.
  package func saveUpload(
    _ upload: [UInt8], of campaign: CampaignKey, load: Int, over version: Int64,
    faults: [CampaignFault]
  ) throws(StoreError) -> UploadSaved {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      let saved = try transaction.rows(
        Campaigns.saveUpload,
        [
          .key: .key(campaign), .load: .integer(load), .version: .integer(version),
          .upload: .bytes([upload]),
        ]
      ) { $0.integer(.version) }
      guard let next = saved.first else { return .elsewhere }
      _ = try transaction.addFaults(faults, of: campaign, load: load)
      return .saved(version: next)
    }
  }

  /// Begins anew: what was loaded before counts no more, and is swept. nil where the campaign has started.
  package func beginUpload(_ id: CampaignID) throws(StoreError) -> StoredCampaign? {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      guard let before = try transaction.lockCampaign(id),
        before.state == .loading || before.state == .planned
      else { return nil }
      guard before.upload != nil || before.rows > 0 || before.state == .planned else {
        return before
      }
      var campaign = before
      campaign.state = .loading
      campaign.load += 1
      campaign.upload = nil
      (campaign.rows, campaign.duplicates, campaign.isLoaded) = (0, 0, false)
      campaign.changed = try transaction.now()
      try transaction.save(campaign, was: before)
      return try transaction.campaign(id)
    }
  }

  /// In the order of their lines, behind a place. Who was left out on purpose is told only where that is asked for.
  package func faults(
    of campaign: CampaignKey, load: Int, reason: String = "",
    after place: (line: Int, number: Int) = (0, -1), limit: Int
  ) throws(StoreError) -> [CampaignFault] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Campaigns.faults,
        [
          .campaign: .key(campaign), .load: .integer(load), .line: .integer(place.line),
          .number: .integer(place.number), .reason: .text(reason), .limit: .integer(limit),
        ]
      ) { row in
        CampaignFault(
          line: row.int(.line), number: row.int(.number), field: row.optionalText(.field),
          reason: row.text(.reason), detail: row.text(.detail))
      }
    }
  }
}

extension Transaction {
  /// Answers how many of them are new.
  func addFaults(
    _ faults: [CampaignFault], of campaign: CampaignKey, load: Int
  ) throws(StoreError) -> Int {
    guard !faults.isEmpty else { return 0 }
    return try rows(
      Campaigns.addFaults,
      [
        .campaign: .keys(faults, { _ in campaign }),
        .load: .integers(faults.map { _ in Int64(load) }),
        .line: .integers(faults.map { Int64($0.line) }),
        .number: .integers(faults.map { Int64($0.number) }),
        .field: .optionalTexts(faults.map(\.field)), .reason: .texts(faults.map(\.reason)),
        .detail: .texts(faults.map(\.detail)),
      ]
    ) { $0.int(.line) }.count
  }
}

extension Campaigns {
  enum SaveUploadParameter: Int, Columns { case key, load, version, upload }
  enum VersionColumn: Int, Columns { case version }
  static let saveUpload = Query<SaveUploadParameter, VersionColumn>("saveUpload")

  enum AddFaultsParameter: Int, Columns { case campaign, load, line, number, field, reason, detail }
  enum LineColumn: Int, Columns { case line }
  static let addFaults = Query<AddFaultsParameter, LineColumn>("addFaults")

  enum FaultsParameter: Int, Columns { case campaign, load, line, number, reason, limit }
  enum FaultColumn: Int, Columns { case line, number, field, reason, detail }
  static let faults = Query<FaultsParameter, FaultColumn>("faults")
}
