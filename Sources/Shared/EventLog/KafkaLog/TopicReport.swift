internal import Domain
internal import Time

/// A topic as it is, beside what was planned. Knows no I/O.
package struct TopicReport: Hashable, Sendable {
  package struct Found: Hashable, Sendable {
    package let partitions: Int
    package let replicas: Int
    /// Milliseconds, -1 being for good; nil where the cluster does not tell.
    package let retention: Int64?
    /// `min.insync.replicas`.
    package let leastInSync: Int?
    /// `cleanup.policy`, as Kafka writes it.
    package let cleanup: String?

    package init(
      partitions: Int, replicas: Int, retention: Int64?, leastInSync: Int?, cleanup: String?
    ) {
      (self.partitions, self.replicas) = (partitions, replicas)
      (self.retention, self.leastInSync, self.cleanup) = (retention, leastInSync, cleanup)
    }

    /// Kafka takes these words in any order.
    var cleanups: Set<Substring>? { cleanup.map { Set($0.split(separator: ",")) } }
  }

  package let plan: TopicPlan
  package let name: String
  /// nil: there is no such topic.
  package let found: Found?

  package init(_ plan: TopicPlan, name: String, _ found: Found?) {
    (self.plan, self.name, self.found) = (plan, name, found)
  }

  /// What is not as it was planned.
  package var differences: [String] {
    guard let found else { return ["missing"] }
    var told: [String] = []
    if found.partitions != plan.partitions {
      told.append("has \(found.partitions) partitions, planned were \(plan.partitions)")
    }
    if plan.replicas > 0, found.replicas != plan.replicas {
      told.append("has \(found.replicas) replicas, planned were \(plan.replicas)")
    }
    let planned = plan.retention.millisecondsRoundedUp
    if let retention = found.retention, retention >= 0, retention < planned {
      told.append("keeps records \(retention) ms (retention.ms), planned were \(planned)")
    }
    if let cleanups = found.cleanups, cleanups != Set(plan.cleanup.split(separator: ",")) {
      told.append(
        "has the cleanup.policy \(found.cleanup ?? ""), planned was \(plan.cleanup)")
    }
    if let least = found.leastInSync, least > found.replicas {
      told.append(
        "takes nothing: min.insync.replicas is \(least), and it has \(found.replicas) replicas")
    }
    return told
  }

  /// What is as planned and still worth to know.
  package var remarks: [String] {
    guard let found else { return [] }
    guard let least = found.leastInSync else {
      return ["the cluster does not tell retention.ms and min.insync.replicas"]
    }
    guard least == 1, found.replicas > 1 else { return [] }
    return ["min.insync.replicas is 1: what one broker alone has taken is lost with it"]
  }
}
