package import Domain
internal import Platform
package import Store

extension SendStore {
  /// Whose sender it is; nil where nobody knows it.
  package func tenant(of sender: SenderID) -> Tenant? {
    catalog.withLock { $0.byName[sender]?.tenant }
  }

  /// What a person of ours wrote on the business app: it takes the turn as an answer does that is written here, though it
  /// went out before we heard of it. False where it is known.
  package func echo(_ message: InboundReport) throws(StoreError) -> Bool {
    guard let words = message.words,
      let lane = catalog.withLock({ $0.byName[message.sender] })
    else { return false }
    return try engine.write(.conversations) { transaction throws(StoreError) in
      _ = try transaction.lockGroup(lane.group)
      return try transaction.echo(message, words, in: lane)
    }
  }
}

extension Transaction {
  fileprivate func echo(
    _ message: InboundReport, _ words: InboundWords, in lane: LaneIdentity
  ) throws(StoreError) -> Bool {
    let now = try now()
    let person = try person(known: message.identities, of: lane.tenant, named: nil, at: now)
    var conversation = try conversation(with: person, message, words.charge, in: lane, now)
    guard try keep(words, message, in: conversation, by: .businessApp) else { return false }
    let isLatest = conversation.standing.last.map { message.at >= $0 } ?? true
    let act = ConversationAct.personWrote(at: message.at)
    conversation.standing.apply(act)
    conversation.due = nil
    if isLatest, words.isMessage { conversation.preview = words.preview }
    try save(conversation, after: act, by: .businessApp, message.providerID.text, at: now)
    conversation.version += 1
    var taken = TurnTaken(conversation: conversation)
    try endFormerTurns(of: conversation, &taken, at: now)
    return true
  }
}
