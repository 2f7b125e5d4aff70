import Events
import Domain
import Platform
import SendStore
import Time

/// Callbacks on their way from the log to a committed state, beside the same rows written by bare SQL, on a
/// store that is small and one that is large; then a flood of callbacks for nobody's messages.
enum StatusBenchmark {
  static func run(_ arguments: ArraySlice<String>) throws {
    let kinds = ["sqlite", "postgres"].filter {
      !arguments.contains("sqlite") && !arguments.contains("postgres") || arguments.contains($0)
    }
    let large = arguments.compactMap { Int($0) }.first ?? 5_000_000
    for kind in kinds {
      print("\(kind): \(large) stored sends beside \(StoreBenchmark.newest), and \(large / 10)")
      let small = try StatusStage(kind, stored: large / 10)
      let big = try StatusStage(kind, stored: large)
      try race(small, big)
      big.end()
      try flood(small)
      small.end()
    }
  }

  private static let rounds = 5
  private static let batchesInTurn = 20

  private static func race(_ small: StatusStage, _ big: StatusStage) throws {
    var race = Race()
    for _ in 0..<rounds {
      for stage in [small, big] {
        try stage.fixture.queue(StoreBenchmark.newest / rounds)
        try stage.fixture.claimAndRecord(StoreBenchmark.newest / rounds)
      }
      let (ofSmall, ofBig) = (turns(small.fixture), turns(big.fixture))
      let bare = big.fixture.bareBatches(of: StatusBenchmark.batch)
      for (turn, callbacks) in ofBig.enumerated() {
        try small.put(ofSmall[turn])
        try big.put(callbacks)
        try race.run("callbacks, small", operations: ofSmall[turn].count) {
          try small.log.letThrough(.callbacks, into: small.fixture.store)
        }
        try race.run("callbacks", operations: callbacks.count) {
          try big.log.letThrough(.callbacks, into: big.fixture.store)
        }
        let rows = bare.dropFirst(turn * batchesInTurn).prefix(batchesInTurn)
        try race.run("bare SQL", operations: rows.reduce(0) { $0 + $1.count }) {
          for batch in rows { try big.fixture.bare.apply(batch) }
        }
      }
    }
    race.report()
    race.compare("callbacks", with: "bare SQL", atLeast: 0.7)
    race.compare("callbacks", with: "callbacks, small", atLeast: 0.8)
    race.expect("callbacks", atLeast: 10_000)
  }

  /// As many as the loop takes at once.
  static let batch = 1000

  private static func turns(_ fixture: StoreFixture) -> [[ProviderCallback]] {
    let all = fixture.callbacks()
    let size = batchesInTurn * batch
    return stride(from: 0, to: all.count, by: size).map {
      Array(all[$0..<min($0 + size, all.count)])
    }
  }

  private static let unknown = 1_000_000

  /// Others are measured before, and while as many wait as may.
  private static func flood(_ stage: StatusStage) throws {
    var race = Race()
    try others(stage, "others, before the flood", &race)
    let step = 50_000
    for start in stride(from: 0, to: unknown, by: step) {
      try stage.put(
        (start..<start + step).map { number in
          .twilio(ProviderID("SMunknown\(number)"), nil, .sent)
        })
      try race.run("unknown ids", operations: step) {
        try stage.log.letThrough(.callbacks, into: stage.fixture.store)
      }
    }
    print("  parked after \(unknown) unknown ids: \(try stage.fixture.store.parkedCount())")
    try others(stage, "others, beside the parked", &race)
    race.report()
    race.compare("others, beside the parked", with: "others, before the flood", atLeast: 0.8)
  }

  private static func others(_ stage: StatusStage, _ name: String, _ race: inout Race) throws {
    for _ in 0..<rounds {
      try stage.fixture.queue(10_000)
      try stage.fixture.claimAndRecord(10_000)
      let callbacks = stage.fixture.callbacks()
      try stage.put(callbacks)
      try race.run(name, operations: callbacks.count) {
        try stage.log.letThrough(.callbacks, into: stage.fixture.store)
      }
    }
  }
}
