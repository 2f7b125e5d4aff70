internal import Domain
internal import JSON
internal import Time

/// A campaign as the API shows it.
struct CampaignLook {
  let id: CampaignID
  let name: String
  let state: CampaignState
  let wantsStart: Bool
  let createdAt: Timestamp?
  let startsAt: String?
  let rows: Int
  let duplicates: Int
  /// By state, in the order of a send's life.
  let counts: [(state: SendState, count: Int)]
  let causes: [Cause]
  let reason: Reason?
  let upload: UploadLook?
  let warnings: [String]
  let underWay: Int?

  struct Cause: CustomStringConvertible {
    let code: String
    let count: Int
    let sentence: String?

    var description: String { "\(code): \(count)\(sentence.map { " (\($0))" } ?? "")" }
  }

  struct Reason: Hashable {
    let cause: String
    let text: String
    let until: String?
  }

  init?(_ root: JSONValue) {
    guard let id = root["id"]?.string.flatMap({ CampaignID($0) }),
      let state = root["state"]?.string.flatMap({ CampaignState(name: $0) })
    else { return nil }
    (self.id, self.state) = (id, state)
    name = root["name"]?.string ?? ""
    wantsStart = root["wantsStart"]?.bool ?? false
    createdAt = root["createdAt"]?.string.flatMap { Timestamp(rfc3339: $0) }
    startsAt = root["startsAt"]?.string
    rows = root["rows"].count
    duplicates = root["duplicates"].count
    counts = SendState.allCases.compactMap { state in
      root["counts"]?[state.name]?.integer.map { (state, Int($0)) }
    }
    causes = (root["causes"]?.items ?? []).compactMap { cause in
      cause["code"]?.string.map { code in
        Cause(code: code, count: cause["count"].count, sentence: cause["sentence"]?.string)
      }
    }
    reason = root["reason"].flatMap { reason in
      reason["text"]?.string.map { text in
        Reason(cause: reason["cause"]?.string ?? "", text: text, until: reason["until"]?.string)
      }
    }
    upload = root["upload"].map { UploadLook($0) }
    warnings = (root["warnings"]?.items ?? []).compactMap(\.string)
    underWay = root["underWay"]?.integer.map { Int($0) }
  }

  /// Those whose turn has come.
  var begun: Int { rows - (counts.first { $0.state == .queued }?.count ?? 0) }

  var failures: Int {
    counts.reduce(0) { $0 + ($1.state.isFailure ? $1.count : 0) }
  }

}

/// How an upload stands.
struct UploadLook {
  let offset: Int
  let isComplete: Bool
  let good: Int
  let bad: Int
  let reasons: [Reason]

  struct Reason {
    let name: String
    let count: Int
    let first: [Fault]
  }

  struct Fault: CustomStringConvertible {
    let line: Int
    let field: String?
    let detail: String

    var description: String { "line \(line): \(field.map { "\($0) " } ?? "")\(detail)" }
  }

  init(_ root: JSONValue) {
    offset = root["offset"].count
    isComplete = root["isComplete"]?.bool ?? false
    good = root["good"].count
    bad = root["bad"].count
    reasons = (root["reasons"]?.items ?? []).map { reason in
      Reason(
        name: reason["reason"]?.string ?? "", count: reason["count"].count,
        first: (reason["first"]?.items ?? []).map { fault in
          Fault(
            line: fault["line"].count, field: fault["field"]?.string,
            detail: fault["detail"]?.string ?? "")
        })
    }
  }

  private static let shown = 5

  /// What is wrong with it, for a person: of each reason how often, and where first.
  var faultLines: [String] {
    reasons.flatMap { reason in
      ["\(reason.name): \(reason.count)"]
        + reason.first.prefix(Self.shown).map { "  \($0)" }
        + (reason.count > Self.shown ? ["  and \(reason.count - Self.shown) more"] : [])
    }
  }
}

extension JSONValue? {
  fileprivate var count: Int { self?.integer.map { Int($0) } ?? 0 }
}
