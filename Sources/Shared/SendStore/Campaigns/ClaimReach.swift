internal import Domain
internal import Store
internal import Time

/// How often the campaigns of each tenant have written to the people of one claim, and how often this claim does.
struct ClaimReach {
  private struct Reach: Hashable {
    let tenant: Tenant
    let person: PersonAddress

    init(_ tenant: Tenant, _ person: PersonAddress) {
      (self.tenant, self.person) = (tenant, person)
    }
  }

  private let now: Timestamp
  /// When, before this claim; only of those whose campaign has a cap.
  private var before: [Reach: [Timestamp]] = [:]
  private var counts: [Reach: Int] = [:]
  private var written: [(Reach, SendKey)] = []

  init(at now: Timestamp) { self.now = now }

  mutating func look(
    at due: [Candidate], of campaign: PacedCampaign?, _ transaction: any Transaction
  ) throws(StoreError) {
    guard let campaign, let cap = campaign.cap else { return }
    let people = due.filter { $0.isFirst }.map(\.row.recipient)
      .filter { before[Reach(campaign.tenant, $0)] == nil }
    guard !people.isEmpty else { return }
    let found = try transaction.lockReach(people, of: campaign, cap, at: now)
    for person in people { before[Reach(campaign.tenant, person)] = found[person] ?? [] }
  }

  /// Until when this person has had enough of campaigns.
  func rest(of candidate: Candidate, in campaign: PacedCampaign?) -> Timestamp? {
    guard candidate.isFirst, let campaign, let cap = campaign.cap else { return nil }
    let person = Reach(campaign.tenant, candidate.row.recipient)
    let ours = Array(repeating: now, count: counts[person] ?? 0)
    return cap.nextRoom(after: (before[person] ?? []) + ours, at: now)
  }

  mutating func note(_ candidate: Candidate, of campaign: PacedCampaign) {
    let person = Reach(campaign.tenant, candidate.row.recipient)
    counts[person, default: 0] += 1
    written.append((person, candidate.row.key))
  }

  func write(to transaction: any Transaction) throws(StoreError) {
    guard !written.isEmpty else { return }
    try transaction.run(
      Care.reach,
      [
        .app: .texts(written.map(\.0.tenant.app)),
        .company: .texts(written.map(\.0.tenant.company)),
        .address: .texts(written.map(\.0.person.text)),
        .at: .integers(written.map { _ in now.microseconds }), .send: .keys(written, \.1),
      ])
  }
}
