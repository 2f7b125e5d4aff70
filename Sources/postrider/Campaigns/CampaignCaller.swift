internal import Domain
internal import Forms
internal import HTTP
internal import JSON
internal import Platform
internal import Time

/// Campaigns over the API of a server that may be away for a while. What is asked may be asked twice.
struct CampaignCaller {
  typealias Failed = APICaller.Failed

  let api: APICaller
  /// How long a server may be away.
  let patience: Duration

  static func path(_ id: CampaignID, _ name: String = "") -> String {
    "/api/campaigns/\(id)\(name.isEmpty ? "" : "/\(name)")"
  }

  // MARK: Questions

  func campaign(_ id: CampaignID) throws(Failed) -> CampaignLook {
    try look(try ask("GET", Self.path(id)))
  }

  /// The same key always finds the same campaign.
  func create(_ definition: [UInt8], key: String) throws(Failed) -> CampaignLook {
    try look(
      try ask(
        "POST", "/api/campaigns", definition, headers: [HTTPHeader("Idempotency-Key", key)]))
  }

  func resend(_ id: CampaignID, cause: String?, key: String) throws(Failed) -> CampaignLook {
    let query = cause.map { "?cause=" + APICaller.segment($0) } ?? ""
    return try look(
      try ask(
        "POST", Self.path(id, "resend") + query, headers: [HTTPHeader("Idempotency-Key", key)]))
  }

  func choose(_ variant: String, of id: CampaignID) throws(Failed) -> CampaignLook {
    let body = JSONWriter.object { $0.field("variant", variant) }
    return try look(try ask("POST", Self.path(id, "winner"), body))
  }

  func give(
    _ order: CampaignOrder, to id: CampaignID, because reason: String? = nil,
    anyway isAnyway: Bool = false
  ) throws(Failed) -> CampaignLook {
    let body = JSONWriter.object { writer in
      writer.field("reason", reason)
      if isAnyway { writer.field("anyway", true) }
    }
    return try look(try ask("POST", Self.path(id, order.rawValue), body))
  }

  /// Anything but a success is told.
  func ask(
    _ method: String, _ path: String, _ body: [UInt8] = [], headers: [HTTPHeader] = []
  ) throws(Failed) -> APICaller.Answer {
    let answer = try call(method, path, body, headers: headers)
    guard answer.isDone else { throw Self.failure(answer) }
    return answer
  }

  private func look(_ answer: APICaller.Answer) throws(Failed) -> CampaignLook {
    guard let look = answer.json.flatMap({ CampaignLook($0) }) else {
      throw Failed("the server answered with something that is no campaign; is it of this version?")
    }
    return look
  }

  // MARK: Patience

  /// The answer, whatever it is, of a server that is there.
  func call(
    _ method: String, _ path: String, _ body: [UInt8] = [], headers: [HTTPHeader] = []
  ) throws(Failed) -> APICaller.Answer {
    var absence = ServerAbsence(patience)
    while true {
      do throws(Failed) {
        let answer = try api.call(method, path, body, headers: headers)
        guard ServerAbsence.isAway(answer) else { return answer }
        try absence.note(Self.failure(answer))
      } catch { try absence.note(error) }
    }
  }

  static func failure(_ answer: APICaller.Answer) -> Failed {
    let detail = answer.json?["detail"]?.string ?? ""
    switch answer.status {
    case 401:
      return Failed("the server does not know the key that it was asked with: \(detail)", .settings)
    case 403: return Failed("the key may not do that: \(detail)", .settings)
    case 404: return Failed("there is no such campaign")
    case 409: return Failed(detail)
    case 400, 413, 415, 422:
      let faults = (answer.json?["errors"]?.items ?? []).map { fault in
        "\n  \(fault["pointer"]?.string ?? "") \(fault["detail"]?.string ?? "")"
      }
      return Failed(
        "the server refused it: \(detail)\(faults.joined())", .refused)
    case 429, 502, 503, 504:
      return Failed("the API answered \(answer.status): \(detail)", .unavailable)
    default: return Failed(answer)
    }
  }
}

/// A server that is away: each wait for it is longer than the one before, until it was away for too long.
struct ServerAbsence {
  private let end: RunningTime
  private let patience: Duration
  private var wait = Duration.milliseconds(200)
  private var isTold = false

  private static let longestWait = Duration.seconds(5)

  init(_ patience: Duration) {
    self.patience = patience
    end = RunningTime.now + patience
  }

  static func isAway(_ answer: APICaller.Answer) -> Bool {
    [429, 502, 503, 504].contains(answer.status)
  }

  /// Waits a little; throws where waiting is no use, or was long enough.
  mutating func note(_ failure: APICaller.Failed) throws(APICaller.Failed) {
    guard failure.exit == .unavailable, !end.hasPassed else { throw failure }
    if !isTold {
      Terminal.error(
        "postrider: \(failure.description) Trying again for \(patience.components.seconds) s.")
    }
    isTold = true
    pause(for: min(wait, end.left))
    wait = min(wait * 2, Self.longestWait)
  }
}
