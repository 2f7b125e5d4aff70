internal import Domain
internal import Store
internal import Time

extension Transaction {
  /// What a campaign may still spend. Its row is locked until the end of the transaction.
  func lockMoney(of campaign: PacedCampaign) throws(StoreError) -> Int64 {
    guard let ceiling = campaign.ceiling else { return .max }
    let money = try rows(Care.lockMoney, [.campaign: .key(campaign.key)]) {
      CampaignMoney(reserved: $0.integer(.reserved), released: $0.integer(.released))
    }.first
    // Without a row nothing could be kept of what is spent.
    return money.map { ceiling - $0.reserved + $0.released } ?? 0
  }

  /// What the campaigns of a tenant have spent on this day, which nobody else adds to before the transaction ends.
  func lockDay(of tenant: Tenant, at now: Timestamp) throws(StoreError) -> Int64 {
    let row: Batch<Care.TenantParameter> = [
      .app: .text(tenant.app), .company: .text(tenant.company), .day: .integer(now.day),
    ]
    try run(Care.addTenantMoney, row)
    return try rows(Care.lockTenantMoney, row) { $0.integer(.reserved) }.first ?? 0
  }

  func spend(_ amount: Int64, of campaign: PacedCampaign, at now: Timestamp) throws(StoreError) {
    try run(Care.reserve, [.campaign: .key(campaign.key), .amount: .integer(amount)])
    guard campaign.dayCeiling != nil else { return }
    try run(
      Care.reserveOfTenant,
      [
        .app: .text(campaign.tenant.app), .company: .text(campaign.tenant.company),
        .day: .integer(now.day), .amount: .integer(amount),
      ])
  }

  /// When campaigns of the tenant wrote to these people. Nobody else writes to them before the transaction ends, as far
  /// as they have a cap.
  func lockReach(
    _ people: [PersonAddress], of campaign: PacedCampaign, _ cap: FrequencyCap, at now: Timestamp
  ) throws(StoreError) -> [PersonAddress: [Timestamp]] {
    let sorted = Set(people).sorted()
    let names: Batch<Care.PeopleParameter> = [
      .app: .texts(sorted.map { _ in campaign.tenant.app }),
      .company: .texts(sorted.map { _ in campaign.tenant.company }),
      .address: .texts(sorted.map(\.text)),
    ]
    _ = try rows(Care.lockPeople, names) { $0.int(.count) }
    let found = try rows(
      Care.reached,
      [
        .app: .texts(sorted.map { _ in campaign.tenant.app }),
        .company: .texts(sorted.map { _ in campaign.tenant.company }),
        .address: .texts(sorted.map(\.text)),
        .since: .integers(sorted.map { _ in (now - cap.span).microseconds }),
      ]
    ) { (PersonAddress($0.text(.address)), $0.time(.at)) }
    return Dictionary(grouping: found, by: \.0).mapValues { $0.map(\.1) }
  }
}
