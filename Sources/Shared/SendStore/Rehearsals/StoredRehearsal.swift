package import Domain
internal import Store
package import Time

/// How far a rehearsal is.
package struct RehearsalProgress: Hashable, Sendable {
  /// Who was written to, of all that are to be.
  package let posted: Int
  package let people: Int
  /// The time in it, which passes faster than any clock.
  package let at: Timestamp

  package init(posted: Int, people: Int, at: Timestamp) {
    (self.posted, self.people, self.at) = (posted, people, at)
  }
}

/// The latest rehearsal of a campaign, as the process that runs it tells.
package struct StoredRehearsal: Hashable, Sendable {
  package enum State: Int, Hashable, Sendable {
    case running = 0
    case done = 1
    case failed = 2

    package var name: String {
      switch self {
      case .running: "running"
      case .done: "done"
      case .failed: "failed"
      }
    }
  }

  package let campaign: CampaignKey
  /// Counts those of the campaign, so that a former one says nothing more.
  package let run: Int64
  package let state: State
  /// As they were asked for.
  package let faults: [String]
  package let started: Timestamp
  /// When its process was last heard of.
  package let beat: Timestamp
  package let ended: Timestamp?
  package let progress: RehearsalProgress?
  /// Why it failed.
  package let reason: String
  /// JSON.
  package let report: [UInt8]?

  /// Whose process is not heard of for so long has lost it.
  package static let patience = Duration.seconds(30)
  static let lost = "the process that ran it has ended: start it again"

  init(_ row: Row<Rehearsals.Column>) throws(StoreError) {
    guard let state = State(rawValue: row.int(.state)) else {
      throw .broken("a rehearsal that cannot be read")
    }
    (campaign, run, self.state) = (row.key(.campaign), row.integer(.run), state)
    faults = row.text(.faults).split(separator: "\n").map(String.init)
    (started, beat, ended) = (row.time(.started), row.time(.beat), row.optionalTime(.ended))
    progress = row.optionalTime(.at).map {
      RehearsalProgress(posted: row.int(.posted), people: row.int(.people), at: $0)
    }
    (reason, report) = (row.text(.reason), row.optionalBytes(.report))
  }

  private init(lost former: StoredRehearsal) {
    (campaign, run, state, faults) = (former.campaign, former.run, .failed, former.faults)
    (started, beat, ended) = (former.started, former.beat, former.beat)
    (progress, reason, report) = (former.progress, Self.lost, nil)
  }

  /// The process that ran it may have ended without a word.
  func seen(at now: Timestamp) -> StoredRehearsal {
    state == .running && beat + Self.patience < now ? StoredRehearsal(lost: self) : self
  }
}

/// What rehearsals of campaigns have shown.
enum Rehearsals {
  static let noun = Noun(
    "rehearsals", sqlite: PackageResources.rehearsals_sqlite_sql,
    postgres: PackageResources.rehearsals_postgres_sql,
    [one, begin, beat, end, stop, prune],
    migrations: [
      Migration(
        26, sqlite: PackageResources.sqlite_026_sql, postgres: PackageResources.postgres_026_sql)
    ])
}

extension Rehearsals {
  enum Column: Int, Columns {
    case campaign, run, state, faults, started, beat, ended, posted, people, at, reason, report
  }
}
