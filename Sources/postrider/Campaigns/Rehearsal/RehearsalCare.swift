internal import Campaigns
internal import Domain
internal import EngageWorker
internal import EventLog
internal import Platform
internal import Running
internal import SendStore
internal import Telemetry
internal import Time

/// Looks after the campaign of a rehearsal: the loop that does it in production, round by round in virtual time.
final class RehearsalCare {
  private let stage: RehearsalStage
  private let loop: CampaignLoop
  private let log: EmbeddedLog
  /// As it was looked at last.
  private(set) var campaign: StoredCampaign
  private(set) var wave = StoredCare.Wave.none

  init(_ stage: RehearsalStage) throws {
    self.stage = stage
    campaign = stage.campaign
    log = try EmbeddedLog(EmbeddedLogSettings(path: stage.path("log.db")))
    loop = CampaignLoop(
      WorkerContext(
        settings: stage.settings, store: stage.store, eventLog: log, worker: stage.worker,
        log: Log(worker: stage.worker.text, write: { _ in }), health: Health(), metrics: Metrics(),
        stop: stage.stop))
  }

  deinit { log.close(within: .seconds(1)) }

  /// How soon it is looked at again while something happens.
  var pace: Duration { stage.care.needsSight ? .milliseconds(100) : .milliseconds(500) }

  func tend() throws {
    try count()
    while try loop.round() {}
    campaign = try stage.store.campaign(stage.campaign.id) ?? campaign
    wave = try stage.store.care(of: campaign.key).wave
  }

  /// What is told of sends is counted as it is published.
  func count() throws {
    var changes = try stage.store.unpublished(limit: 5000)
    while !changes.rows.isEmpty {
      try stage.store.published(changes)
      changes = try stage.store.unpublished(limit: 5000)
    }
  }

  /// Why nothing of it goes although its lanes would let it out.
  func limit(at now: Timestamp) throws -> ForecastLimit? {
    if wave == .out { return .firstWave }
    if try stage.store.stops(of: campaign.key).contains(where: { $0.until > now }) {
      return .laneHeld
    }
    if stage.care.keepsHours,
      try stage.store.places(of: campaign.key).contains(where: { !$0.opening.contains(now) })
    {
      return .quietHours
    }
    if stage.definition.pace != nil { return .pace }
    return stage.definition.share == nil ? nil : .share
  }
}
