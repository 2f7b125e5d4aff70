internal import Domain
internal import Store
internal import Time

extension Transaction {
  /// Somebody whom an assistant answers.
  func isAnybodyDue(at time: Timestamp) throws(StoreError) -> Bool {
    try !rows(Assistants.isDue, [.now: .time(time)]) { $0.key(.key) as ConversationKey }.isEmpty
  }

  func claimForAssistants(
    _ limit: Int, _ first: SendKey, _ flows: FlowBook,
    _ decide: (WaitingForAssistant, Timestamp) -> AssistantDecision
  ) throws(StoreError) -> (asked: [WaitingForAssistant], seen: Int) {
    let now = try now()
    let due = try rows(
      Assistants.due, [.now: .time(now), .limit: .integer(limit)], StoredConversation.init)
    guard !due.isEmpty else { return ([], 0) }
    var asked: [WaitingForAssistant] = []
    var sends: [(send: NewSend, lane: LaneKey)] = []
    for waiting in try waiting(due, at: now) {
      var conversation = waiting.conversation
      guard !waiting.messages.isEmpty else {
        try postpone(conversation, until: nil)
        continue
      }
      switch decide(waiting, now) {
      case .ask(let until):
        try postpone(conversation, until: until)
        asked.append(waiting)
      case .later(let time): try postpone(conversation, until: time)
      case .nothing: try postpone(conversation, until: nil)
      case .askToWait(let text, let time):
        conversation.due = time
        sends.append((try askToWait(text, &conversation, at: now), conversation.lane))
      case .handOver(let reason, let text):
        try handOver(&conversation, because: reason, at: now)
        guard let text else { continue }
        sends.append(
          (NewSend(text, in: conversation, of: waiting.burst, 0, due: now), conversation.lane))
      }
    }
    try queue(sends, from: first, flows, at: now)
    return (asked, due.count)
  }

  /// Those whose last answer is all gone.
  private func waiting(
    _ due: [StoredConversation], at now: Timestamp
  ) throws(StoreError) -> [WaitingForAssistant] {
    let keys = due.map(\.key)
    let replying = Set(
      try rows(Assistants.replying, [.conversation: .keys(keys)]) {
        $0.key(.conversation) as ConversationKey
      })
    let free = due.filter { !replying.contains($0.key) }
    for busy in due where replying.contains(busy.key) {
      try postpone(busy, until: now + Self.replyingPause)
    }
    let facts = try facts(of: free)
    var found: [WaitingForAssistant] = []
    for conversation in free {
      guard let contact = facts[conversation.key] else { continue }
      let place = try assistantPlace(conversation.key)
      found.append(
        WaitingForAssistant(
          conversation: conversation, contact: contact,
          messages: try unanswered(in: conversation.key, after: place.answered),
          failures: place.failures, away: place.away,
          used: try used(by: conversation, at: now)))
    }
    return found
  }

  private static var replyingPause: Duration { .milliseconds(200) }
  private static var mostUnanswered: Int { 50 }

  private func unanswered(
    in conversation: ConversationKey, after answered: Int64
  ) throws(StoreError) -> [UnansweredMessage] {
    try rows(
      Assistants.unanswered,
      [
        .conversation: .key(conversation), .answered: .integer(answered),
        .limit: .integer(Self.mostUnanswered),
      ]
    ) { row in
      UnansweredMessage(
        key: row.integer(.key), providerID: ProviderID(row.text(.providerID)), at: row.time(.at),
        received: row.time(.received), kind: row.text(.kind), words: row.text(.words),
        original: row.optionalText(.original).map { ProviderID($0) }, content: row.bytes(.content))
    }.reversed()
  }

  private func askToWait(
    _ text: SetReply.SetText, _ conversation: inout StoredConversation, at now: Timestamp
  ) throws(StoreError) -> NewSend {
    let send = NewSend(text, in: conversation, due: now)
    let act = ConversationAct.askedToWait(at: now)
    conversation.standing.apply(act)
    try save(conversation, after: act, by: .setText, send.id.description, at: now)
    conversation.version += 1
    return send
  }

  /// By the assistant itself: what is under way of it may still go. Who takes over waits for that, see `act`.
  private func handOver(
    _ conversation: inout StoredConversation, because reason: String, at now: Timestamp
  ) throws(StoreError) {
    let assistant = conversation.standing.assistant ?? ""
    guard conversation.standing.apply(.handOver) else { return }
    conversation.due = nil
    try save(conversation, after: .handOver, by: .assistant(assistant), reason, at: now)
    conversation.version += 1
    // What it wrote before and what waits still goes no more: `turnOf` keeps it from being claimed.
    try run(Assistants.removeReplies, [.conversation: .key(conversation.key)])
    let place = try assistantPlace(conversation.key)
    try save(AssistantPlace(answered: place.answered), of: conversation.key)
  }

  func settle(
    _ asked: AskedAssistant, _ first: SendKey, _ flows: FlowBook
  ) throws(StoreError) -> AssistantSettlement {
    let (waiting, calls) = (asked.waiting, asked.calls)
    let now = try now()
    let key = waiting.conversation.key
    guard var conversation = try lockConversation(key) else { return .overtaken }
    var place = try assistantPlace(key)
    let last = waiting.messages.last?.key ?? 0
    let standing = waiting.conversation.standing
    guard conversation.standing.turn == standing.turn,
      conversation.standing.answerer == standing.assistant.map({ .assistant($0) }),
      place.answered < last
    else {
      for call in calls { try note(call.withheld(as: .overtaken), in: conversation, at: now) }
      return .overtaken
    }
    let newest = try rows(Assistants.standings, [.conversation: .key(key)]) {
      $0.integer(.newest)
    }.first
    guard newest == last else {
      for call in calls { try note(call.withheld(as: .superseded), in: conversation, at: now) }
      // Whoever looks next asks for all of it.
      try postpone(conversation, until: now)
      return .superseded
    }
    for call in calls { try note(call.kept, in: conversation, at: now) }
    var ids: [SendID] = []
    switch asked.outcome {
    case .again(let time, let isAway):
      place.failures += isAway ? 0 : 1
      place.away = isAway ? place.away ?? now : nil
      try save(place, of: key)
      try postpone(conversation, until: time)
      return .done([])
    case .silence: try answered(&conversation, by: nil, at: now)
    case .reply(let texts):
      let sends = texts.enumerated().map {
        NewSend($1, in: conversation, of: waiting.burst, $0, due: now)
      }
      ids = sends.map(\.id)
      try answered(&conversation, by: ids.first, at: now)
      try say(sends, texts, in: conversation, first, flows, at: now)
    case .handOver(let reason, let texts):
      try handOver(&conversation, because: reason, at: now)
      let sends = texts.enumerated().map {
        NewSend($1, in: conversation, of: waiting.burst, $0, due: now)
      }
      ids = sends.map(\.id)
      try say(sends, texts, in: conversation, first, flows, at: now)
    }
    place = AssistantPlace(answered: last)
    try save(place, of: key)
    return .done(ids)
  }

  private func answered(
    _ conversation: inout StoredConversation, by send: SendID?, at now: Timestamp
  ) throws(StoreError) {
    conversation.due = nil
    guard let send else { return try postpone(conversation, until: nil) }
    let act = ConversationAct.assistantWrote(at: now)
    conversation.standing.apply(act)
    try save(
      conversation, after: act, by: .assistant(conversation.standing.assistant ?? ""),
      send.description, at: now)
    conversation.version += 1
  }

  /// The first is queued at once, each of the others when the one before it is out of our hands.
  private func say(
    _ sends: [NewSend], _ texts: [SetReply.SetText], in conversation: StoredConversation,
    _ first: SendKey, _ flows: FlowBook, at now: Timestamp
  ) throws(StoreError) {
    guard let head = sends.first else { return }
    for (place, send) in sends.enumerated() {
      try run(
        Assistants.addReply,
        [
          .conversation: .key(conversation.key), .place: .integer(place),
          .send: .bytes([send.id.bytes]), .content: .bytes([texts[place].content]),
          .expires: .time(texts[place].expires),
          .maxAttempts: .integer(texts[place].maxAttempts),
          .turn: .integer(conversation.standing.turn), .isQueued: .integer(place == 0 ? 1 : 0),
        ])
    }
    try queue([(head, conversation.lane)], from: first, flows, at: now)
  }

  func postpone(
    _ conversation: StoredConversation, until time: Timestamp?
  ) throws(StoreError) {
    try run(
      Conversations.postpone,
      [.conversation: .key(conversation.key), .due: .optionalIntegers([time?.microseconds])])
  }
}

extension NewSend {
  /// What an assistant says: the same again where the same messages are answered again.
  init(
    _ text: SetReply.SetText, in conversation: StoredConversation, of burst: String, _ place: Int,
    due: Timestamp
  ) {
    let id = SendID.derived(
      tenant: conversation.tenant, idempotencyKey: "assistant \(burst)", item: place)
    self.init(
      id: id, sender: conversation.sender, recipient: conversation.address, content: text.content,
      due: due, expires: text.expires, maxAttempts: text.maxAttempts)
    self.conversation = ConversationSend(
      in: conversation.id,
      by: ConversationActor.assistant(conversation.standing.assistant ?? "").text,
      unlessTurn: conversation.standing.turn)
  }
}
