package import Domain
private import Platform
package import Store
package import Time

/// A message from a person to one of our senders, as far as the store needs it.
package struct InboundReport: Hashable, Sendable {
  package let account: AccountID
  package let sender: SenderID
  package let contact: PersonAddress
  package let providerID: ProviderID
  package let at: Timestamp
  /// Meta's own id of the person, where it is not the number dialled.
  package let waID: String?
  package let optOut: OptOutChange?
  /// The other forms of the person's number: a send to one of those reaches the same person.
  package let variants: [PersonAddress]
  /// The message of ours that it answers.
  package let inReplyTo: ProviderID?
  /// What was said; nil where no conversation keeps it.
  package var words: InboundWords?

  package init(
    account: AccountID, sender: SenderID, contact: PersonAddress, providerID: ProviderID,
    at: Timestamp,
    waID: String? = nil, optOut: OptOutChange? = nil, variants: [PersonAddress] = [],
    inReplyTo: ProviderID? = nil
  ) {
    self.account = account
    self.sender = sender
    self.contact = contact
    self.providerID = providerID
    self.at = at
    self.waID = waID
    self.optOut = optOut
    self.variants = variants
    self.inReplyTo = inReplyTo
  }
}

package enum OptOutChange: Hashable, Sendable {
  case out(OptOut)
  case backIn
  /// As far as they had opted out of that alone.
  case wantsMarketing
}

/// A person as one sender sees them.
package struct Contact: Hashable, Sendable {
  package let window: ServiceWindow
  package let optOut: OptOut?
  package let optedOut: Timestamp?
  package let waID: String?
}

extension SendStore {
  /// Opens windows and takes note of opt-outs. True for each message that was not known: the same one again
  /// neither reopens a window nor undoes a STOP.
  package func receive(_ messages: [InboundReport]) throws(StoreError) -> [Bool] {
    let lanes = catalog.withLock { catalog in
      messages.map { catalog.byName[$0.sender] }
    }
    return try engine.write(.inbound) { transaction throws(StoreError) in
      var isNew = Array(repeating: false, count: messages.count)
      let answered = try transaction.answered(messages, lanes.map { $0?.key })
      // One by one: the same message twice in one batch must be new only once.
      for (index, message) in messages.enumerated() {
        guard let lane = lanes[index] else { continue }
        isNew[index] = try transaction.receive(
          message, lane: lane.key, answering: answered[index])
        if isNew[index] { try transaction.converse(message, in: lane) }
      }
      return isNew
    }
  }

  /// The send that each message answers, as far as it is one of the same sender's.
  package func sendsAnswered(by messages: [InboundReport]) throws(StoreError) -> [SendID?] {
    let lanes = catalog.withLock { catalog in
      messages.map { catalog.byName[$0.sender]?.key }
    }
    return try engine.read { transaction throws(StoreError) in
      try transaction.answered(messages, lanes)
    }
  }

  /// What a provider's own code told of a person: no message, but an opt-out.
  package func optOut(
    _ contact: PersonAddress, of sender: SenderID, _ change: OptOutChange,
    from source: String = "provider"
  ) throws(StoreError) {
    guard let lane = catalog.withLock({ $0.byName[sender]?.key }) else {
      throw .broken("no lane \(sender)")
    }
    try engine.write(.inbound) { transaction throws(StoreError) in
      try transaction.save(
        change, of: contact, lane: lane, at: try transaction.now(), from: source)
    }
  }

  /// The send that a message from a person answers, as far as it is one of that sender's.
  package func sendAnswered(
    by message: ProviderID, account: AccountID, sender: SenderID
  ) throws(StoreError) -> SendID? {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        People.inReplyTo,
        [
          .account: .text(account.text), .address: .text(sender.text),
          .providerID: .text(message.text),
        ]
      ) { row throws(StoreError) -> SendID? in
        try row.optionalBytes(.inReplyTo).map { bytes throws(StoreError) in
          try SendID(column: bytes)
        }
      }.first ?? nil
    }
  }

  /// Nothing goes to this person before then.
  package func rest(
    _ contact: PersonAddress, of sender: SenderID, until time: Timestamp
  ) throws(StoreError) {
    try note(People.rest, contact, of: sender, time)
  }

  /// The provider refused free text to this person, since the 24-hour window was closed.
  package func closeWindow(
    _ contact: PersonAddress, of sender: SenderID, at time: Timestamp
  ) throws(StoreError) {
    try note(People.closeWindows, contact, of: sender, time)
  }

  private func note(
    _ command: Command<People.PersonParameter>, _ contact: PersonAddress, of sender: SenderID,
    _ time: Timestamp
  ) throws(StoreError) {
    guard let lane = catalog.withLock({ $0.byName[sender]?.key }) else {
      throw .broken("no lane \(sender)")
    }
    try engine.write { transaction throws(StoreError) in
      try transaction.run(
        command, [.lane: .key(lane), .address: .text(contact.text), .at: .time(time)])
    }
  }

  package func contact(_ address: PersonAddress, of sender: SenderID) throws(StoreError) -> Contact?
  {
    guard let lane = catalog.withLock({ $0.byName[sender]?.key }) else { return nil }
    return try engine.read { transaction throws(StoreError) in
      try transaction.rows(People.contact, [.lane: .key(lane), .address: .text(address.text)]) {
        row in
        Contact(
          window: ServiceWindow(
            lastInbound: row.optionalTime(.lastInbound),
            lastRefusal: row.optionalTime(.windowClosed)),
          optOut: row.optionalText(.optOut).flatMap(OptOut.init(rawValue:)),
          optedOut: row.optionalTime(.optedOut), waID: row.optionalText(.waID))
      }.first
    }
  }

  /// Whether each of them wants nothing at all from the sender.
  package func optedOut(
    among people: [(sender: SenderID, address: PersonAddress)]
  ) throws(StoreError) -> [Bool] {
    let lanes = catalog.withLock { catalog in people.map { catalog.byName[$0.sender]?.key } }
    let asked = Array(
      Set(
        zip(people, lanes).compactMap { person, lane in lane.map { LaneAddress($0, person.address) }
        }))
    guard !asked.isEmpty else { return people.map { _ in false } }
    let found = try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        People.optedOut,
        [.lane: .keys(asked.map(\.lane)), .address: .texts(asked.map(\.address.text))]
      ) { LaneAddress($0.key(.lane), PersonAddress($0.text(.address))) }
    }
    let optedOut = Set(found)
    return zip(people, lanes).map { person, lane in
      lane.map { optedOut.contains(LaneAddress($0, person.address)) } ?? false
    }
  }
}

/// A person as one sender knows them.
private struct LaneAddress: Hashable, Sendable {
  let lane: LaneKey
  let address: PersonAddress

  init(_ lane: LaneKey, _ address: PersonAddress) { (self.lane, self.address) = (lane, address) }
}

extension Transaction {
  /// The send that each message answers, if it is one of the same sender.
  fileprivate func answered(
    _ messages: [InboundReport], _ lanes: [LaneKey?]
  ) throws(StoreError) -> [SendID?] {
    let found = try sends(of: Set(messages.compactMap(\.inReplyTo)))
    return zip(messages, lanes).map { message, lane in
      guard let send = message.inReplyTo.flatMap({ found[$0] }), send.lane == lane else {
        return nil
      }
      return send.attempt.send
    }
  }

  fileprivate func receive(
    _ message: InboundReport, lane: LaneKey, answering send: SendID?
  ) throws(StoreError) -> Bool {
    let new = try rows(
      People.insertInbound,
      [
        .account: .text(message.account.text), .address: .text(message.sender.text),
        .providerID: .text(message.providerID.text), .at: .time(message.at),
        .inReplyTo: .optionalBytes([send?.bytes]),
      ]
    ) { $0.text(.providerID) }
    guard !new.isEmpty else { return false }
    let forms = try forms(of: message, lane: lane)
    try run(
      People.openWindows,
      [
        .lane: .keys(forms, { _ in lane }), .address: .texts(forms.map(\.text)),
        .lastInbound: .integers(forms.map { _ in message.at.microseconds }),
        .waID: .optionalTexts(forms.map { _ in message.waID }),
      ])
    guard let change = message.optOut else { return true }
    for form in forms {
      try save(change, of: form, lane: lane, at: message.at, from: "message")
    }
    return true
  }

  /// All under which this person may be dialled.
  private func forms(of message: InboundReport, lane: LaneKey) throws(StoreError) -> [PersonAddress]
  {
    let known = [message.contact] + message.variants
    guard let waID = message.waID else { return known }
    let dialled = try rows(People.byWaID, [.lane: .key(lane), .waID: .text(waID)]) {
      PersonAddress($0.text(.address))
    }
    return known + dialled.filter { !known.contains($0) }
  }

  func save(
    _ change: OptOutChange, of contact: PersonAddress, lane: LaneKey, at time: Timestamp,
    from source: String
  ) throws(StoreError) {
    let optOut: OptOut? = if case .out(let optOut) = change { optOut } else { nil }
    let isOfMarketing = change == .out(.marketing) || change == .wantsMarketing
    try run(
      isOfMarketing ? People.saveMarketingOptOuts : People.saveOptOuts,
      [
        .lane: .key(lane), .address: .text(contact.text),
        .optOut: .optionalTexts([optOut?.rawValue]),
        .optedOut: .optionalIntegers([optOut == nil ? nil : time.microseconds]),
        .source: .optionalTexts([optOut == nil ? nil : source]),
      ])
  }
}

extension People {
  enum InsertInboundParameter: Int, Columns { case account, address, providerID, at, inReplyTo }
  enum InsertInboundColumn: Int, Columns { case providerID }
  static let insertInbound = Query<InsertInboundParameter, InsertInboundColumn>("insertInbound")

  enum OpenWindowsParameter: Int, Columns { case lane, address, lastInbound, waID }
  static let openWindows = Command<OpenWindowsParameter>("openWindows")

  enum SaveOptOutsParameter: Int, Columns { case lane, address, optOut, optedOut, source }
  static let saveOptOuts = Command<SaveOptOutsParameter>("saveOptOuts")
  static let saveMarketingOptOuts = Command<SaveOptOutsParameter>("saveMarketingOptOuts")

  enum ContactParameter: Int, Columns { case lane, address }
  enum ContactColumn: Int, Columns { case lastInbound, optOut, optedOut, waID, windowClosed }
  static let contact = Query<ContactParameter, ContactColumn>("contact")

  enum OptedOutColumn: Int, Columns { case lane, address }
  static let optedOut = Query<ContactParameter, OptedOutColumn>("optedOut")

  enum PersonParameter: Int, Columns { case lane, address, at }
  static let rest = Command<PersonParameter>("rest")
  static let closeWindows = Command<PersonParameter>("closeWindows")

  enum AcquaintedParameter: Int, Columns { case address }
  enum AcquaintedColumn: Int, Columns { case lane, address, at }
  static let acquainted = Query<AcquaintedParameter, AcquaintedColumn>("acquainted")

  enum InReplyToParameter: Int, Columns { case account, address, providerID }
  enum InReplyToColumn: Int, Columns { case inReplyTo }
  static let inReplyTo = Query<InReplyToParameter, InReplyToColumn>("inReplyTo")

  enum ByWaIDParameter: Int, Columns { case lane, waID }
  enum ByWaIDColumn: Int, Columns { case address }
  static let byWaID = Query<ByWaIDParameter, ByWaIDColumn>("byWaID")
}
