/// How many of a campaign's latest messages may fail for one cause before those that would meet it too wait.
package struct ErrorBudget: Hashable, Sendable {
  /// In hundredths of the latest messages of the same sender, template and country.
  package var share: Int
  /// No sooner than after so many.
  package var after: Int
  /// How long they wait; nil until somebody resumes the campaign.
  package var rest: Duration?

  package init(share: Int = 10, after: Int = 20, rest: Duration? = nil) {
    (self.share, self.after, self.rest) = (share, after, rest)
  }

  /// So many of the latest are looked at.
  package static let window = 100

  /// What fails for the same cause.
  package struct Segment: Hashable, Sendable {
    package let sender: SenderID
    package let template: String
    package let place: Int

    package init(sender: SenderID, template: String, place: Int) {
      (self.sender, self.template, self.place) = (sender, template, place)
    }
  }

  package struct Breach: Hashable, Sendable {
    package let segment: Segment
    package let code: String
    package let failed: Int
    package let of: Int
  }

  /// What is no fault of sender, template or country.
  private static let ownAffairs: Set = [
    "", "opted-out", "expired", "frequency-cap", "marketing-rest", "campaign-canceled",
  ]

  /// Looks at a campaign's counts again and again, and remembers how they stood.
  package struct Watch: Sendable {
    private struct Standing {
      var total = 0
      var failed: [String: Int] = [:]
    }

    private let budget: ErrorBudget
    /// Oldest first, the last of them the latest; of each the first is the one that the window begins at.
    private var looks: [Segment: [Standing]] = [:]

    package init(_ budget: ErrorBudget) { self.budget = budget }

    /// The segments that have used up their budget for a cause since they were looked at last.
    package mutating func look(at tally: CampaignTally) -> [Breach] {
      var now: [Segment: Standing] = [:]
      for item in tally.items where ![.queued, .sending, .inDoubt].contains(item.state) {
        let segment = Segment(sender: item.sender, template: item.template, place: item.place)
        now[segment, default: Standing()].total += item.count
        guard item.state.isFailure, !ErrorBudget.ownAffairs.contains(item.code) else { continue }
        now[segment]?.failed[item.code, default: 0] += item.count
      }
      return now.flatMap { look(at: $1, of: $0) }
        .sorted { ($0.segment.sender.text, $0.code) < ($1.segment.sender.text, $1.code) }
    }

    private mutating func look(at now: Standing, of segment: Segment) -> [Breach] {
      var known = looks[segment] ?? [Standing()]
      // The latest look that has a whole window behind it is where the window begins.
      while known.count > 1, now.total - known[1].total >= ErrorBudget.window {
        known.removeFirst()
      }
      defer {
        if known.last.map({ $0.total != now.total || $0.failed != now.failed }) ?? true {
          known.append(now)
        }
        looks[segment] = known
      }
      let start = known[0]
      let seen = max(now.total - start.total, 0)
      let count = max(seen, budget.after)
      guard now.total >= budget.after else { return [] }
      return now.failed.sorted { $0.key < $1.key }.compactMap { code, failed in
        let new = failed - (start.failed[code] ?? 0)
        guard new > 0, new * 100 >= budget.share * count else { return nil }
        return Breach(segment: segment, code: code, failed: new, of: max(seen, new))
      }
    }

    /// What has been stopped, and goes on, is judged by what comes from then on.
    package mutating func forget(_ segment: Segment, as tally: CampaignTally) {
      looks[segment] = nil
      var standing = Standing()
      for item in tally.items
      where Segment(sender: item.sender, template: item.template, place: item.place) == segment {
        guard ![.queued, .sending, .inDoubt].contains(item.state) else { continue }
        standing.total += item.count
        guard item.state.isFailure, !ErrorBudget.ownAffairs.contains(item.code) else { continue }
        standing.failed[item.code, default: 0] += item.count
      }
      looks[segment] = [standing]
    }
  }
}
