/// How people whom no sender knows are shared out among a campaign's senders: by how much each may send in a day. The same
/// number always falls to the same one, as long as the senders may send what they may.
package struct SenderShares: Hashable, Sendable {
  package struct Part: Hashable, Sendable {
    package var budget: Budget
    package var group: LaneGroupID
    package var isStopped: Bool

    package init(_ budget: Budget, in group: LaneGroupID, isStopped: Bool = false) {
      (self.budget, self.group, self.isStopped) = (budget, group, isStopped)
    }
  }

  /// Behind each of them, how much all up to it may send.
  private let ends: [Double]

  package init(_ parts: [Part]) {
    let groups = Dictionary(grouping: parts, by: \.group).mapValues { Double($0.count) }
    // Where all are stopped, each is as good as it would be.
    let open = parts.contains { !$0.isStopped }
    var sum = 0.0
    ends = parts.map { part in
      if !open || !part.isStopped { sum += part.budget.perDay(of: groups[part.group] ?? 1) }
      return sum
    }
  }

  package func place(of draw: UInt64) -> Int {
    guard let sum = ends.last, sum > 0 else { return 0 }
    let at = Double(draw) / Double(UInt64.max) * sum
    return ends.firstIndex { at < $0 } ?? ends.count - 1
  }
}

extension Budget {
  /// `lanes` share what they count of recipients. What has no limit counts as what no number passes.
  fileprivate func perDay(of lanes: Double) -> Double {
    let rate = (rate?.perSecond ?? 1000) * 86_400
    return switch daily {
    case .messages(let limit): min(rate, Double(limit))
    case .recipients(let limit): min(rate, Double(limit) / lanes)
    case nil: rate
    }
  }
}
