package import Domain
package import Store
internal import Time

/// Which sends of a former campaign another one is made from. Never those of which nobody knows whether they went out.
package enum CampaignOutcome: Hashable, Sendable {
  /// Every one that came to its end without arriving.
  case notDelivered
  case state(SendState)
  /// For that reason, as the provider names it.
  case code(String)

  package init?(_ text: String) {
    switch text {
    case "": return nil
    case "not-delivered", "not delivered": self = .notDelivered
    default:
      guard let state = SendState(name: text) else {
        guard text.utf8.count <= 64 else { return nil }
        self = .code(text)
        return
      }
      guard state.rank >= SendState.sent.rank else { return nil }
      self = .state(state)
    }
  }

  package var text: String {
    switch self {
    case .notDelivered: "not-delivered"
    case .state(let state): state.name
    case .code(let code): code
    }
  }

  func matches(_ state: SendState, _ code: String) -> Bool {
    switch self {
    case .notDelivered: state.isFailure
    case .state(let wanted): state == wanted
    case .code(let wanted): state.isFailure && code == wanted
    }
  }
}

/// A send of a former campaign.
package struct SourceRow: Hashable, Sendable {
  package let recipient: PersonAddress
  package let content: [UInt8]
  package let template: String
  package let sender: SenderID
}

extension SendStore {
  /// Takes the next sends of the former campaign that ended so. `row` makes the new one of each; nil leaves it out.
  /// True once there are no more.
  package func loadFromSource(
    _ id: CampaignID, _ outcome: CampaignOutcome, priority: Int, limit: Int = 1000,
    _ row: @Sendable (SourceRow) -> CampaignBatch.Row?
  ) throws(StoreError) -> Bool {
    let (batch, next) = try engine.read {
      transaction throws(StoreError) -> (CampaignBatch?, SourcePlace?) in
      guard let campaign = try transaction.campaign(id), let source = campaign.source,
        campaign.state == .loading
      else { return (nil, nil) }
      let (rows, next) = try transaction.sourceRows(of: source, after: campaign, limit: limit)
      let chosen = rows.filter { outcome.matches($0.state, $0.code) }
      let made = chosen.compactMap { found -> CampaignBatch.Row? in
        guard let made = row(found.row) else { return nil }
        // The send that it comes from is its line: the same again is the same row.
        return CampaignBatch.Row(
          line: Int(found.key.value), sender: made.sender, recipient: made.recipient,
          content: made.content, template: made.template, maxAttempts: found.maxAttempts)
      }
      return (
        CampaignBatch(
          campaign: id, load: campaign.load, priority: priority, due: try transaction.now(),
          rows: made, isEnd: next == nil), next
      )
    }
    guard let batch else { return true }
    _ = try load([batch])
    guard let next else { return true }
    try engine.write(.campaigns) { transaction throws(StoreError) in
      guard let before = try transaction.lockCampaign(id) else { return }
      var campaign = before
      (campaign.sourceFlow, campaign.sourcePlace) = (next.flow, next.send)
      try transaction.save(campaign, was: before)
    }
    return false
  }
}

/// Up to where a former campaign was read.
private struct SourcePlace {
  let flow: FlowKey
  let send: SendKey
}

extension Transaction {
  fileprivate typealias Found = (
    key: SendKey, row: SourceRow, state: SendState, code: String, maxAttempts: Int
  )

  /// nil as the next place: there is nothing behind these.
  fileprivate func sourceRows(
    of source: CampaignKey, after campaign: StoredCampaign, limit: Int
  ) throws(StoreError) -> ([Found], SourcePlace?) {
    let flows = try flows(of: source).map(\.key).filter { $0 >= campaign.sourceFlow }
    for (place, flow) in flows.enumerated() {
      let after = flow == campaign.sourceFlow ? campaign.sourcePlace : SendKey(0)
      let found = try rows(
        Campaigns.sourceRows,
        [.flow: .key(flow), .after: .key(after), .limit: .integer(limit)]
      ) { row throws(StoreError) -> Found in
        guard let state = SendState(rawValue: row.int(.state)) else {
          throw .broken("a state \(row.int(.state))")
        }
        return (
          row.key(.send),
          SourceRow(
            recipient: PersonAddress(row.text(.recipient)), content: row.bytes(.content),
            template: row.text(.template), sender: SenderID(row.text(.sender))),
          state, row.optionalText(.code) ?? "", row.int(.maxAttempts)
        )
      }
      guard let last = found.last else { continue }
      let isLast = place == flows.count - 1 && found.count < limit
      return (found, isLast ? nil : SourcePlace(flow: flow, send: last.key))
    }
    return ([], nil)
  }
}

extension Campaigns {
  enum SourceParameter: Int, Columns { case flow, after, limit }
  enum SourceColumn: Int, Columns {
    case send, recipient, state, content, template, sender, maxAttempts, code
  }
  static let sourceRows = Query<SourceParameter, SourceColumn>("sourceRows")
}
