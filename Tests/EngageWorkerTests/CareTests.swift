import Domain
import Places
import SendStore
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(5))) struct CareTests {
  // MARK: Hours

  private static let quiet =
    #"{"name":"n","senders":["main"],"message":{"body":"b"},"quietHours":{"from":"21:00","to":"08:30","days":["mon","tue","wed","thu","fri","sat"]}}"#

  /// The week in which clocks change in the United States, and one in which they do in Europe.
  @Test(
    "in a week over all the zones of the world nobody is written to in their quiet hours, and everybody is written to",
    arguments: [1_793_491_200, 1_792_886_400])
  func week(from second: Int64) throws {
    let book = try ZoneBook()
    let hours = QuietHours(
      try #require(LocalHours(from: try minute("21:00"), to: try minute("08:30"))),
      days: Set(Weekday.allCases).subtracting([.sunday]))
    let start = Timestamp(seconds: second)
    let world = try CareWorld(Self.quiet, from: start) { $0.keepsHours = true }
    let regions = Self.regions.filter { !book.zones(ofRegion: $0).isEmpty }
    // Those of all of whose zones the hours never meet are never written to.
    let reached = regions.filter { hours.opening(in: book.zones(ofRegion: $0), from: start) != nil }
    #expect(regions.count > 200 && reached.count > regions.count - 8)
    var line = 0
    for part in 0..<14 {
      let rows = regions.map { region -> CampaignBatch.Row in
        line += 1
        return CareWorld.row(line, region: region)
      }
      try world.load(rows, due: start + .seconds(part * 43_200), isEnd: part == 13)
    }
    let regionOf = Dictionary(
      uniqueKeysWithValues: (1...line).map {
        (CareWorld.row($0, region: "").recipient, regions[($0 - 1) % regions.count])
      })
    try world.start()
    var sent = 0
    for _ in 0..<(9 * 96) {
      try world.look()
      let sends = try world.claim()
      sent += sends.count
      for send in sends {
        let zones = book.zones(ofRegion: try #require(regionOf[send.recipient]))
        for time in [world.clock.now, world.clock.now + SendStore.postSpan - .microseconds(1)] {
          #expect(!zones.contains { hours.isQuiet(in: $0, at: time) })
        }
      }
      try world.accept(sends)
      world.clock.advance(.seconds(900))
    }
    #expect(sent == reached.count * 14)
  }

  private func minute(_ text: String) throws -> LocalMinute { try #require(LocalMinute(text)) }

  /// All of two letters, of which the book knows those that there are.
  private static let regions: [String] = {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return letters.flatMap { first in letters.map { "\(first)\($0)" } }
  }()

  @Test("where nobody looks after campaigns any more, nobody is written to once the hours are over")
  func gone() throws {
    // A Monday at noon.
    let world = try CareWorld(Self.quiet, from: Timestamp(seconds: 1_800_273_600)) {
      $0.keepsHours = true
    }
    try world.load([CareWorld.row(1, region: "IT"), CareWorld.row(2, region: "IT")])
    try world.start()
    try world.look()
    #expect(try world.claim(limit: 1).count == 1)
    world.clock.advance(.seconds(86400))
    #expect(try world.claim().isEmpty)
    try world.look()
    #expect(try world.claim().count == 1)
  }

  // MARK: What fails

  private static func budget(_ rest: String = "") -> String {
    #"{"name":"n","senders":["main"],"message":{"body":"b"},"errorBudget":{"share":10\#(rest)}}"#
  }

  @Test(
    "what begins to fail in one country stops there within 200 messages, and nothing else does",
    arguments: [1.0, 0.3, 0.15])
  func failing(share: Double) throws {
    let world = try CareWorld(Self.budget(), rate: Rate(80, per: .seconds(1))) {
      $0.needsSight = true
    }
    try world.load((0..<3000).map { CareWorld.row($0, region: $0 % 2 == 0 ? "IT" : "FR") })
    try world.start()
    var (french, failed, italian) = (0, 0, 0)
    for _ in 0..<600 {
      try world.look()
      let sends = try world.claim()
      var bad: [ClaimedSend] = []
      var good: [ClaimedSend] = []
      for send in sends {
        let isFrench = (Int(send.recipient.text.dropFirst(6)) ?? 0) % 2 == 1
        // From the 400th on.
        if isFrench { french += 1 } else { italian += 1 }
        let fails =
          isFrench && french > 400
          && Int(Double(french) * share) > Int(Double(french - 1) * share)
        if fails { bad.append(send) } else { good.append(send) }
      }
      failed += bad.count
      try world.accept(good)
      try world.fail(bad, code: "131026")
      try world.publish()
      world.clock.advance(.milliseconds(100))
    }
    #expect(italian == 1500)
    #expect(french > 400 && french <= 600, "\(french) went, \(failed) failed")
    let stops = try world.store.stops(of: world.campaign.key)
    #expect(stops.map(\.cause) == ["131026"])
    #expect(try world.now.state == .running)
  }

  @Test("what fails less often than its budget stops nothing")
  func within() throws {
    let world = try CareWorld(Self.budget()) { $0.needsSight = true }
    try world.load((0..<2000).map { CareWorld.row($0, region: "IT") })
    try world.start()
    var count = 0
    for _ in 0..<100 {
      try world.look()
      let sends = try world.claim(limit: 50)
      try world.accept(sends.filter { $0.key.value % 25 != 0 })
      try world.fail(sends.filter { $0.key.value % 25 == 0 }, code: "131026")
      try world.publish()
      count += sends.count
      world.clock.advance(.milliseconds(600))
    }
    #expect(count == 2000)
    #expect(try world.store.stops(of: world.campaign.key).isEmpty)
  }

  @Test("a part that was stopped goes on after its rest, and is judged by what comes then")
  func rests() throws {
    let world = try CareWorld(Self.budget(#","after":10,"rest":"60s""#)) { $0.needsSight = true }
    try world.load((0..<200).map { CareWorld.row($0, region: "IT") })
    try world.start()
    func step(_ limit: Int, failing: Bool) throws -> Int {
      try world.look()
      let sends = try world.claim(limit: limit)
      if failing { try world.fail(sends, code: "131026") } else { try world.accept(sends) }
      try world.publish()
      world.clock.advance(.milliseconds(600))
      return sends.count
    }
    #expect(try step(20, failing: true) == 20)
    #expect(try step(20, failing: true) == 0)
    world.clock.advance(.seconds(60))
    _ = try step(1, failing: false)
    #expect(try step(50, failing: false) == 50)
    #expect(try step(200, failing: false) > 100)
  }

  @Test("nothing goes while what becomes of sends is not told, and it goes on once it is")
  func blind() throws {
    let world = try CareWorld(Self.budget()) { $0.needsSight = true }
    try world.load((0..<30).map { CareWorld.row($0, region: "IT") })
    try world.start()
    try world.look()
    try world.accept(try world.claim(limit: 10))
    // The log is away: nothing is published, and nothing is counted.
    for _ in 0..<30 {
      world.clock.advance(.seconds(1))
      try world.look()
    }
    #expect(try world.claim(limit: 10).isEmpty)
    try world.publish()
    world.clock.advance(.seconds(1))
    try world.look()
    #expect(try world.claim(limit: 10).count == 10)
  }

  // MARK: First wave

  private static let wave =
    #"{"name":"n","senders":["main"],"message":{"body":"b"},"firstWave":{"size":20,"wait":"10m","delivered":50,"failed":10}}"#

  @Test(
    "a first wave that arrives lets the rest go, one that fails pauses the campaign",
    arguments: [(1, "running"), (4, "paused")])
  func wave(failing: Int, state: String) throws {
    let world = try CareWorld(Self.wave) {
      $0.wave = 20
      $0.needsSight = true
    }
    try world.load((0..<50).map { CareWorld.row($0, region: "IT") })
    try world.start()
    try world.look()
    let first = try world.claim()
    #expect(first.count == 20)
    try world.fail(Array(first.prefix(failing)), code: "131026")
    let good = Array(first.dropFirst(failing))
    try world.accept(good)
    try world.arrive(good)
    try world.publish()
    try world.look()
    try world.look()
    #expect(try world.now.state.name == state)
    #expect(try world.claim().count == (state == "running" ? 30 : 0))
    if state == "paused" {
      let reason = try #require(try world.now.reason)
      #expect(reason.cause == .firstWave)
      #expect(reason.text == "20 % of the first 20 failed, and at most 10 % may")
    }
  }
}
