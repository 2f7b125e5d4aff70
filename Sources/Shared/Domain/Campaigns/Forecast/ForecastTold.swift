internal import Time

extension ForecastRun {
  /// What a run tells of the way it took.
  struct Told {
    private(set) var all = StretchRecorder()
    private(set) var lanes: [StretchRecorder]
    private(set) var days: [ForecastCourse.Day] = []
    /// Begun at the present moment.
    private var sent: [Int]

    private static let day: Int64 = 86_400_000_000

    init(lanes count: Int) {
      lanes = Array(repeating: StretchRecorder(), count: count)
      sent = Array(repeating: 0, count: count)
    }

    mutating func sent(_ count: Int, by lane: Int, at now: Timestamp) {
      sent[lane] += count
      let day = Timestamp(microseconds: now.microseconds / Self.day * Self.day)
      if days.last?.day == day {
        days[days.count - 1].sent += count
      } else {
        days.append(ForecastCourse.Day(day: day, sent: count))
      }
    }

    /// Nothing more is begun until then. Of several lanes the limit counts under which most people wait.
    mutating func pass(to next: Timestamp, from now: Timestamp, _ runs: [LaneRun]) {
      var waiting = SIMD16<Int64>.zero
      var limit: ForecastLimit?
      for (index, run) in runs.enumerated() where run.left > 0 || sent[index] > 0 {
        lanes[index].add(run.limit, from: now, until: run.left > 0 ? next : now, sent: sent[index])
        waiting[run.limit.rawValue] += Int64(run.left)
        if limit.map({ waiting[$0.rawValue] < waiting[run.limit.rawValue] }) ?? true {
          limit = run.limit
        }
      }
      let sent = sent.reduce(0, +)
      if let limit { all.add(limit, from: now, until: next, sent: sent) }
      for index in self.sent.indices { self.sent[index] = 0 }
    }
  }
}
