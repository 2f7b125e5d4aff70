internal import Domain
package import Store
package import Time

/// How far a contact is answered by their assistant.
struct AssistantPlace {
  var answered: Int64 = 0
  var failures = 0
  var away: Timestamp?
}

/// A call as it was kept.
package struct StoredAssistantCall: Hashable, Sendable {
  package let key: Int64
  package let call: AssistantCall

  init(_ row: Row<Assistants.CallsColumn>) throws(StoreError) {
    guard let verdict = AssistantCall.Verdict(rawValue: row.text(.verdict)) else {
      throw .broken("a verdict \(row.text(.verdict))")
    }
    var call = AssistantCall(
      row.text(.assistant), model: row.text(.model), prompt: row.text(.prompt),
      begun: row.time(.begun), ended: row.time(.ended), verdict)
    (call.tokensIn, call.tokensOut) = (row.int(.tokensIn), row.int(.tokensOut))
    (call.money, call.reason) = (row.integer(.money), row.text(.reason))
    call.withheld = row.optionalBytes(.withheld)
    (key, self.call) = (row.integer(.key), call)
  }
}

extension SendStore {
  /// The latest first.
  package func assistantCalls(
    in conversation: StoredConversation, before key: Int64 = .max, limit: Int
  ) throws(StoreError) -> [StoredAssistantCall] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Assistants.calls,
        [
          .conversation: .key(conversation.key), .before: .integer(key), .limit: .integer(limit),
        ], StoredAssistantCall.init)
    }
  }

  /// What was written within that time and nobody got, the latest first.
  package func withheld(
    in conversation: StoredConversation, from start: Timestamp, until end: Timestamp
  ) throws(StoreError) -> [StoredAssistantCall] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Assistants.withheld,
        [
          .conversation: .key(conversation.key), .after: .time(start), .before: .time(end),
        ], StoredAssistantCall.init)
    }
  }

  /// Lets the next message of an answer go once the one before it is out of our hands. Answers how many.
  package func followReplies(limit: Int) throws(StoreError) -> Int {
    let gone = try engine.read { transaction throws(StoreError) in
      try transaction.rows(Assistants.gone, [.limit: .integer(limit)]) {
        $0.key(.conversation) as ConversationKey
      }
    }
    let keys = Set(gone).sorted()
    guard !keys.isEmpty else { return 0 }
    let first = try reserveKeys(keys.count)
    return try writingWithFlows { transaction, flows throws(StoreError) in
      try transaction.followReplies(in: keys, first, flows)
    }
  }
}

/// A message of an answer that is not gone.
private struct RestOfReply {
  let place: Int
  let send: SendID
  let text: SetReply.SetText
  let turn: Int64
  let isQueued: Bool
}

extension Transaction {
  fileprivate func followReplies(
    in keys: [ConversationKey], _ first: SendKey, _ flows: FlowBook
  ) throws(StoreError) -> Int {
    let now = try now()
    var sends: [(send: NewSend, lane: LaneKey)] = []
    for key in keys {
      guard let conversation = try lockConversation(key) else {
        try run(Assistants.removeReplies, [.conversation: .key(key)])
        continue
      }
      var rest = try restOfReply(key)
      guard let head = rest.first, head.isQueued, try isGone(head.send) else { continue }
      rest.removeFirst()
      // Whatever is left of an answer of a former turn goes no more.
      guard let next = rest.first, next.turn == conversation.standing.turn, next.text.expires > now
      else {
        try run(Assistants.removeReplies, [.conversation: .key(key)])
        continue
      }
      try run(
        Assistants.removeReply, [.conversation: .key(key), .place: .integer(head.place)])
      try run(Assistants.queueReply, [.conversation: .key(key), .place: .integer(next.place)])
      sends.append((NewSend(next.text, next.send, in: conversation, due: now), conversation.lane))
    }
    try queue(sends, from: first, flows, at: now)
    return keys.count
  }

  private func restOfReply(_ key: ConversationKey) throws(StoreError) -> [RestOfReply] {
    try rows(Assistants.rest, [.conversation: .key(key)]) { row throws(StoreError) in
      RestOfReply(
        place: row.int(.place), send: try SendID(column: row.bytes(.send)),
        text: SetReply.SetText(
          row.bytes(.content), expires: row.time(.expires), maxAttempts: row.int(.maxAttempts)),
        turn: row.integer(.turn), isQueued: row.isTrue(.isQueued))
    }
  }

  private func isGone(_ send: SendID) throws(StoreError) -> Bool {
    let state = try rows(Assistants.stateOf, [.send: .bytes([send.bytes])]) { $0.int(.state) }
    return (state.first.flatMap { SendState(rawValue: $0) }).map {
      $0 != .queued && $0 != .sending
    } ?? true
  }

  func assistantPlace(_ key: ConversationKey) throws(StoreError) -> AssistantPlace {
    try rows(Assistants.places, [.conversation: .key(key)]) { row in
      AssistantPlace(
        answered: row.integer(.answered), failures: row.int(.failures),
        away: row.optionalTime(.away))
    }.first ?? AssistantPlace()
  }

  func save(_ place: AssistantPlace, of key: ConversationKey) throws(StoreError) {
    try run(
      Assistants.place,
      [
        .conversation: .key(key), .answered: .integer(place.answered),
        .failures: .integer(place.failures),
        .away: .optionalIntegers([place.away?.microseconds]),
      ])
  }

  /// A call, with what it used up.
  func note(
    _ call: AssistantCall, in conversation: StoredConversation, at now: Timestamp
  ) throws(StoreError) {
    try run(
      Assistants.addCall,
      [
        .conversation: .key(conversation.key), .assistant: .text(call.assistant),
        .model: .text(call.model), .prompt: .text(call.prompt), .begun: .time(call.begun),
        .ended: .time(call.ended), .tokensIn: .integer(call.tokensIn),
        .tokensOut: .integer(call.tokensOut), .money: .integer(call.money),
        .verdict: .text(call.verdict.rawValue), .reason: .text(call.reason),
        .withheld: .optionalBytes([call.withheld]),
      ])
    for (scope, name) in Self.scopes(of: conversation, call.assistant) {
      try run(
        Assistants.use,
        [
          .scope: .integer(scope.number), .name: .text(name), .day: .integer(now.day),
          .calls: .integer(1), .tokens: .integer(call.tokensIn + call.tokensOut),
          .money: .integer(call.money),
        ])
    }
  }

  private static func scopes(
    of conversation: StoredConversation, _ assistant: String
  ) -> [(AssistantBudget.Scope, String)] {
    let tenant = conversation.tenant
    return [
      (.conversation, "\(conversation.key.value)"), (.day, assistant),
      (.tenantDay, [assistant, tenant.app, tenant.company].joined(separator: "\u{1F}")),
    ]
  }

  func used(
    by conversation: StoredConversation, at now: Timestamp
  ) throws(StoreError) -> [AssistantBudget.Scope: AssistantUse] {
    let scopes = Self.scopes(of: conversation, conversation.standing.assistant ?? "")
    let found = try rows(
      Assistants.used,
      [
        .scope: .integers(scopes.map { $0.0.number }), .name: .texts(scopes.map(\.1)),
        .day: .integers(scopes.map { _ in now.day }),
      ]
    ) { row in
      (
        AssistantBudget.Scope(number: row.integer(.scope)),
        AssistantUse(tokens: row.int(.tokens), price: row.integer(.money), calls: row.int(.calls))
      )
    }
    return Dictionary(found) { $1 }
  }
}

extension AssistantBudget.Scope {
  /// As the store has it.
  fileprivate var number: Int64 {
    switch self {
    case .conversation: 0
    case .day: 1
    case .tenantDay: 2
    }
  }

  fileprivate init(number: Int64) {
    self = Self.allCases.first { $0.number == number } ?? .tenantDay
  }
}

extension NewSend {
  /// One that was decided on before.
  fileprivate init(
    _ text: SetReply.SetText, _ id: SendID, in conversation: StoredConversation, due: Timestamp
  ) {
    self.init(
      id: id, sender: conversation.sender, recipient: conversation.address, content: text.content,
      due: due, expires: text.expires, maxAttempts: text.maxAttempts)
    self.conversation = ConversationSend(
      in: conversation.id,
      by: ConversationActor.assistant(conversation.standing.assistant ?? "").text,
      unlessTurn: conversation.standing.turn)
  }
}

extension Assistants {
  enum NowParameter: Int, Columns { case now }
  enum KeyColumn: Int, Columns { case key }
  static let isDue = Query<NowParameter, KeyColumn>("isDue")
  enum DueParameter: Int, Columns { case now, limit }
  static let due = Query<DueParameter, Conversations.Column>("due")
  enum ConversationParameter: Int, Columns { case conversation }
  enum PlacesColumn: Int, Columns { case conversation, answered, failures, away }
  static let places = Query<ConversationParameter, PlacesColumn>("places")
  enum PlaceParameter: Int, Columns { case conversation, answered, failures, away }
  static let place = Command<PlaceParameter>("place")
  enum UnansweredParameter: Int, Columns { case conversation, answered, limit }
  enum UnansweredColumn: Int, Columns {
    case key, providerID, at, received, kind, words, original, content
  }
  static let unanswered = Query<UnansweredParameter, UnansweredColumn>("unanswered")
  enum StandingsColumn: Int, Columns { case key, turn, mode, isAssistantOn, newest }
  static let standings = Query<ConversationParameter, StandingsColumn>("standings")
  enum AddCallParameter: Int, Columns {
    case conversation, assistant, model, prompt, begun, ended, tokensIn, tokensOut, money, verdict,
      reason, withheld
  }
  static let addCall = Command<AddCallParameter>("addCall")
  enum CallsParameter: Int, Columns { case conversation, before, limit }
  enum CallsColumn: Int, Columns {
    case key, assistant, model, prompt, begun, ended, tokensIn, tokensOut, money, verdict, reason,
      withheld
  }
  static let calls = Query<CallsParameter, CallsColumn>("calls")
  enum WithheldParameter: Int, Columns { case conversation, after, before }
  static let withheld = Query<WithheldParameter, CallsColumn>("withheld")
  enum UseParameter: Int, Columns { case scope, name, day, calls, tokens, money }
  static let use = Command<UseParameter>("use")
  enum UsedParameter: Int, Columns { case scope, name, day }
  enum UsedColumn: Int, Columns { case scope, name, calls, tokens, money }
  static let used = Query<UsedParameter, UsedColumn>("used")
  enum AddReplyParameter: Int, Columns {
    case conversation, place, send, content, expires, maxAttempts, turn, isQueued
  }
  static let addReply = Command<AddReplyParameter>("addReply")
  enum ConversationColumn: Int, Columns { case conversation }
  static let replying = Query<ConversationParameter, ConversationColumn>("replying")
  enum LimitParameter: Int, Columns { case limit }
  static let gone = Query<LimitParameter, ConversationColumn>("gone")
  enum RestColumn: Int, Columns { case place, send, content, expires, maxAttempts, turn, isQueued }
  static let rest = Query<ConversationParameter, RestColumn>("rest")
  enum StateParameter: Int, Columns { case send }
  enum StateColumn: Int, Columns { case state }
  static let stateOf = Query<StateParameter, StateColumn>("stateOf")
  enum ReplyParameter: Int, Columns { case conversation, place }
  static let removeReply = Command<ReplyParameter>("removeReply")
  static let answer = Command<ConversationParameter>("answer")
  static let queueReply = Command<ReplyParameter>("queueReply")
  static let removeReplies = Command<ConversationParameter>("removeReplies")
  enum BeforeParameter: Int, Columns { case before }
  static let pruneCalls = Command<BeforeParameter>("pruneCalls")
  enum DayParameter: Int, Columns { case day }
  static let pruneUse = Command<DayParameter>("pruneUse")
}
