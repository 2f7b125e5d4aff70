package import Domain
package import Store

/// In millionths of the campaign's currency.
package struct CampaignMoney: Hashable, Sendable {
  package var reserved: Int64 = 0
  /// Of those that ended without arriving.
  package var released: Int64 = 0
}

/// How many messages a provider says that it charges, or not.
package struct CampaignCharge: Hashable, Sendable {
  package let place: Int
  package let category: String
  package let isBillable: Bool
  package let count: Int
}

extension SendStore {
  package func money(of campaign: CampaignKey) throws(StoreError) -> CampaignMoney {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Care.money, [.campaign: .key(campaign)]) {
        CampaignMoney(reserved: $0.integer(.reserved), released: $0.integer(.released))
      }.first ?? CampaignMoney()
    }
  }

  package func charges(of campaign: CampaignKey) throws(StoreError) -> [CampaignCharge] {
    try engine.read { transaction throws(StoreError) in
      try transaction.rows(Care.charges, [.campaign: .key(campaign)]) { row in
        CampaignCharge(
          place: row.int(.place), category: row.text(.category),
          isBillable: row.isTrue(.isBillable), count: row.int(.count))
      }
    }
  }

  package func release(_ amount: Int64, of campaign: CampaignKey) throws(StoreError) {
    try engine.write(.campaigns) { transaction throws(StoreError) in
      try transaction.run(
        Care.release, [.campaign: .key(campaign), .amount: .integer(amount)])
      try transaction.wakeLanes(of: campaign)
    }
  }
}

extension Transaction {
  /// Why it cannot be started: where it has a ceiling, it has to be known what its messages cost.
  func unpriced(_ campaign: StoredCampaign) throws(StoreError) -> String? {
    let terms = try care(of: campaign.key).terms
    guard terms.ceiling != nil || terms.dayCeiling != nil else { return nil }
    let unknown = try places(of: campaign.key).filter { $0.price == nil }
    guard let first = unknown.first else { return nil }
    let place = first.region.isEmpty ? "people whose country is not known" : first.region
    return
      "it is not known yet what a message costs for \(place), and the campaign may not cost more than it says: add a row to the rate card, or leave the ceiling out"
  }
}

extension Care {
  static let addMoney = Command<CampaignParameter>("addMoney")
  enum MoneyColumn: Int, Columns { case reserved, released }
  static let money = Query<CampaignParameter, MoneyColumn>("money")
  static let lockMoney = Query<CampaignParameter, MoneyColumn>("lockMoney")
  enum AmountParameter: Int, Columns { case campaign, amount }
  static let reserve = Command<AmountParameter>("reserve")
  static let release = Command<AmountParameter>("release")

  enum TenantParameter: Int, Columns { case app, company, day }
  static let addTenantMoney = Command<TenantParameter>("addTenantMoney")
  enum TenantColumn: Int, Columns { case reserved }
  static let lockTenantMoney = Query<TenantParameter, TenantColumn>("lockTenantMoney")
  enum TenantAmountParameter: Int, Columns { case app, company, day, amount }
  static let reserveOfTenant = Command<TenantAmountParameter>("reserveOfTenant")

  enum ChargeParameter: Int, Columns { case campaign, place, category, isBillable, count }
  static let charge = Command<ChargeParameter>("charge")
  enum ChargeColumn: Int, Columns { case place, category, isBillable, count }
  static let charges = Query<CampaignParameter, ChargeColumn>("charges")

  static let pruneMoney = Command<Campaigns.PruneParameter>("pruneMoney")
  static let pruneTenantMoney = Command<Campaigns.PruneParameter>("pruneTenantMoney")
  static let pruneCharges = Command<Campaigns.PruneParameter>("pruneCharges")
}
