import Domain
import SendStore
import TestSupport
import Testing
import Time

@Suite struct HoldTests {
  static func key(_ name: String, _ language: String = "") -> String {
    TemplateKey(name: name, language: language).text
  }

  @Test(
    "a hold is of one language; a name alone, as older versions wrote it, stands for all",
    arguments: Backend.allCases)
  func languages(backend: Backend) throws {
    let world = try StoreUnderTest(backend)
    let keys = [
      Self.key("offer", "en"), Self.key("offer", "en_US"), Self.key("offer"),
      Self.key("offers", "en"),
    ]
    let until = world.clock.now + .seconds(60)
    func queue() throws { try world.queue(4) { $1.template = keys[$0] } }
    func waiting() throws -> Set<String> {
      Set(try world.store.heldFlows().map(\.template.description))
    }
    try queue()
    func hold(_ template: String, _ until: Timestamp) throws {
      try world.store.hold(
        template: template, of: Sender.main.id, until: until, because: "paused")
    }
    try hold(keys[0], until)
    #expect(try waiting() == ["offer (en)", "offer"])
    #expect(try world.claim().sends.count == 2)
    try world.store.release(template: keys[0], of: [Sender.main.id])
    #expect(try waiting().isEmpty)
    #expect(try world.claim().sends.count == 2)
    // Flows that come to be while the hold stands.
    try hold(Self.key("news"), until)
    try world.queue(2) {
      ($1.template, $1.campaign) = (Self.key("news", $0 == 0 ? "it" : "de"), "c")
    }
    #expect(try waiting() == ["news (it)", "news (de)"])
    world.clock.advance(.seconds(61))
    try hold(Self.key("alert", "it"), until + .seconds(600))
    try world.queue(2) { $1.template = Self.key("alert", $0 == 0 ? "it" : "de") }
    #expect(try waiting() == ["alert (it)"])
  }

  enum Held: CaseIterable { case lane, template, campaign }

  @Test(
    "a shorter hold does not shorten a longer", arguments: Backend.allCases, Held.allCases)
  func shorter(backend: Backend, held: Held) throws {
    let world = try StoreUnderTest(backend)
    try world.queue(1) { ($1.template, $1.campaign) = ("t", "c") }
    let start = world.clock.now
    for seconds in [600, 60] {
      let until = start + .seconds(seconds)
      switch held {
      case .lane: try world.store.hold(Sender.main.id, until: until, because: "\(seconds)")
      case .template:
        try world.store.hold(
          template: "t", of: Sender.main.id, until: until, because: "\(seconds)")
      case .campaign:
        try world.store.hold(
          campaign: "c", of: Sender.main.id, until: until, because: "\(seconds)")
      }
    }
    let lane = try #require(try world.store.laneStatus().first)
    let flow = try world.store.heldFlows().first
    #expect((held == .lane ? lane.heldUntil : flow?.until) == start + .seconds(600))
    #expect((held == .lane ? lane.holdReason : flow?.reason) == "600")
    // A flow that comes to be has the longer one too.
    if held != .lane {
      try world.queue(1) { ($1.template, $1.campaign, $1.priority) = ("t", "c", 1) }
      let until = Set(try world.store.heldFlows().map(\.until))
      #expect(until == [start + .seconds(600)])
    }
  }
}
