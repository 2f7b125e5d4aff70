package import Domain
package import Store
internal import Time

extension SendStore {
  /// That are not at their end, at a time.
  package static let mostResends = 20

  /// nil where too many are under way.
  package func order(
    _ filter: ResendFilter, of tenant: Tenant?, by actor: String, in wait: Duration
  ) throws(StoreError) -> StoredResend? {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      let now = try transaction.now()
      guard try transaction.openResends().count < Self.mostResends else { return nil }
      let id = SendID.random(at: now)
      try transaction.run(
        Resends.add,
        [
          .id: .text(id.description), .app: .optionalTexts([tenant?.app]),
          .company: .optionalTexts([tenant?.company]), .filter: .bytes([filter.json]),
          .actor: .text(actor), .created: .time(now), .begins: .time(now + wait),
        ])
      return try transaction.resend(id)
    }
  }

  package func resend(_ id: SendID) throws(StoreError) -> StoredResend? {
    try engine.read { transaction throws(StoreError) in try transaction.resend(id) }
  }

  /// The newest first; a tenant's own, or everybody's.
  package func resends(of tenant: Tenant?, limit: Int) throws(StoreError) -> [StoredResend] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(
        Resends.page,
        [
          .app: .optionalTexts([tenant?.app]), .company: .optionalTexts([tenant?.company]),
          .limit: .integer(limit),
        ], StoredResend.init)
    }
  }

  package func openResends() throws(StoreError) -> [StoredResend] {
    try engine.read { transaction throws(StoreError) in try transaction.openResends() }
  }

  /// False where somebody has stopped it meanwhile.
  package func save(_ resend: StoredResend) throws(StoreError) -> Bool {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      let saved = try transaction.rows(
        Resends.save,
        [
          .key: .key(resend.key), .phase: .integer(resend.phase.rawValue),
          .place: .text(resend.place), .isCounted: .integer(resend.isCounted ? 1 : 0),
          .found: .integer(resend.found), .resent: .integer(resend.resent),
          .leftOut: .integer(resend.leftOut),
          .ended: .optionalIntegers([resend.ended?.microseconds]),
          .failure: .text(String(resend.failure.prefix(500))),
        ]
      ) { $0.key(.key) as ResendKey }
      return !saved.isEmpty
    }
  }

  /// nil where there is none of that id. What has ended stays as it ended.
  package func stopResend(_ id: SendID) throws(StoreError) -> StoredResend? {
    try engine.write(.upkeep) { transaction throws(StoreError) in
      _ = try transaction.rows(
        Resends.stop, [.id: .text(id.description), .at: .time(try transaction.now())]
      ) { $0.key(.key) as ResendKey }
      return try transaction.resend(id)
    }
  }
}

extension Transaction {
  fileprivate func resend(_ id: SendID) throws(StoreError) -> StoredResend? {
    try rows(Resends.one, [.id: .text(id.description)], StoredResend.init).first
  }

  fileprivate func openResends() throws(StoreError) -> [StoredResend] {
    try rows(Resends.open, [.limit: .integer(SendStore.mostResends)], StoredResend.init)
  }
}

extension Resends {
  enum AddParameter: Int, Columns { case id, app, company, filter, actor, created, begins }
  static let add = Command<AddParameter>("add")
  enum OneParameter: Int, Columns { case id }
  static let one = Query<OneParameter, Column>("one")
  enum PageParameter: Int, Columns { case app, company, limit }
  static let page = Query<PageParameter, Column>("page")
  enum OpenParameter: Int, Columns { case limit }
  static let open = Query<OpenParameter, Column>("open")

  enum SaveParameter: Int, Columns {
    case key, phase, place, isCounted, found, resent, leftOut, ended, failure
  }
  enum KeyColumn: Int, Columns { case key }
  static let save = Query<SaveParameter, KeyColumn>("save")
  enum StopParameter: Int, Columns { case id, at }
  static let stop = Query<StopParameter, KeyColumn>("stop")
  enum PruneParameter: Int, Columns { case before }
  static let prune = Command<PruneParameter>("prune")
}
