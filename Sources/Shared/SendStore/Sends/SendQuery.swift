package import Domain
internal import Store
package import Time

/// Which sends somebody wants to see. Each search goes by one index and reads a bounded stretch of it.
package struct SendQuery: Hashable, Sendable {
  package var providerID: ProviderID?
  package var recipient: PersonAddress?
  package var campaign: String?
  package var state: SendState?
  /// nil: every tenant's.
  package var tenant: Tenant?
  /// nil: any sender's.
  package var senders: Set<SenderID>?

  package init(
    providerID: ProviderID? = nil, recipient: PersonAddress? = nil, campaign: String? = nil,
    state: SendState? = nil, tenant: Tenant? = nil
  ) {
    self.providerID = providerID
    self.recipient = recipient
    self.campaign = campaign
    self.state = state
    self.tenant = tenant
  }

  /// States that few sends are in at a time, or that are written down when they are reached. The others
  /// stand in no index, which every change would have to pay for.
  package static let searchableStates: [SendState] = [
    .queued, .sending, .inDoubt, .failed, .undelivered, .expired, .canceled,
  ]

  /// Which index leads; nil where none does.
  var lead: Lead? {
    if let providerID { return .providerID(providerID) }
    if let recipient { return .recipient(recipient) }
    if let campaign, !campaign.isEmpty { return .campaign(campaign) }
    guard let state else { return senders.map { _ in .newest } }
    guard Self.searchableStates.contains(state) else { return nil }
    return .state(state)
  }

  package var isSearchable: Bool { lead != nil }

  enum Lead: Hashable {
    case providerID(ProviderID)
    case recipient(PersonAddress)
    case campaign(String)
    case state(SendState)
    case newest

    /// Tells a place in one index from a place in another.
    var letter: Character {
      switch self {
      case .providerID: "p"
      case .recipient: "r"
      case .campaign: "c"
      case .state(.queued): "q"
      case .state(.sending), .state(.inDoubt): "u"
      case .state: "e"
      case .newest: "n"
      }
    }

    /// How many numbers name a place.
    var width: Int {
      switch self {
      case .providerID: 0
      case .recipient, .newest, .state(.sending), .state(.inDoubt): 1
      case .campaign: 2
      case .state(.queued): 4
      case .state: 1
      }
    }
  }

  func matches(_ send: SendSummary) -> Bool {
    (recipient.map { $0 == send.recipient } ?? true)
      && (campaign.map { $0 == send.campaign } ?? true)
      && (state.map { $0 == send.state } ?? true)
      && (senders?.contains(send.sender) ?? true)
  }
}

/// Where the next page of a query begins.
package struct SendCursor: Hashable, Sendable {
  let letter: Character
  let place: [Int64]

  init(letter: Character, place: [Int64]) {
    self.letter = letter
    self.place = place
  }

  package init?(_ text: String) {
    guard let letter = text.first else { return nil }
    let parts = text.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
    let place = parts.compactMap { Int64($0, radix: 36) }
    guard place.count == parts.count else { return nil }
    (self.letter, self.place) = (letter, place)
  }

  package var text: String {
    String(letter) + place.map { String($0, radix: 36) }.joined(separator: ".")
  }

  package func fits(_ query: SendQuery) -> Bool {
    query.lead.map { $0.letter == letter && $0.width == place.count } ?? false
  }
}

/// A send in a list.
package struct SendSummary: Hashable, Sendable {
  package let id: SendID
  package let sender: SenderID
  package let recipient: PersonAddress
  package let progress: SendProgress
  package let campaign: String
  package let changed: Timestamp
  /// Of its last attempt that the provider has named.
  package let providerID: ProviderID?
  let key: SendKey
  let lane: LaneKey

  package var state: SendState { progress.state }

  init(_ row: Row<Searches.SummaryColumn>) throws(StoreError) {
    key = row.key(.key)
    id = try SendID(column: row.bytes(.id))
    sender = SenderID(row.text(.sender))
    recipient = PersonAddress(row.text(.recipient))
    progress = try SendProgress(
      state: row.int(.state), attempt: row.int(.attempt), lastAttempt: row.int(.lastAttempt),
      failed: row.integer(.failed),
      proven: row.integer(.proven), version: row.int(.version))
    campaign = row.text(.campaign)
    changed = row.time(.changed)
    lane = row.key(.lane)
    providerID = row.optionalText(.providerID).map { ProviderID($0) }
  }
}

extension SendProgress {
  /// Attempts that were begun.
  package var attemptsMade: Int { state.isBeforeAttempt ? attempt - 1 : lastAttempt }
}

extension HistoryEntry {
  /// Attempts that were begun by then.
  package var attemptsMade: Int { state.isBeforeAttempt ? attempt - 1 : attempt }
}

extension SendState {
  /// One that waits in the queue, or ended there, has not begun the attempt that it stands at.
  fileprivate var isBeforeAttempt: Bool { [.queued, .expired, .canceled].contains(self) }
}

package struct SendPage: Sendable {
  package let sends: [SendSummary]
  /// nil: there are no more. A page may be short, or empty, and yet not the last.
  package let next: SendCursor?
}

extension Searches {
  enum SummariesParameter: Int, Columns { case key }
  enum SummaryColumn: Int, Columns {
    case key, id, sender, recipient, state, attempt, lastAttempt, failed, proven, version, campaign,
      changed, lane, providerID
  }
  static let summaries = Query<SummariesParameter, SummaryColumn>("summaries")
}
