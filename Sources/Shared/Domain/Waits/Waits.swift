package import Time

/// Why something does not go on just now: of all reasons, the one that decides.
package struct Waits: Hashable, Sendable {
  package let code: Code
  /// When that reason ends, which need not be when the send goes; nil where no clock ends it.
  package let until: Timestamp?
  /// For people, with the command that helps where there is one.
  package let sentence: String

  package init(code: Code, until: Timestamp? = nil, sentence: String) {
    self.code = code
    self.until = until
    self.sentence = sentence
  }

  /// A stop or a hold without an end.
  package var isUntilLifted: Bool {
    guard until == nil else { return false }
    return switch code {
    case .lanePaused, .laneStopped, .laneHeld, .flowHeld: true
    default: false
    }
  }

  /// Programs read them, so they never change. Of two reasons that end alike the one named first here decides.
  package enum Code: String, Hashable, Sendable, CaseIterable {
    // Somebody has to act.
    case commitsLost = "commits-lost"
    case lanePaused = "lane-paused"
    case laneStopped = "lane-stopped"
    case laneHeld = "lane-held"
    case flowHeld = "flow-held"
    case campaignStopped = "campaign-stopped"
    case doubtOpen = "doubt-open"
    case senderUnknown = "sender-unknown"
    case senderNotInSettings = "sender-not-in-settings"
    case noDispatchWorker = "no-dispatch-worker"
    case noStatusWorker = "no-status-worker"
    // A clock ends it.
    case recipientResting = "recipient-resting"
    case pairBudget = "pair-budget"
    case recipientsBudget = "recipients-budget"
    case dailyBudget = "daily-budget"
    case rateBudget = "rate-budget"
    case retry = "retry"
    case scheduled = "scheduled"
    case campaignScheduled = "campaign-scheduled"
    case campaignQuiet = "campaign-quiet"
    case doubtLook = "doubt-look"
    case workerGone = "worker-gone"
    case takeOver = "take-over"
    // It ends by itself, nobody knows when.
    case campaignBlind = "campaign-blind"
    case campaignFirstWave = "campaign-first-wave"
    case campaignBestMessage = "campaign-best-message"
    case inFlight = "in-flight"
    case behindOthers = "behind-others"
    case notPosted = "not-posted"
    case expired = "expired"
    case nextClaim = "next-claim"
    case answerAwaited = "answer-awaited"
    case callbacksBehind = "callbacks-behind"
    case held = "held"
    case silent = "silent"
    case callbackAwaited = "callback-awaited"
    case deliveryAwaited = "delivery-awaited"
    case notTakenIn = "not-taken-in"
  }
}

/// One of the reasons, before it is known which decides.
package struct WaitReason: Hashable, Sendable {
  package let code: Waits.Code
  let end: End
  let sentence: String

  /// In the order in which they decide.
  enum End: Hashable {
    /// Only when somebody acts, or lifts it.
    case byPerson
    case at(Timestamp)
    case byItself
  }

  /// The one that somebody must act on comes first, then the one that ends last, then those that end by themselves.
  static func decides(_ left: WaitReason, before right: WaitReason) -> Bool {
    switch (left.end, right.end) {
    case (.at(let one), .at(let other)) where one != other: one > other
    default: (left.end.rank, left.code.rank) < (right.end.rank, right.code.rank)
    }
  }

  func waits(adding more: String = "") -> Waits {
    let until: Timestamp? = if case .at(let time) = end { time } else { nil }
    return Waits(code: code, until: until, sentence: sentence + more)
  }
}

extension [WaitReason] {
  var deciding: WaitReason? { self.min { WaitReason.decides($0, before: $1) } }

  /// The deciding one, with what else somebody has to act on: once the first is done, the next would decide.
  func waits(adding more: String = "") -> Waits? {
    guard let deciding else { return nil }
    let others = filter { $0.end == .byPerson && $0.code != deciding.code }
    let besides = others.map { "; besides, \($0.sentence)" }.joined()
    return deciding.waits(adding: besides + more)
  }
}

extension WaitReason.End {
  fileprivate var rank: Int {
    switch self {
    case .byPerson: 0
    case .at: 1
    case .byItself: 2
    }
  }

  /// A hold until the end of time is one that somebody has to lift.
  init(until time: Timestamp) { self = time.isOpenEnded ? .byPerson : .at(time) }

  /// `until 10:04:03 UTC`, `until lifted`
  func text(_ now: Timestamp) -> String {
    if case .at(let time) = self { "until \(time.told(at: now))" } else { "until lifted" }
  }
}

extension Waits.Code {
  fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Timestamp {
  /// For a sentence: the time of day where it is of the same day, with the day where it is not. Rounded up to a
  /// second, so that what ends then has ended.
  func told(at now: Timestamp) -> String {
    let second = Timestamp(seconds: (microseconds + 999_999) / 1_000_000)
    let text = second.description
    let (day, time) = (text.prefix(10), text.dropFirst(11).prefix(8))
    return now.description.hasPrefix(day) ? "\(time) UTC" : "\(day) \(time) UTC"
  }
}
