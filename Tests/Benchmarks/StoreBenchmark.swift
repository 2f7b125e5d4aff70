import Domain
import Postgres
import SQLite
import SendStore
import TestSupport
import Time

/// The store's hot paths beside the same rows written by bare SQL, on a store that is small and one that is
/// large.
enum StoreBenchmark {
  static func run(_ arguments: ArraySlice<String>) throws {
    let kinds = ["sqlite", "postgres"].filter { arguments.isEmpty || arguments.contains($0) }
    let large = arguments.compactMap { Int($0) }.first ?? 5_000_000
    for kind in kinds.isEmpty ? ["sqlite", "postgres"] : kinds {
      print("\(kind): \(large) stored sends beside \(Self.newest)")
      let small = try StoreFixture(kind, stored: 0)
      let big = try StoreFixture(kind, stored: large)
      var race = Race()
      for round in 0..<rounds {
        try claims(small, "claim and record, small", &race)
        try claims(big, "claim and record", &race)
        try callbacks(small, round, "callbacks, small", &race)
        try callbacks(big, round, "callbacks", &race)
        try bareCallbacks(big, round, "bare SQL", &race)
      }
      race.report()
      race.compare("callbacks", with: "bare SQL", atLeast: 0.7)
      race.compare("callbacks", with: "callbacks, small", atLeast: 0.7)
      race.compare("claim and record", with: "claim and record, small", atLeast: 0.7)
      race.expect("claim and record", atLeast: kind == "sqlite" ? 15_000 : 10_000)
    }
  }

  static let rounds = 5
  static let newest = 100_000
  static let batch = 500

  private static func claims(_ fixture: StoreFixture, _ name: String, _ race: inout Race) throws {
    let count = newest / rounds
    try race.run("intake" + (name.hasSuffix("small") ? ", small" : ""), operations: count) {
      try fixture.queue(count)
    }
    try race.run(name, operations: count) { try fixture.claimAndRecord(count) }
  }

  private static func callbacks(
    _ fixture: StoreFixture, _ round: Int, _ name: String, _ race: inout Race
  ) throws {
    let batches = fixture.callbackBatches(round)
    try race.run(name, operations: batches.count * batch) {
      for batch in batches { _ = try fixture.store.apply(batch) }
    }
  }

  private static func bareCallbacks(
    _ fixture: StoreFixture, _ round: Int, _ name: String, _ race: inout Race
  ) throws {
    let batches = fixture.bareBatches(round)
    try race.run(name, operations: batches.count * batch) {
      for batch in batches { try fixture.bare.apply(batch) }
    }
  }
}
