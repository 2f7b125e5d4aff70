internal import Campaigns
internal import Domain
internal import JSON
internal import Running
internal import SendStore
internal import Store
internal import Time

/// What the providers' callbacks say was charged, beside what the rate card and the plan said.
struct CampaignBill {
  private struct Line {
    let charge: CampaignCharge
    let region: String
    let price: MessagePrice?
  }

  private let lines: [Line]
  private let currency: String?
  /// As the plan of the start has it.
  private let planned: (least: Int64, most: Int64)?

  init(
    _ campaign: StoredCampaign, _ view: CampaignView, _ pricing: CampaignPricing,
    in store: SendStore
  ) throws(StoreError) {
    currency = pricing.currency
    let regions = Dictionary(view.places.map { ($0.number, $0.region) }) { $1 }
    let at = campaign.started ?? view.now
    lines = try store.charges(of: campaign.key).map { charge in
      let region = regions[charge.place] ?? ""
      return Line(
        charge: charge, region: region,
        price: PriceCategory(rawValue: charge.category).flatMap {
          pricing.price(of: $0, in: region, from: at, until: view.now)
        })
    }
    let price = view.care.plan.flatMap { JSONValue(whole: $0) }?["price"]
    let least = price?["least"]?.string.flatMap { Millionths.read($0) }
    let most = price?["most"]?.string.flatMap { Millionths.read($0) }
    planned = least.flatMap { least in most.map { (least, $0) } }
  }

  static let header = ["region", "category", "billable", "count", "least", "most", "currency"]

  /// For a spreadsheet.
  var table: [[String]] {
    lines.map { line in
      let price = line.price
      return [
        line.region, line.charge.category, "\(line.charge.isBillable)", "\(line.charge.count)",
        price.map { Millionths.text(amount($0.least, line)) } ?? "",
        price.map { Millionths.text(amount($0.most, line)) } ?? "", currency ?? "",
      ]
    }
  }

  func write(to writer: inout JSONWriter) {
    writer.name("bill")
    writer.object { bill in
      bill.field("currency", currency)
      bill.name("charges")
      bill.array { list in
        for line in lines {
          list.object { object in
            object.field("region", line.region)
            object.field("category", line.charge.category)
            object.field("billable", line.charge.isBillable)
            object.field("count", line.charge.count)
            object.field("least", line.price.map { Millionths.text(amount($0.least, line)) })
            object.field("most", line.price.map { Millionths.text(amount($0.most, line)) })
          }
        }
      }
      bill.field("least", Millionths.text(total(\.least)))
      bill.field("most", Millionths.text(total(\.most)))
      bill.field(
        "unpriced",
        lines.reduce(0) { $0 + ($1.price == nil && $1.charge.isBillable ? $1.charge.count : 0) })
      guard let planned else { return }
      bill.field("plannedLeast", Millionths.text(planned.least))
      bill.field("plannedMost", Millionths.text(planned.most))
    }
  }

  private func amount(_ price: Int64, _ line: Line) -> Int64 {
    line.charge.isBillable ? price * Int64(line.charge.count) : 0
  }

  private func total(_ price: KeyPath<MessagePrice, Int64>) -> Int64 {
    lines.reduce(0) { sum, line in
      sum + (line.price.map { amount($0[keyPath: price], line) } ?? 0)
    }
  }
}

/// When a campaign was to end by the plan of its start, and when it did.
struct PlanError {
  private let planned: CalendarTime
  private let ended: Timestamp
  private let started: Timestamp

  init?(_ campaign: StoredCampaign, lastClaim: Timestamp?, plan: [UInt8]?) {
    guard let plan = plan.flatMap({ JSONValue(whole: $0) }), let started = campaign.started,
      let ended = lastClaim,
      let finish = plan["finish"]?.string.flatMap({ CalendarTime(rfc3339: $0) })
    else { return nil }
    (planned, self.ended, self.started) = (finish, ended, started)
  }

  func write(to writer: inout JSONWriter) {
    let foretold = Timestamp(promised: planned) - started
    let found = ended - started
    writer.name("planError")
    writer.object { object in
      object.field("plannedSeconds", Int(foretold.seconds.rounded()))
      object.field("seconds", Int(found.seconds.rounded()))
      guard found > .zero else { return }
      object.name("percent")
      object.value(((foretold.seconds / found.seconds - 1) * 1000).rounded() / 10)
    }
  }
}
