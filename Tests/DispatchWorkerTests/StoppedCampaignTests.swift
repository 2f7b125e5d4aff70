import Domain
import SendStore
import Store
import TestSupport
import Testing
import Time

@testable import DispatchWorker

@Suite struct StoppedCampaignTests {
  @Test("what was claimed passes the gate no more once its campaign is stopped")
  func gate() throws {
    let folder = try TemporaryFolder()
    let store = try SendStore(.sqlite(path: folder.file("store.db")))
    defer { store.close() }
    let sender = Sender(
      id: SenderID("main"), channel: .twilioSMS, account: AccountID("AC1"), address: "+14155238886",
      budget: Budget(rate: nil, daily: nil, pair: nil, inFlight: 100))
    try store.define([sender])
    let worker = WorkerID("w")
    let lease = try #require(try store.tendLeases(worker).held.first)
    let id = CampaignID.random(at: try store.now())
    _ = try store.create(
      NewCampaign(id: id, tenant: .none, name: "n", definition: Array("{}".utf8)))
    let rows = (0..<4).map {
      CampaignBatch.Row(
        line: $0, sender: sender.id, recipient: PersonAddress("+39333123456\($0)"),
        content: Array("{}".utf8), template: "")
    }
    _ = try store.load([
      CampaignBatch(campaign: id, load: 1, due: try store.now(), rows: rows, isEnd: true)
    ])
    _ = try store.order(.start, id)
    guard
      case .claimed(let claim) = try store.claim(sender.id, lease, worker: worker, limit: 2),
      claim.sends.count == 2
    else {
      Issue.record("nothing was claimed")
      return
    }
    let campaigns = StoppedCampaigns()
    for send in claim.sends { campaigns.add(send) }
    try campaigns.look(in: store)
    #expect(campaigns.pass(claim.sends[0]))
    guard case .done(_, let underWay) = try store.order(.pause, id) else {
      Issue.record("it was not paused")
      return
    }
    #expect(underWay == 2)
    try campaigns.look(in: store)
    #expect(!campaigns.pass(claim.sends[0]) && !campaigns.pass(claim.sends[1]))
    // Once it goes on, so do others of it.
    _ = try store.order(.resume, id)
    try campaigns.look(in: store)
    #expect(campaigns.pass(claim.sends[1]))
  }
}
