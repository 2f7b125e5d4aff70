import Events
import Running
import Settings
import Telemetry
import Domain
import EventLog
import JSON
import Platform
import SendStore
import StatusWorker
import TestSupport
import Time

/// The Status worker's loop on a fixture's store and a log of its own.
final class StatusStage {
  let fixture: StoreFixture
  let log: Turnstile
  private let folder: TemporaryFolder
  private let stop = StopSignal()
  private let metrics = Metrics()
  private var threads: [WorkerThread] = []

  init(_ kind: String, stored: Int) throws {
    fixture = try StoreFixture(kind, stored: stored)
    folder = try TemporaryFolder(onDisk: true)
    log = Turnstile(try EmbeddedLog(EmbeddedLogSettings(path: folder.file("log.db"))))
    let (store, log, stop, metrics) = (fixture.store, log, stop, metrics)
    let quiet = Log(worker: "bench", write: { _ in })
    let health = Health()
    let burial = ParkedBurial(
      store, log, bound: Settings().parkedLimit, log: quiet, metrics: metrics)
    threads = [
      WorkerThread("callbacks") {
        StatusLoop(store, burial, log: quiet, metrics: metrics).run(
          log, worker: WorkerID("status"), health: health.part("callbacks"), metrics: metrics,
          stop: stop)
      },
      WorkerThread("parked") {
        ParkedSweep(
          store, burial, log: quiet, health: health.part("parked"), metrics: metrics, stop: stop
        ).run()
      },
    ]
  }

  func end() {
    stop.request()
    for thread in threads { thread.join() }
    log.close(within: .seconds(5))
  }

  func put(_ callbacks: [ProviderCallback]) throws {
    for start in stride(from: 0, to: callbacks.count, by: 2000) {
      let records = callbacks[start..<min(start + 2000, callbacks.count)].map { callback in
        NewRecord(
          topic: .callbacks, key: callback.key, event: callback.event(source: "postrider/ingest"))
      }
      try log.append(records, within: .seconds(30))
    }
  }
}

extension ProviderCallback {
  /// With as many fields as Twilio sends.
  static func twilio(_ sid: ProviderID, _ attempt: AttemptID?, _ reached: SendNews.Reached)
    -> ProviderCallback
  {
    let now = Timestamp(microseconds: wallMicroseconds())
    var callback = ProviderCallback(
      provider: .twilio, account: AccountID("AC1"), providerID: sid, status: reached.state.name,
      meaning: .wentOut(reached), receivedAt: now)
    callback.attempt = attempt
    callback.to = "+393331234567"
    callback.from = "+14155238886"
    callback.token = sid.text + reached.state.name
    callback.raw = JSONWriter.object { writer in
      writer.field("AccountSid", "AC1")
      writer.field("ApiVersion", "2010-04-01")
      writer.field("ChannelInstallSid", "XE0123456789abcdef0123456789abcdef")
      writer.field("ChannelPrefix", "whatsapp")
      writer.field("ChannelToAddress", "+393331XXXXXX")
      writer.field("From", "whatsapp:+14155238886")
      writer.field("MessageSid", sid.text)
      writer.field("MessageStatus", reached.state.name)
      writer.field("SmsSid", sid.text)
      writer.field("SmsStatus", reached.state.name)
      writer.field("StructuredMessage", "false")
      writer.field("To", "whatsapp:+393331234567")
    }
    return callback
  }
}
