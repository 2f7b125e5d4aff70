package import Time

/// A campaign as a forecast sees it: who is still to be written to, and the state of all that may hold it.
package struct ForecastInput: Sendable {
  /// The moment at which the lanes and groups are as they are told here.
  package var now: Timestamp
  /// Nothing of the campaign goes before then.
  package var start: Timestamp
  /// What is not begun by then is not sent; nil: any time will do.
  package var expires: Timestamp?
  package var firstWave: FirstWave?
  /// Those who get one of several messages first; `look`: how long the others wait then for the best one.
  package var test: FirstWave?
  package var lanes: [ForecastLane]
  /// Those of the lanes whose budget has a limit of recipients; the group says which. One that is not here has none.
  package var groups: [ForecastGroup]
  package var crowds: [ForecastCrowd]
  /// How long after its claim a send counts at the latest: the day's budgets count it there.
  package var postSpan: Duration

  package init(
    now: Timestamp, start: Timestamp? = nil, expires: Timestamp? = nil,
    firstWave: FirstWave? = nil, lanes: [ForecastLane], groups: [ForecastGroup] = [],
    crowds: [ForecastCrowd], postSpan: Duration = .seconds(2)
  ) {
    (self.now, self.start, self.expires) = (now, max(now, start ?? now), expires)
    (self.firstWave, self.lanes, self.groups, self.crowds) = (firstWave, lanes, groups, crowds)
    self.postSpan = postSpan
  }

  /// The first of a campaign, looked at before the rest goes.
  package struct FirstWave: Hashable, Sendable {
    /// How many of it are still to be begun.
    package var left: Int
    /// How long it is looked at once the last of it is answered.
    package var look: Duration

    package init(left: Int, look: Duration) { (self.left, self.look) = (left, look) }
  }
}
