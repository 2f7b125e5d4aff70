private import Platform
package import Domain
package import Store
package import Time

/// What a provider tells of an account, a number or a template reaches the lanes here.
extension SendStore {
  /// The senders of an account; with an address, only those of that number.
  package func senders(of account: AccountID, address: String? = nil) -> [SenderID] {
    lanes(of: account, address).map(\.sender)
  }

  /// Answers which lanes stopped by this. One that stands already stays as it is, for its own reason.
  package func stopLanes(
    of senders: [SenderID], _ failure: Failure
  ) throws(StoreError) -> [SenderID] {
    try onLanes(senders) { transaction, keys throws(StoreError) in
      let now = try transaction.now()
      return try transaction.rows(
        Lanes.halt,
        [
          .lane: .keys(keys), .at: .integers(keys.map { _ in now.microseconds }),
          .code: .texts(keys.map { _ in failure.code }),
          .reason: .texts(keys.map { _ in failure.sentence }),
        ]
      ) { SenderID($0.text(.name)) }
    }
  }

  /// Only those that stand for that reason.
  package func resumeLanes(
    of senders: [SenderID], stoppedFor code: String
  ) throws(StoreError) -> [SenderID] {
    try onLanes(senders) { transaction, keys throws(StoreError) in
      try transaction.rows(
        Lanes.resumeStopped, [.lane: .keys(keys), .code: .texts(keys.map { _ in code })]
      ) {
        SenderID($0.text(.name))
      }
    }
  }

  package func hold(
    template: String, of senders: [SenderID], until: Timestamp, because reason: String
  ) throws(StoreError) {
    try onLanes(senders) { transaction, keys throws(StoreError) in
      for key in keys {
        try transaction.hold(template: template, key, until: until, because: reason)
      }
    }
  }

  package func release(template: String, of senders: [SenderID]) throws(StoreError) {
    try onLanes(senders) { transaction, keys throws(StoreError) in
      for key in keys {
        let held: Batch<Flows.TemplateParameter> = [
          .lane: .key(key), .template: .text(template),
        ]
        try transaction.run(Flows.releaseTemplate, held)
        try transaction.run(Flows.forgetTemplateHold, held)
        try transaction.run(Flows.holdAgain, [.lane: .key(key)])
        try transaction.run(Lanes.wake, [.lane: .key(key)])
      }
    }
  }

  /// Stays until the provider says otherwise, whatever the settings say; they may only be narrower.
  package func tell(messagesASecond rate: Int, of senders: [SenderID]) throws(StoreError) {
    try onLanes(senders) { transaction, keys throws(StoreError) in
      try transaction.run(
        Lanes.tellRate, [.lane: .keys(keys), .rate: .integers(keys.map { _ in Int64(rate) })])
    }
  }

  /// The same for the people that the whole portfolio may write to in a day; nil: any number.
  package func tell(recipients limit: Int?, of senders: [SenderID]) throws(StoreError) {
    let groups = catalog.withLock { catalog in
      Set(senders.compactMap { catalog.byName[$0]?.group }).sorted()
    }
    try onLanes(senders) { transaction, keys throws(StoreError) in
      try transaction.run(
        Lanes.tellRecipients,
        [.group: .keys(groups), .recipients: .integers(groups.map { _ in Int64(limit ?? -1) })])
      try transaction.run(Lanes.wake, [.lane: .keys(keys)])
    }
  }

  /// The number by which Meta shows a sender to people: some of its news name nothing else.
  package func note(shownAs number: String, of sender: SenderID) throws(StoreError) {
    try onLane(sender) { transaction, key throws(StoreError) in
      try transaction.run(Lanes.show, [.lane: .key(key), .number: .text(number)])
    }
  }

  package func shownNumbers() throws(StoreError) -> [SenderID: String] {
    let lanes = catalog.withLock { $0.byKey }
    let shown = try engine.read { transaction throws(StoreError) in
      try transaction.rows(Lanes.shown) { ($0.key(.key) as LaneKey, $0.text(.shownAs)) }
    }
    return Dictionary(
      shown.compactMap { key, number in lanes[key].map { ($0.sender, number) } }
    ) { $1 }
  }

  private func lanes(of account: AccountID, _ address: String?) -> [LaneIdentity] {
    catalog.withLock { catalog in
      catalog.byKey.values
        .filter { $0.account == account && (address == nil || $0.address == address) }
        .sorted { $0.key < $1.key }
    }
  }

  /// Locked in the order of their keys.
  private func onLanes<Value>(
    _ senders: [SenderID], _ body: (any Transaction, [LaneKey]) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    let keys = catalog.withLock { catalog in
      senders.compactMap { catalog.byName[$0]?.key }.sorted()
    }
    return try engine.write { transaction throws(StoreError) in
      _ = try transaction.lockLanes(keys)
      return try body(transaction, keys)
    }
  }
}

extension Lanes {
  enum HaltColumn: Int, Columns { case name }
  static let halt = Query<StopParameter, HaltColumn>("halt")

  enum ResumeStoppedParameter: Int, Columns { case lane, code }
  enum ResumeStoppedColumn: Int, Columns { case name }
  static let resumeStopped = Query<ResumeStoppedParameter, ResumeStoppedColumn>("resumeStopped")

  enum TellRateParameter: Int, Columns { case lane, rate }
  static let tellRate = Command<TellRateParameter>("tellRate")

  enum TellRecipientsParameter: Int, Columns { case group, recipients }
  static let tellRecipients = Command<TellRecipientsParameter>("tellRecipients")
  static let wake = Command<LaneParameter>("wake")

  enum ShowParameter: Int, Columns { case lane, number }
  static let show = Command<ShowParameter>("show")

  enum ShownColumn: Int, Columns { case key, shownAs }
  static let shown = Query<Nothing, ShownColumn>("shown")
}

extension Flows {
  enum TemplateParameter: Int, Columns { case lane, template }
  static let releaseTemplate = Command<TemplateParameter>("releaseTemplate")
  static let forgetTemplateHold = Command<TemplateParameter>("forgetTemplateHold")
  static let holdAgain = Command<Lanes.LaneParameter>("holdAgain")
}
