package import Domain
internal import Store
package import Time

/// An order to send again what did not arrive, and how far it has come.
package struct StoredResend: Hashable, Sendable {
  package enum Phase: Int, Hashable, Sendable {
    /// It is counted, and can be taken back as though it had not been given.
    case waiting = 0
    case running = 1
    case done = 2
    case stopped = 3

    package var name: String {
      switch self {
      case .waiting: "waiting"
      case .running: "running"
      case .done: "done"
      case .stopped: "stopped"
      }
    }

    package var hasEnded: Bool { self == .done || self == .stopped }
  }

  package let key: ResendKey
  package let id: SendID
  /// nil: every tenant's.
  package let tenant: Tenant?
  /// nil where this version cannot read it: nothing can be done for it then.
  package let filter: ResendFilter?
  package let actor: String
  package let created: Timestamp
  /// Nothing is sent before.
  package let begins: Timestamp
  package var ended: Timestamp?
  package var phase: Phase
  /// Where the look goes on; empty: from the start.
  package var place: String
  package var isCounted: Bool
  package var found: Int
  package var resent: Int
  /// Rows of campaigns, and those whose words are gone.
  package var leftOut: Int
  package var failure: String

  init(_ row: Row<Resends.Column>) throws(StoreError) {
    guard let id = SendID(row.text(.id)), let phase = Phase(rawValue: row.int(.phase)) else {
      throw .broken("an order to send again that cannot be read")
    }
    (key, self.id, self.phase) = (row.key(.key), id, phase)
    filter = ResendFilter(stored: row.bytes(.filter))
    let app = row.optionalText(.app)
    tenant = app.map { Tenant(app: $0, company: row.optionalText(.company) ?? "") }
    actor = row.text(.actor)
    (created, begins, ended) = (row.time(.created), row.time(.begins), row.optionalTime(.ended))
    (place, isCounted) = (row.text(.place), row.isTrue(.isCounted))
    (found, resent, leftOut) = (row.int(.found), row.int(.resent), row.int(.leftOut))
    failure = row.text(.failure)
  }
}

/// Orders to send again what did not arrive.
enum Resends {
  static let noun = Noun(
    "resends", sqlite: PackageResources.resends_sqlite_sql,
    postgres: PackageResources.resends_postgres_sql,
    [add, one, page, open, save, stop, prune])
}

extension Resends {
  enum Column: Int, Columns {
    case key, id, app, company, filter, actor, created, begins, ended, phase, place, isCounted,
      found, resent, leftOut, failure
  }
}
