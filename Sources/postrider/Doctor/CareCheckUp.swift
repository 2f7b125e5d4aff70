internal import Domain
internal import SendStore
internal import Settings
internal import Time

/// Whether somebody looks after what `engage` looks after.
extension StoreCheckUp {
  var care: [Finding] {
    do {
      return try opened { store in try campaigns(store) + conversations(store) } ?? []
    } catch {
      // What is wrong with the store is told beside this.
      return []
    }
  }

  private static let remedy = "start `postrider engage`, or `postrider up`"
  /// A run is written down once a minute.
  private static let longestSilence = Duration.seconds(180)
  private static let longestWait = Duration.seconds(60)

  private func campaigns(_ store: SendStore) throws -> [Finding] {
    let open = try store.openCampaigns().count { !$0.state.hasEnded }
    guard open > 0 else { return [] }
    let run = try store.taskRuns().first { $0.name == TimedTask.runCampaigns.rawValue }
    let now = try store.now()
    if let run, now - run.ranAt < Self.longestSilence {
      guard !run.failure.isEmpty else { return [] }
      return [.bad("campaigns", "they cannot be looked after: \(run.failure)")]
    }
    let last =
      run.map { "somebody did last \((now - $0.ranAt).components.seconds) s ago" }
      ?? "nobody ever did"
    return [
      .bad(
        "campaigns", "there are open ones (\(open)), and nobody looks after them: \(last)",
        Self.remedy)
    ]
  }

  /// Whoever looks after them gives each another time, also where an assistant's endpoint is away.
  private func conversations(_ store: SendStore) throws -> [Finding] {
    let left = try store.leftWaiting(for: Self.longestWait)
    var findings: [Finding] = []
    if left.forAssistant, !settings.inboxes.assistants.isEmpty {
      findings.append(
        .bad(
          "assistants", "somebody has waited for more than a minute, and no assistant is asked",
          Self.remedy))
    }
    if left.forSetText, settings.inboxes.saysSetTexts {
      findings.append(
        .bad(
          "conversations", "somebody has waited for more than a minute, and gets no set text",
          Self.remedy))
    }
    return findings
  }
}
