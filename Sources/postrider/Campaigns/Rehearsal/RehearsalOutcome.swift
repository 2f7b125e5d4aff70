internal import Domain
internal import JSON
internal import Running
internal import SendStore
internal import Time

/// What a rehearsal has shown.
struct RehearsalOutcome {
  var start = Timestamp.distantPast
  var refusal: String?
  /// How many people were written to, and when the last of them was.
  private(set) var posted = 0
  private(set) var first: Timestamp?
  private(set) var finish: Timestamp?
  private(set) var attempts = 0
  private(set) var stretches: [Stretch] = []
  var news: [String] = []
  var tally = CampaignTally([])
  /// Not claimed by the end.
  var waiting = 0
  var violations = 0
  var duplicates = 0
  var budgets: [LaneStatus] = []
  var hold = ""
  var isHeld = false

  struct Stretch {
    let from: Timestamp
    var until: Timestamp
    var limit: String
    var sent: Int
  }

  /// What a rehearsal knows nothing of.
  static let notCopied = [
    "quality ratings, and what the provider makes of them",
    "what else waits in the senders' lanes, and what other campaigns and single sends bring meanwhile",
    "sends of this campaign that were begun before",
    "people who answer, opt out or are not on WhatsApp",
    "the provider's limits on marketing to one person, and templates that it holds back; each template is taken as approved",
    "how fast this machine and its connections are: an answer takes 150 to 350 ms",
    "the circuit breaker, and room that was used up by people of other campaigns in the provider's own count",
    "prices that the provider changes",
  ]

  private var sentInStretch = 0

  mutating func posted(at now: Timestamp, isFirst: Bool) {
    attempts += 1
    sentInStretch += 1
    guard isFirst else { return }
    posted += 1
    first = first ?? now
    finish = now
  }

  mutating func note(_ limit: String, from: Timestamp, until: Timestamp) {
    defer { sentInStretch = 0 }
    if let last = stretches.last, last.limit == limit || stretches.count >= 1000 {
      stretches[stretches.count - 1].until = until
      stretches[stretches.count - 1].sent += sentInStretch
    } else {
      stretches.append(Stretch(from: from, until: until, limit: limit, sent: sentInStretch))
    }
  }

  /// Those that are too short to matter are part of the one before.
  var mainStretches: [Stretch] {
    let whole = (finish ?? start) - start
    var merged: [Stretch] = []
    for stretch in stretches where stretch.from <= finish ?? start {
      let isShort = (stretch.until - stretch.from).seconds * 50 < whole.seconds
      if let last = merged.last, isShort || last.limit == stretch.limit {
        merged[merged.count - 1].until = stretch.until
        merged[merged.count - 1].sent += stretch.sent
      } else {
        merged.append(stretch)
      }
    }
    return merged
  }

  var counts: [(state: SendState, code: String, count: Int)] {
    var sums: [String: (state: SendState, code: String, count: Int)] = [:]
    for item in tally.items where item.count != 0 {
      sums["\(item.state.rawValue) \(item.code)", default: (item.state, item.code, 0)].count +=
        item.count
    }
    return sums.values.sorted { ($0.state.rank, $0.code) < ($1.state.rank, $1.code) }
  }

  /// By how many hundredths it took longer than was planned; nil where one of the two has no end.
  func error(of plan: CampaignPlan) -> Double? {
    guard let finish, let planned = plan.forecast.likely.finish else { return nil }
    let span = (planned - start).seconds
    guard span > 0 else { return nil }
    return (finish - planned).seconds / span * 100
  }

  func json(beside plan: CampaignPlan, _ price: (least: Int64, most: Int64)?, _ currency: String?)
    -> [UInt8]
  {
    JSONWriter.object(capacity: 4096) { writer in
      writer.field("start", start.description)
      writer.field("first", first?.description)
      writer.field("finish", finish?.description)
      writer.field("plannedFinish", plan.forecast.likely.finish?.description)
      writer.field("differencePercent", error(of: plan).map { ProgressDisplay.tenths($0) })
      writer.field("people", posted)
      writer.field("attempts", attempts)
      writer.field("waiting", waiting)
      writer.field("violations", violations)
      writer.field("duplicates", duplicates)
      writer.name("counts")
      writer.array { list in
        for item in counts {
          list.object { object in
            object.field("state", item.state.name)
            if !item.code.isEmpty { object.field("code", item.code) }
            object.field("count", item.count)
          }
        }
      }
      writer.name("stretches")
      writer.array { list in
        for stretch in mainStretches {
          list.object { object in
            object.field("from", stretch.from.description)
            object.field("until", stretch.until.description)
            object.field("limitedBy", stretch.limit)
            object.field("sent", stretch.sent)
          }
        }
      }
      if let price {
        writer.name("price")
        writer.object { object in
          object.field("currency", currency)
          object.field("least", Millionths.text(price.least))
          object.field("most", Millionths.text(price.most))
        }
      }
      writer.name("news")
      writer.array { list in for text in news { list.value(text) } }
      writer.name("notCopied")
      writer.array { list in for text in Self.notCopied { list.value(text) } }
    }
  }

  func lines(beside plan: CampaignPlan, _ price: (least: Int64, most: Int64)?, _ currency: String?)
    -> [String]
  {
    let never = "not all of it"
    let difference = error(of: plan).map { ", \(ProgressDisplay.tenths($0)) % later" } ?? ""
    var lines = [
      "rehearsed: \(posted) people, \(attempts) attempts, \(waiting) left; the last at \(finish?.description ?? "no time")",
      "planned:   the last at \(plan.forecast.likely.finish?.description ?? never)\(difference)",
      "\(violations) limit violations, \(duplicates) duplicates",
      Terminal.table(
        [["  state", "code", "people"]]
          + counts.map { ["  \($0.state.name)", $0.code, "\($0.count)"] }),
      Terminal.table(
        [["  until", "held by", "sent"]]
          + mainStretches.map { ["  \($0.until)", $0.limit, "\($0.sent)"] }),
    ]
    for lane in budgets {
      let uses = lane.uses.filter { $0.limit != nil }.map { use in
        "\(use.name.rawValue) \(use.left.map(String.init) ?? "all") of \(use.limit.map(String.init) ?? "any") left"
      }
      lines.append("\(lane.sender): \(uses.joined(separator: ", "))")
    }
    if let price {
      lines.append(
        "price: \(Millionths.text(price.least)) to \(Millionths.text(price.most)) \(currency ?? "")"
      )
    }
    lines += news.map { "then: \($0)" }
    lines.append("not copied, so it may go otherwise:")
    lines += Self.notCopied.map { "  \($0)" }
    return lines
  }
}
