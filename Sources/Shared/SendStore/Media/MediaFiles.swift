package import Domain
package import Store
internal import Time

extension SendStore {
  /// False where all files together would take more than that many bytes.
  package func add(_ media: StoredMedia, room: Int) throws(StoreError) -> Bool {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try !transaction.rows(
        MediaFiles.add,
        [
          .id: .text(media.key.id.text), .app: .text(media.key.tenant.app),
          .company: .text(media.key.tenant.company), .token: .text(media.token),
          .hash: .text(media.hash), .kind: .text(media.kind.rawValue),
          .type: .text(media.contentType), .name: .text(media.name), .size: .integer(media.size),
          .created: .time(media.created), .until: .time(media.until), .room: .integer(room),
        ]
      ) { $0.text(.id) }.isEmpty
    }
  }

  /// Those of them that are still kept.
  package func media(_ keys: [MediaKey]) throws(StoreError) -> [StoredMedia] {
    guard !keys.isEmpty else { return [] }
    return try engine.read { transaction throws(StoreError) in
      let now = try transaction.now().microseconds
      return try transaction.rows(
        MediaFiles.named,
        [
          .id: .texts(keys.map(\.id.text)), .app: .texts(keys.map(\.tenant.app)),
          .company: .texts(keys.map(\.tenant.company)),
          .now: .integers(keys.map { _ in now }),
        ], StoredMedia.init)
    }
  }

  /// What somebody may fetch who knows the token.
  package func media(token: String) throws(StoreError) -> StoredMedia? {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        MediaFiles.fetched, [.token: .text(token), .now: .time(try transaction.now())],
        StoredMedia.init
      ).first
    }
  }

  /// Whose time is over, those first that are so the longest.
  package func endedMedia(limit: Int) throws(StoreError) -> [StoredMedia] {
    try engine.read(.upkeep) { transaction throws(StoreError) in
      try transaction.rows(
        MediaFiles.ended, [.now: .time(try transaction.now()), .limit: .integer(limit)],
        StoredMedia.init)
    }
  }

  /// JSON: a message of a person as the log has it; nil where there is none in that conversation.
  package func received(
    _ id: ProviderID, in conversation: StoredConversation
  ) throws(StoreError) -> [UInt8]? {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        MediaFiles.received,
        [.conversation: .key(conversation.key), .providerID: .text(id.text)]
      ) { $0.bytes(.content) }.first
    }
  }

  package func forget(_ media: [StoredMedia]) throws(StoreError) {
    guard !media.isEmpty else { return }
    try engine.write(.upkeep) { transaction throws(StoreError) in
      try transaction.run(MediaFiles.forget, [.id: .texts(media.map(\.key.id.text))])
    }
  }
}

extension MediaFiles {
  enum Column: Int, Columns {
    case id, app, company, token, hash, kind, type, name, size, created, until
  }
  enum AddParameter: Int, Columns {
    case id, app, company, token, hash, kind, type, name, size, created, until, room
  }
  enum AddColumn: Int, Columns { case id }
  static let add = Query<AddParameter, AddColumn>("add")
  enum NamedParameter: Int, Columns { case id, app, company, now }
  static let named = Query<NamedParameter, Column>("named")
  enum FetchedParameter: Int, Columns { case token, now }
  static let fetched = Query<FetchedParameter, Column>("fetched")
  enum EndedParameter: Int, Columns { case now, limit }
  static let ended = Query<EndedParameter, Column>("ended")
  enum ForgetParameter: Int, Columns { case id }
  static let forget = Command<ForgetParameter>("forget")
  enum ReceivedParameter: Int, Columns { case conversation, providerID }
  enum ReceivedColumn: Int, Columns { case content }
  static let received = Query<ReceivedParameter, ReceivedColumn>("received")
}
