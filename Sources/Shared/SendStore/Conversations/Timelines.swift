package import Domain
package import Store
package import Time

/// Which conversations are wanted.
package struct ConversationQuery: Hashable, Sendable {
  /// nil: of all tenants.
  package var tenant: Tenant?
  package var isArchived = false
  package var mode: ConversationStanding.Mode?
  package var agent: String?
  package var label: String?
  package var isUnread: Bool?
  package var sender: SenderID?

  package init(of tenant: Tenant? = nil) { self.tenant = tenant }

  /// Archived or not, where somebody looks for it.
  package func matchesAny(_ conversation: StoredConversation) -> Bool {
    (tenant.map { $0 == conversation.tenant } ?? true) && matches(conversation)
  }

  func matches(_ conversation: StoredConversation) -> Bool {
    let standing = conversation.standing
    return (mode.map { $0 == standing.mode } ?? true)
      && (agent.map { $0 == standing.agent ?? Agent.guest } ?? true)
      && (isUnread.map { $0 == (standing.unread > 0) } ?? true)
      && (label.map { conversation.hasLabel($0) } ?? true)
      && (sender.map { $0 == conversation.sender } ?? true)
  }
}

/// Behind which a page goes on.
package struct ConversationPlace: Hashable, Sendable {
  package let last: Timestamp
  package let key: ConversationKey

  package init(last: Timestamp, key: ConversationKey) { (self.last, self.key) = (last, key) }

  static let beginning = ConversationPlace(last: .distantFuture, key: ConversationKey(.max))
}

/// One message of either side.
package struct TimelineItem: Hashable, Sendable {
  package enum What: Hashable, Sendable {
    case inbound(kind: String, words: String, original: ProviderID?, content: [UInt8])
    /// What a person of ours wrote on the business app.
    case echo(
      kind: String, words: String, original: ProviderID?, content: [UInt8], author: String)
    case send(
      SendID, state: SendState, attempt: Int, campaign: String, template: String, SendContent,
      author: String?)
  }

  package let at: Timestamp
  package let providerID: ProviderID?
  package let what: What
}

/// Where a page of a timeline goes on, in both of its directions.
package struct TimelinePlace: Hashable, Sendable {
  package var at: Timestamp
  package var inbound: Int64
  package var send: SendKey

  package init(at: Timestamp, inbound: Int64, send: SendKey) {
    (self.at, self.inbound, self.send) = (at, inbound, send)
  }

  package static let end = TimelinePlace(at: .distantFuture, inbound: .max, send: SendKey(.max))
}

extension SendStore {
  package func conversation(_ id: ConversationID) throws(StoreError) -> StoredConversation? {
    try engine.read { transaction throws(StoreError) in try transaction.conversation(id) }
  }

  /// The one in which it goes on, where its contact turned out to be another's.
  package func presentConversation(
    _ id: ConversationID
  ) throws(StoreError) -> StoredConversation? {
    try engine.read { transaction throws(StoreError) -> StoredConversation? in
      guard let known = try transaction.conversation(id) else { return nil }
      return known.continuedIn == nil
        ? known : try transaction.conversations([known.key])[known.key]
    }
  }

  /// The latest first. nil as the next place: there are no more.
  package func conversations(
    _ query: ConversationQuery, after place: ConversationPlace? = nil, limit: Int
  ) throws(StoreError) -> (page: [StoredConversation], next: ConversationPlace?) {
    try engine.read { transaction throws(StoreError) in
      var found: [StoredConversation] = []
      var place = place ?? .beginning
      var read = 0
      while true {
        let rows = try transaction.conversations(query, after: place, limit: limit)
        read += rows.count
        for row in rows {
          place = ConversationPlace(last: row.standing.last ?? row.created, key: row.key)
          guard query.matches(row) else { continue }
          found.append(row)
          if found.count == limit { return (found, place) }
        }
        if rows.count < limit { return (found, nil) }
        if read >= Self.conversationsBound { return (found, place) }
      }
    }
  }

  /// So many rows are looked at for one page, whatever it finds.
  private static let conversationsBound = 2000

  /// What was said, the latest first.
  package func timeline(
    of conversation: StoredConversation, before place: TimelinePlace = .end, limit: Int
  ) throws(StoreError) -> (page: [TimelineItem], next: TimelinePlace?) {
    try engine.read { transaction throws(StoreError) in
      let addresses = Set(
        try transaction.identities(of: conversation.person)
          .filter { $0.kind != .whatsApp }.map { PersonAddress($0.value) }
          + [conversation.address])
      var said: [(item: TimelineItem, key: Int64)] = []
      for key in [conversation.key] + (try transaction.continued(in: conversation.key)) {
        said += try transaction.said(in: key, before: place, limit: limit)
      }
      said.sort { ($0.item.at, $0.key) > ($1.item.at, $1.key) }
      var sent: [(item: TimelineItem, key: SendKey)] = []
      for address in addresses {
        sent += try transaction.sent(
          to: address, in: conversation.lane, before: place.send, limit: limit)
      }
      sent.sort { $0.key > $1.key }
      return Self.merged(
        Array(said.prefix(limit)), Array(sent.prefix(limit)), from: place, limit: limit)
    }
  }

  /// What the contact wrote last, as the provider calls it.
  package func newestInbound(
    of conversation: StoredConversation
  ) throws(StoreError) -> ProviderID? {
    try engine.read { transaction throws(StoreError) in
      try transaction.said(in: conversation.key, before: .end, limit: 20).lazy.map(\.item).first {
        if case .inbound = $0.what { true } else { false }
      }?.providerID
    }
  }

  /// Each side in its own order, and between the two by their times.
  private static func merged(
    _ said: [(item: TimelineItem, key: Int64)], _ sent: [(item: TimelineItem, key: SendKey)],
    from place: TimelinePlace, limit: Int
  ) -> (page: [TimelineItem], next: TimelinePlace?) {
    var (said, sent) = (said[...], sent[...])
    var (page, place): ([TimelineItem], TimelinePlace) = ([], place)
    while page.count < limit, !said.isEmpty || !sent.isEmpty {
      let ofPerson = said.first.map(\.item.at) ?? .distantPast
      let ofOurs = sent.first.map(\.item.at) ?? .distantPast
      if sent.isEmpty || (!said.isEmpty && ofPerson >= ofOurs), let next = said.popFirst() {
        page.append(next.item)
        (place.at, place.inbound) = (next.item.at, next.key)
      } else if let next = sent.popFirst() {
        page.append(next.item)
        place.send = next.key
      }
    }
    return (page, page.count == limit ? place : nil)
  }
}

extension Transaction {
  fileprivate func conversations(
    _ query: ConversationQuery, after place: ConversationPlace, limit: Int
  ) throws(StoreError) -> [StoredConversation] {
    guard let tenant = query.tenant else {
      return try rows(
        Conversations.page,
        [
          .isArchived: .integer(query.isArchived ? 1 : 0), .last: .time(place.last),
          .key: .key(place.key), .limit: .integer(limit),
        ], StoredConversation.init)
    }
    return try rows(
      Conversations.pageOf,
      [
        .app: .text(tenant.app), .company: .text(tenant.company),
        .isArchived: .integer(query.isArchived ? 1 : 0), .last: .time(place.last),
        .key: .key(place.key), .limit: .integer(limit),
      ], StoredConversation.init)
  }

  /// Of contacts that became one with this one's, and with those.
  func continued(in conversation: ConversationKey) throws(StoreError) -> [ConversationKey] {
    var (found, next) = ([ConversationKey](), [conversation])
    while let one = next.popLast() {
      let more = try rows(Conversations.continued, [.conversation: .key(one)]) {
        $0.key(.key) as ConversationKey
      }.filter { !found.contains($0) }
      found += more
      next += more
    }
    return found
  }

  fileprivate func said(
    in conversation: ConversationKey, before place: TimelinePlace, limit: Int
  ) throws(StoreError) -> [(item: TimelineItem, key: Int64)] {
    try rows(
      Conversations.said,
      [
        .conversation: .key(conversation), .at: .time(place.at), .key: .integer(place.inbound),
        .limit: .integer(limit),
      ]
    ) { row in
      let (kind, words) = (row.text(.kind), row.text(.words))
      let original = row.optionalText(.original).map { ProviderID($0) }
      let content = row.bytes(.content)
      let author = row.optionalText(.author)
      return (
        item: TimelineItem(
          at: row.time(.at), providerID: ProviderID(row.text(.providerID)),
          what: author.map {
            .echo(kind: kind, words: words, original: original, content: content, author: $0)
          } ?? .inbound(kind: kind, words: words, original: original, content: content)),
        key: row.integer(.key)
      )
    }
  }

  fileprivate func sent(
    to address: PersonAddress, in lane: LaneKey, before key: SendKey, limit: Int
  ) throws(StoreError) -> [(item: TimelineItem, key: SendKey)] {
    try rows(
      Conversations.sent,
      [
        .address: .text(address.text), .lane: .key(lane), .before: .key(key),
        .limit: .integer(limit),
      ]
    ) { row throws(StoreError) in (item: try TimelineItem(sent: row), key: row.key(.key)) }
  }
}

extension TimelineItem {
  init(sent row: Row<Conversations.SentColumn>) throws(StoreError) {
    guard let state = SendState(rawValue: row.int(.state)) else {
      throw .broken("a state \(row.int(.state))")
    }
    let begun = try PackedHistory.first(row.optionalBytes(.history) ?? [])?.at
    at = begun ?? row.time(.changed)
    providerID = row.optionalText(.providerID).map { ProviderID($0) }
    what = .send(
      try SendID(column: row.bytes(.id)), state: state, attempt: row.int(.attempt),
      campaign: row.text(.campaign), template: TemplateKey(text: row.text(.template)).name,
      SendContent(json: row.bytes(.content)), author: row.optionalText(.author))
  }
}

extension Conversations {
  enum PageParameter: Int, Columns { case isArchived, last, key, limit }
  static let page = Query<PageParameter, Column>("page")
  enum PageOfParameter: Int, Columns { case app, company, isArchived, last, key, limit }
  static let pageOf = Query<PageOfParameter, Column>("pageOf")
  enum ContinuedColumn: Int, Columns { case key }
  static let continued = Query<ConversationParameter, ContinuedColumn>("continued")
  enum SaidParameter: Int, Columns { case conversation, at, key, limit }
  enum SaidColumn: Int, Columns {
    case key, providerID, at, received, kind, words, original, content, author
  }
  static let said = Query<SaidParameter, SaidColumn>("said")
  enum SentParameter: Int, Columns { case address, lane, before, limit }
  enum SentColumn: Int, Columns {
    case key, id, state, attempt, version, changed, campaign, template, content, author, history,
      sender, providerID
  }
  static let sent = Query<SentParameter, SentColumn>("sent")
}
