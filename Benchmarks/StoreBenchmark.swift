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
      for _ in 0..<rounds {
        try claims(small, "claim and record, small", &race)
        try claims(big, "claim and record", &race)
        try callbacks(small, big, &race)
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

  /// The three take turns every few batches, so that what else the machine does hits all of them.
  private static func callbacks(
    _ small: StoreFixture, _ big: StoreFixture, _ race: inout Race
  ) throws {
    let ofSmall = turns(small.callbackBatches())
    let ofBig = turns(big.callbackBatches())
    let bare = turns(big.bareBatches())
    for turn in ofBig.indices {
      let operations = batchesInTurn * batch
      try race.run("callbacks, small", operations: operations) {
        for batch in ofSmall[turn] { _ = try small.store.apply(batch) }
      }
      try race.run("callbacks", operations: operations) {
        for batch in ofBig[turn] { _ = try big.store.apply(batch) }
      }
      try race.run("bare SQL", operations: operations) {
        for batch in bare[turn] { try big.bare.apply(batch) }
      }
    }
  }

  private static let batchesInTurn = 8

  private static func turns<Element>(_ batches: [Element]) -> [[Element]] {
    stride(from: 0, to: batches.count, by: batchesInTurn).map {
      Array(batches[$0..<min($0 + batchesInTurn, batches.count)])
    }
  }
}
