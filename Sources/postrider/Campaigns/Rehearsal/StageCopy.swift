internal import Campaigns
internal import Domain
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// From one store to another: a campaign with its people, and the lanes that it is sent by. The one is only read.
struct StageCopy {
  private let real: SendStore
  private let store: SendStore
  private let definition: CampaignDefinition
  private let care: CareTerms
  private let now: Timestamp

  init(
    from real: SendStore, to store: SendStore, _ definition: CampaignDefinition, _ care: CareTerms,
    at now: Timestamp
  ) {
    (self.real, self.store, self.definition) = (real, store, definition)
    (self.care, self.now) = (care, now)
  }

  /// The worker takes the lanes: nothing is loaded while nobody is there who knows of campaigns.
  func copy(
    _ original: StoredCampaign, _ settings: Settings, _ worker: WorkerID, until stop: StopSignal
  ) throws -> (campaign: StoredCampaign, people: Int, inWindow: Set<PersonAddress>) {
    try store.define(settings.senders.map(\.sender))
    try store.put(try real.copiedLanes())
    _ = try store.tendLeases(worker)
    let made = try create(original)
    let (people, inWindow) = try copyPeople(of: original, into: made, until: stop)
    try end(made)
    try copyPrices(of: original, to: made)
    for held in try real.heldFlows() where held.campaign == original.id.description {
      try store.hold(
        template: held.template.text, of: held.sender, until: held.until, because: held.reason)
    }
    return (try store.campaign(original.id) ?? made, people, inWindow)
  }

  private func create(_ original: StoredCampaign) throws(StoreError) -> StoredCampaign {
    var new = NewCampaign(
      id: original.id, tenant: original.tenant, name: original.name,
      definition: original.definition, pace: definition.pace, share: definition.share,
      lanes: max(1, definition.senders.count), expiry: original.expiry, expires: original.expires)
    new.care = care
    return try store.create(new).campaign
  }

  private func copyPeople(
    of original: StoredCampaign, into made: StoredCampaign, until stop: StopSignal
  ) throws -> (Int, Set<PersonAddress>) {
    var (people, inWindow): (Int, Set<PersonAddress>) = (0, [])
    try real.copy(of: original, reachedSince: care.cap.map { now - $0.span }) { rows in
      guard !stop.isRequested else { throw RehearsalStopped() }
      // A page is of one flow, so of one priority.
      guard let priority = rows.first?.priority else { return }
      try load(rows.map(\.row), priority: priority, into: made)
      try store.put(rows, of: original.tenant)
      people += rows.count
      inWindow.formUnion(rows.filter { $0.isWindowOpen(at: now) }.map(\.row.recipient))
    }
    return (people, inWindow)
  }

  private func end(_ made: StoredCampaign) throws(StoreError) {
    try load([], priority: definition.priority, into: made, isEnd: true)
  }

  private func load(
    _ rows: [CampaignBatch.Row], priority: Int, into made: StoredCampaign, isEnd: Bool = false
  ) throws(StoreError) {
    _ = try store.load([
      CampaignBatch(
        campaign: made.id, load: made.load, priority: priority, isByRecipient: false, due: now,
        rows: rows, isEnd: isEnd)
    ])
  }

  /// Of those that a rate card of before has named, too.
  private func copyPrices(
    of original: StoredCampaign, to made: StoredCampaign
  ) throws(StoreError) {
    let known = try real.places(of: original.key)
    var prices: [Int: Int64?] = [:]
    for place in try store.places(of: made.key) {
      let same = known.first { $0.region == place.region && $0.zone == place.zone }
      if let price = same?.price { prices[place.number] = price }
    }
    try store.price(prices, of: made.key)
  }
}
