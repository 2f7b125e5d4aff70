import Domain
import SendStore
import TestSupport
import Testing
import Time

/// Which message of a campaign is the best, found by whoever looks after campaigns.
@Suite struct TrialTests {
  private static let definition =
    #"{"name":"n","senders":["main"],"variants":[{"name":"a","message":{"body":"a"}},{"name":"b","message":{"body":"b"}}],"winner":{"test":40,"reads":30,"wait":"1h"},"expiry":"1d"}"#

  /// Of a hundred people twenty try each message.
  private func world() throws -> CareWorld {
    let world = try CareWorld(Self.definition) { $0.isTest = true }
    try world.load(
      (0..<200).map { line in
        var row = CareWorld.row(
          line, region: "IT", variant: line < 80 ? line % 2 + 1 : VariantShares.rest)
        if line >= 80 { row.others = [Array(#"{"to":"x","body":"b"}"#.utf8)] }
        return row
      })
    try world.start()
    return world
  }

  /// So many of each message's forty read it, all others get it.
  private func test(_ world: CareWorld, reading counts: [Int]) throws {
    let sends = try world.claim()
    #expect(sends.count == 80)
    try world.look()
    #expect(try world.store.test(of: world.campaign.key)?.tested == nil)
    try world.accept(sends)
    try world.arrive(sends)
    var read = [0, 0]
    var readers: [ClaimedSend] = []
    for send in sends {
      let variant = (Int(send.recipient.text.dropFirst(6)) ?? 0) % 2
      if read[variant] < counts[variant] { readers.append(send) }
      read[variant] += 1
    }
    try world.arrive(readers, .read)
    try world.publish()
    for _ in 0..<3 { try world.look() }
  }

  private func winner(_ world: CareWorld) throws -> Int? {
    try world.store.test(of: world.campaign.key)?.winner?.variant
  }

  @Test("the message that more have read than by chance is the rest's")
  func best() throws {
    let world = try world()
    try test(world, reading: [10, 35])
    for _ in 0..<2 { try world.look() }
    #expect(try winner(world) == 2)
    let rest = try world.claim()
    #expect(rest.count == 120)
    #expect(
      Set(rest.map { String(decoding: $0.content.json, as: UTF8.self) }) == [
        #"{"to":"x","body":"b"}"#
      ])
  }

  @Test("what may be chance waits for its time, and is taken then")
  func chance() throws {
    let world = try world()
    try test(world, reading: [33, 31])
    #expect(try winner(world) == nil)
    #expect(try world.claim().isEmpty)
    world.clock.advance(.seconds(3599))
    try world.look()
    #expect(try winner(world) == nil)
    world.clock.advance(.seconds(2))
    for _ in 0..<3 { try world.look() }
    #expect(try winner(world) == 1)
    #expect(try world.claim().count == 120)
  }

  @Test("where too few have read any, somebody has to say, and the rest expires where nobody does")
  func open() throws {
    let world = try world()
    try test(world, reading: [20, 2])
    world.clock.advance(.seconds(7200))
    for _ in 0..<3 { try world.look() }
    #expect(try winner(world) == nil)
    #expect(try world.claim().isEmpty)
    world.clock.advance(.seconds(30 * 86400))
    for _ in 0..<3 { try world.look() }
    #expect(try winner(world) == nil)
    // Judged, and ended.
    #expect(try world.claim().isEmpty)
    try world.publish()
    #expect(try world.store.tally(of: world.campaign.key).count(.expired) == 120)
  }
}
