internal import Domain
internal import Running
internal import SendStore
internal import Time

/// What a rehearsal has shown.
struct RehearsalOutcome {
  var start = Timestamp.distantPast
  /// Why it could not be started.
  var refusal: String?
  /// How many were written to, the first of them and the last.
  private(set) var people = 0
  private(set) var first: Timestamp?
  private(set) var finish: Timestamp?
  private(set) var attempts = 0
  private var recorder = StretchRecorder()
  private var news: [(at: Timestamp, text: String)] = []
  var state = CampaignState.running
  var tally = CampaignTally([])
  /// Not claimed by the end.
  var waiting = 0
  /// By the simulator's ledger.
  var violations = 0
  var duplicates = 0
  var budgets: [LaneStatus] = []
  var lanes: [(sender: SenderID, sent: Int, finish: Timestamp?)] = []

  /// What a rehearsal knows nothing of.
  static let notCopied = [
    "quality ratings, and what the provider makes of them",
    "what else waits in the senders' lanes, and what other campaigns and single sends bring meanwhile",
    "sends of this campaign that were begun before, and what other campaigns have spent on this day",
    "people who answer, opt out or are not on WhatsApp",
    "the provider's limits on marketing to one person, and templates that it holds back; each template is taken as approved, and goes by the endpoint of other messages",
    "whom the provider counted before: its own count of recipients begins at none",
    "how fast this machine and its connections are: an answer takes 150 to 350 ms",
  ]

  /// `held`: what kept the others until then.
  mutating func posted(_ new: Int, of count: Int, held: ForecastLimit, at now: Timestamp) {
    attempts += count
    guard new > 0 else { return }
    recorder.add(held, from: finish ?? start, until: now, sent: new)
    people += new
    first = first ?? now
    finish = now
  }

  mutating func note(_ text: String, at time: Timestamp) { news.append((time, text)) }

  /// In the order of time.
  var told: [(at: Timestamp, text: String)] { news.sorted { $0.at < $1.at } }

  var stretches: [ForecastStretch] { recorder.stretches() }

  var counts: [(state: SendState, code: String, count: Int)] {
    var sums: [String: (state: SendState, code: String, count: Int)] = [:]
    for item in tally.items where item.count != 0 {
      sums["\(item.state.rawValue) \(item.code)", default: (item.state, item.code, 0)].count +=
        item.count
    }
    return sums.values.sorted { ($0.state.rank, $0.code) < ($1.state.rank, $1.code) }
  }

  /// By how many hundredths it took longer than was planned; nil where somebody is not written to, by one of the two.
  func difference(to plan: CampaignPlan) -> Double? {
    guard waiting == 0, tally.count(.expired) == 0, plan.forecast.likely.isComplete, let finish,
      let planned = plan.forecast.likely.finish, planned > start
    else { return nil }
    return (finish - planned).seconds / (planned - start).seconds * 100
  }
}
