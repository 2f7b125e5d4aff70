package import Domain
package import Store
package import Time

/// Something that a conversation went through.
package struct ConversationHappening: Hashable, Sendable {
  package let conversation: ConversationKey
  package let version: Int
  package let act: String
  package let actor: String
  package let detail: String
  package let at: Timestamp
}

/// Changes that are still to be told, with what their conversations are now.
package struct UntoldHappenings: Sendable {
  package let happenings: [ConversationHappening]
  package let conversations: [ConversationKey: StoredConversation]
  package let generation: Int64
}

/// What somebody of ours noted about a conversation. The contact never sees it.
package struct ConversationNote: Hashable, Sendable {
  package let number: Int
  package let at: Timestamp
  package let author: String
  package let text: String
}

extension SendStore {
  /// In the order of each conversation.
  package func untoldHappenings(limit: Int = 500) throws(StoreError) -> UntoldHappenings {
    try engine.read(.conversations) { transaction throws(StoreError) in
      let found = try transaction.rows(Conversations.untold, [.limit: .integer(limit)]) { row in
        ConversationHappening(
          conversation: row.key(.conversation), version: row.int(.version), act: row.text(.act),
          actor: row.text(.actor), detail: row.text(.detail), at: row.time(.at))
      }
      guard !found.isEmpty else {
        return UntoldHappenings(happenings: [], conversations: [:], generation: 0)
      }
      let keys = Set(found.map(\.conversation)).sorted()
      let known = try transaction.rows(
        Conversations.byKey, [.conversation: .keys(keys)], StoredConversation.init)
      return UntoldHappenings(
        happenings: found, conversations: Dictionary(known.map { ($0.key, $0) }) { $1 },
        generation: try transaction.generation())
    }
  }

  package func told(_ happenings: [ConversationHappening]) throws(StoreError) {
    guard !happenings.isEmpty else { return }
    try engine.write(.conversations) { transaction throws(StoreError) in
      try transaction.run(
        Conversations.told,
        [
          .conversation: .keys(happenings, \.conversation),
          .version: .integers(happenings.map { Int64($0.version) }),
        ])
    }
  }

  /// The latest first.
  package func happenings(
    in conversation: StoredConversation, before version: Int = .max, limit: Int
  ) throws(StoreError) -> [ConversationHappening] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Conversations.history,
        [
          .conversation: .key(conversation.key), .before: .integer(version),
          .limit: .integer(limit),
        ]
      ) { row in
        ConversationHappening(
          conversation: conversation.key, version: row.int(.version), act: row.text(.act),
          actor: row.text(.actor), detail: row.text(.detail), at: row.time(.at))
      }
    }
  }
}

// MARK: What people of ours write beside it

extension SendStore {
  /// So many a conversation has at most, so that nothing grows without a bound.
  package static let mostNotes = 500

  /// nil where there is no such conversation, or it has as many notes as it may.
  package func note(
    _ text: String, in id: ConversationID, by author: ConversationActor
  ) throws(StoreError) -> ConversationNote? {
    try change(id) { transaction, conversation, now throws(StoreError) in
      let last = try transaction.notes(of: conversation.key, limit: 1).first?.number ?? 0
      guard last < Self.mostNotes else { return nil }
      let note = ConversationNote(number: last + 1, at: now, author: author.text, text: text)
      try transaction.run(
        Conversations.addNote,
        [
          .conversation: .key(conversation.key), .number: .integer(note.number), .at: .time(now),
          .author: .text(note.author), .text: .text(text),
        ])
      try transaction.save(
        conversation, afterThe: "noted", by: author, "\(note.number)", at: now)
      return note
    }
  }

  /// The latest first.
  package func notes(
    of conversation: StoredConversation, limit: Int
  ) throws(StoreError) -> [ConversationNote] {
    try engine.read { transaction throws(StoreError) in
      try transaction.notes(of: conversation.key, limit: limit)
    }
  }

  /// These and no others. nil where there is no such conversation.
  package func label(
    _ id: ConversationID, _ labels: [String], by actor: ConversationActor
  ) throws(StoreError) -> StoredConversation? {
    try change(id) { transaction, conversation, now throws(StoreError) in
      var conversation = conversation
      conversation.set(labels: labels)
      try transaction.save(
        conversation, afterThe: "labelled", by: actor, labels.joined(separator: ", "), at: now)
      conversation.version += 1
      return conversation
    }
  }

  /// With its row locked.
  private func change<Answer>(
    _ id: ConversationID,
    _ body: (any Transaction, StoredConversation, Timestamp) throws(StoreError) -> Answer?
  ) throws(StoreError) -> Answer? {
    try engine.write(.conversations) { transaction throws(StoreError) -> Answer? in
      guard let known = try transaction.conversation(id),
        let conversation = try transaction.lockConversation(known.key)
      else { return nil }
      return try body(transaction, conversation, try transaction.now())
    }
  }
}

extension Transaction {
  fileprivate func notes(
    of conversation: ConversationKey, limit: Int
  ) throws(StoreError) -> [ConversationNote] {
    try rows(
      Conversations.notes, [.conversation: .key(conversation), .limit: .integer(limit)]
    ) { row in
      ConversationNote(
        number: row.int(.number), at: row.time(.at), author: row.text(.author),
        text: row.text(.text))
    }
  }
}

extension Conversations {
  enum UntoldParameter: Int, Columns { case limit }
  enum ChangeColumn: Int, Columns { case conversation, version, act, actor, detail, at }
  static let untold = Query<UntoldParameter, ChangeColumn>("untold")
  enum ToldParameter: Int, Columns { case conversation, version }
  static let told = Command<ToldParameter>("told")
  enum HistoryParameter: Int, Columns { case conversation, before, limit }
  enum HistoryColumn: Int, Columns { case version, act, actor, detail, at }
  static let history = Query<HistoryParameter, HistoryColumn>("history")
  enum AddNoteParameter: Int, Columns { case conversation, number, at, author, text }
  static let addNote = Command<AddNoteParameter>("addNote")
  enum NotesParameter: Int, Columns { case conversation, limit }
  enum NoteColumn: Int, Columns { case number, at, author, text }
  static let notes = Query<NotesParameter, NoteColumn>("notes")
}
