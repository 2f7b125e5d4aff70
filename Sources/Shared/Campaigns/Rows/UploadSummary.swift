package import JSON

/// What became of an upload's rows: how many were good, how many had which fault, and the first faults of each reason.
/// It stays small whatever the upload is.
package struct UploadSummary: Hashable, Sendable {
  package static let faultsOfReason = 100

  package private(set) var good = 0
  /// Rows, not faults: a row may have several.
  package private(set) var bad = 0
  /// Right, and left out of the campaign on purpose.
  package private(set) var heldOut = 0
  package private(set) var counts: [RowFault.Reason: Int] = [:]
  package private(set) var first: [RowFault.Reason: [RowFault]] = [:]

  package init() {}

  package mutating func add(_ judgement: Judgement) {
    switch judgement {
    case .send: good += 1
    case .heldOut: heldOut += 1
    case .faults(let faults): add(faults)
    }
  }

  package mutating func add(_ fault: RowFault) { add([fault]) }

  private mutating func add(_ faults: [RowFault]) {
    bad += 1
    for fault in faults {
      counts[fault.reason, default: 0] += 1
      if first[fault.reason, default: []].count < Self.faultsOfReason {
        first[fault.reason, default: []].append(fault)
      }
    }
  }

  /// `other` came after this one.
  package mutating func add(_ other: UploadSummary) {
    good += other.good
    bad += other.bad
    heldOut += other.heldOut
    counts.merge(other.counts, uniquingKeysWith: +)
    first.merge(other.first) { Array(($0 + $1).prefix(Self.faultsOfReason)) }
  }

  package func write(to writer: inout JSONWriter) {
    writer.field("good", good)
    writer.field("bad", bad)
    if heldOut > 0 { writer.field("heldOut", heldOut) }
    writer.name("reasons")
    writer.array { list in
      for reason in RowFault.Reason.allCases {
        guard let count = counts[reason] else { continue }
        list.object { object in
          object.field("reason", reason.rawValue)
          object.field("count", count)
          object.name("first")
          object.array { faults in
            for fault in first[reason] ?? [] { faults.object { fault.write(to: &$0) } }
          }
        }
      }
    }
  }

  package var json: [UInt8] { JSONWriter.object { write(to: &$0) } }

  /// As `write` wrote it, for an upload that goes on.
  package init?(_ value: JSONValue) {
    guard let good = value["good"]?.integer, let bad = value["bad"]?.integer,
      let reasons = value["reasons"]?.items
    else { return nil }
    (self.good, self.bad) = (Int(good), Int(bad))
    heldOut = value["heldOut"]?.integer.flatMap { Int(exactly: $0) } ?? 0
    for item in reasons {
      guard let reason = item["reason"]?.string.flatMap(RowFault.Reason.init),
        let count = item["count"]?.integer, let faults = item["first"]?.items
      else { return nil }
      counts[reason] = Int(count)
      first[reason] = faults.compactMap { RowFault($0, reason) }
    }
  }
}

extension RowFault {
  package func write(to writer: inout JSONWriter) {
    writer.field("line", line)
    writer.field("field", field)
    writer.field("detail", detail)
  }

  fileprivate init?(_ value: JSONValue, _ reason: Reason) {
    guard let line = value["line"]?.integer, let detail = value["detail"]?.string else {
      return nil
    }
    self.init(line: Int(line), field: value["field"]?.string, reason, detail)
  }
}
