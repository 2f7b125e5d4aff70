import Campaigns
import Domain
import EngageWorker
import EventLog
import Foundation
import JSON
import Platform
import Running
import SendStore
import Settings
import Store
import Telemetry
import TestSupport
import Testing
import Time

/// A store, a lane and whoever looks after campaigns, all on a clock that the test moves.
final class CareWorld {
  let clock: ManualClock
  let store: SendStore
  let campaign: StoredCampaign
  private let folder: TemporaryFolder
  private let log: EmbeddedLog
  private let loop: CampaignLoop
  private let sender: Sender
  private let worker = WorkerID("worker-1")

  init(
    _ definition: String, from start: Timestamp = Timestamp(seconds: 1_800_000_000),
    rate: Rate? = nil, care: (inout CareTerms) -> Void
  ) throws {
    clock = ManualClock(start)
    folder = try TemporaryFolder()
    store = try SendStore(try TestStore(.oneMachine, in: folder).location(clock))
    sender = Sender(
      id: SenderID("main"), channel: .metaWhatsApp, account: AccountID("10291"), address: "1065",
      budget: Budget(rate: rate, daily: nil, pair: nil, inFlight: 1_000_000))
    try store.define([sender])
    log = try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db")))
    loop = CampaignLoop(
      WorkerContext(
        settings: Settings(), store: store, eventLog: log, worker: worker,
        log: Log(worker: "test", write: { _ in }), health: Health(), metrics: Metrics(),
        stop: StopSignal()))
    _ = try store.tendLeases(worker)
    let root = try #require(JSONValue(whole: Array(definition.utf8)))
    var new = NewCampaign(
      id: .random(at: start), tenant: .none, name: "autumn",
      definition: try CampaignDefinition(root).json, expiry: .seconds(30 * 86400))
    care(&new.care)
    campaign = try store.create(new).campaign
  }

  deinit {
    store.close()
    log.close(within: .seconds(5))
  }

  static func row(
    _ line: Int, region: String, to: String? = nil, variant: Int = 0
  ) -> CampaignBatch.Row {
    CampaignBatch.Row(
      line: line, sender: SenderID("main"),
      recipient: PersonAddress(to ?? "+39333\(1_000_000 + line)"),
      content: Array(#"{"to":"x","body":"row"}"#.utf8), template: "sale", region: region,
      variant: variant)
  }

  func load(_ rows: [CampaignBatch.Row], due: Timestamp? = nil, isEnd: Bool = true) throws {
    _ = try store.load([
      CampaignBatch(
        campaign: campaign.id, load: 1, due: due ?? clock.now, rows: rows, isEnd: isEnd)
    ])
  }

  func start() throws {
    guard case .done(let now, _) = try store.order(.start, campaign.id), now.state == .running
    else {
      throw Refused()
    }
  }

  struct Refused: Error {}

  var now: StoredCampaign {
    get throws { try #require(try store.campaign(campaign.id)) }
  }

  /// Whoever looks after campaigns has one look.
  func look() throws { _ = try loop.round() }

  func claim(limit: Int = 1000) throws -> [ClaimedSend] {
    let lease = try #require(try store.tendLeases(worker).held.first)
    let result = try store.claim(sender.id, lease, worker: worker, limit: limit)
    guard case .claimed(let claim) = result else { throw Refused() }
    return claim.sends
  }

  func accept(_ sends: [ClaimedSend]) throws {
    _ = try store.record(
      sends.map {
        AttemptReport(of: $0, .accepted(ProviderID("id-\($0.key.value)")), postedAt: clock.now)
      })
  }

  func arrive(_ sends: [ClaimedSend], _ state: SendNews.Reached = .delivered) throws {
    _ = try store.apply(
      sends.map { send in
        CallbackReport(
          attempt: nil, providerID: ProviderID("id-\(send.key.value)"), provider: .meta,
          account: AccountID("10291"), address: "1065", status: .wentOut(state),
          providerAt: clock.now.calendar)
      })
  }

  func fail(_ sends: [ClaimedSend], code: String) throws {
    _ = try store.record(
      sends.map {
        AttemptReport(of: $0, .failed(Failure(code: code, sentence: "No.")), postedAt: clock.now)
      })
  }

  func publish() throws {
    while true {
      let changes = try store.unpublished(limit: 1000)
      guard !changes.rows.isEmpty else { return }
      try store.published(changes)
    }
  }
}
