import Domain
import SendStore
import TestSupport
import Testing
import Time

/// A store with a campaign in it.
final class CampaignUnderTest {
  let world: StoreUnderTest
  let id: CampaignID
  private(set) var key: CampaignKey
  private let senders: [Sender]
  private let isByRecipient: Bool
  private let priority: Int

  var store: SendStore { world.store }

  init(
    in world: StoreUnderTest, _ change: (inout NewCampaign) -> Void = { _ in },
    senders: [Sender] = [.main], byRecipient isByRecipient: Bool = true, priority: Int = 0
  ) throws {
    self.world = world
    (self.senders, self.isByRecipient, self.priority) = (senders, isByRecipient, priority)
    // A worker that is alive settles the store's form.
    _ = try world.lease(senders[0])
    var new = NewCampaign(
      id: .random(at: world.clock.now), tenant: Sender.main.tenant, name: "autumn",
      definition: Array("{}".utf8))
    change(&new)
    id = new.id
    key = try world.store.create(new).campaign.key
  }

  var now: StoredCampaign {
    get throws { try #require(try store.campaign(id)) }
  }

  static func person(_ number: Int) -> PersonAddress { PersonAddress("+3933300\(10000 + number)") }

  func row(
    _ line: Int, to person: PersonAddress? = nil, template: String = "", region: String = "",
    variant: Int = 0
  ) -> CampaignBatch.Row {
    CampaignBatch.Row(
      line: line, sender: senders[line % senders.count].id, recipient: person ?? Self.person(line),
      content: Array(#"{"to":"x","body":"row \#(line)"}"#.utf8), template: template,
      region: region, variant: variant)
  }

  @discardableResult
  func load(
    _ rows: [CampaignBatch.Row], isEnd: Bool = true, load: Int = 1
  ) throws -> CampaignLoaded {
    var batch = CampaignBatch(
      campaign: id, load: load, priority: priority, isByRecipient: isByRecipient,
      due: world.clock.now, rows: rows, isEnd: isEnd)
    batch.senders = senders.map(\.id)
    return try store.load([batch])
  }

  /// Loaded with so many people, and started.
  func started(_ count: Int) throws {
    try load((0..<count).map { row($0) })
    #expect(try order(.start) == .running)
  }

  /// The state that it led to.
  @discardableResult
  func order(_ order: CampaignOrder) throws -> CampaignState? {
    guard case .done(let campaign, _) = try store.order(order, id) else { return nil }
    return campaign.state
  }

  /// Publishes all that there is, so that it is counted.
  func publish() throws {
    while true {
      let changes = try store.unpublished(limit: 100)
      guard !changes.rows.isEmpty else { return }
      try store.published(changes)
    }
  }

  /// How many stand where, by the counts.
  func counts() throws -> [SendState: Int] {
    var counts: [SendState: Int] = [:]
    for item in try store.tally(of: key).items { counts[item.state, default: 0] += item.count }
    return counts
  }

  /// The same by a look at every send that was claimed once.
  func scan() throws -> [SendState: Int] {
    var counts: [SendState: Int] = [:]
    for state in SendState.allCases {
      let found = try world.count(
        """
        sends s JOIN flows f ON f.key = s.flow WHERE f.campaign_key = \(key.value) AND s.version > 0
        AND s.state = \(state.rawValue)
        """)
      if found > 0 { counts[state] = Int(found) }
    }
    return counts
  }
}
