internal import DispatchWorker
internal import Domain
internal import EventLog
internal import Foundation
internal import HTTP
internal import Ingest
internal import Platform
internal import SendStore
internal import Service
internal import StatusWorker
internal import Time

/// All parts in one process: addresses first, so that health can be asked for, then log and store, then the
/// loops; the other way round at the end.
struct Everything {
  private let settings: Settings
  private let log: Log
  private let health = Health()
  private let metrics = Metrics()
  private let stop = StopSignal()
  private let slot = LogSlot()

  init(_ settings: Settings, _ log: Log) {
    self.settings = settings
    self.log = log
  }

  func run() -> Exit {
    let signals = SignalWatch(stop: stop)
    defer { withExtendedLifetime(signals) {} }
    do {
      makeFolders()
      let admin = AdminRoutes(health, metrics)
      let listener = try IngestListener(settings, admin, slot, log: log, metrics: metrics)
      let adminServers = try settings.admin.values.map { try AdminServer($0, admin) }
      log.info("listening", ["address": "\(settings.listen.host):\(listener.port)"])
      defer {
        listener.drain(within: settings.drain)
        for server in adminServers { server.drain(within: .seconds(1)) }
        log.info("stopped")
      }
      return try work(listener)
    } catch {
      log.error("cannot start", ["reason": "\(error)"])
      return .unavailable
    }
  }

  private func work(_ listener: IngestListener) throws -> Exit {
    let storage = health.part("storage", patience: .seconds(365 * 86400))
    let opening = Opening(log, storage, stop)
    guard let eventLog = try opening.eventLog(settings.log) else { return .done }
    defer { eventLog.close(within: .seconds(5)) }
    slot.fill(eventLog)
    guard let store = try opening.store(settings.store) else { return .done }
    defer { store.close() }
    try store.define(settings.senders.map(\.sender))
    let threads = start(store, eventLog)
    storage.ready()
    log.info("ready", ["senders": settings.senders.count])
    stop.wait()
    log.info("stopping", ["withinSeconds": Int(settings.drain.components.seconds)])
    // What is under way there still needs the log.
    listener.drain(within: settings.drain)
    return finish(threads)
  }

  private func start(_ store: SendStore, _ eventLog: any EventLog) -> [WorkerThread] {
    let (health, metrics, log, stop, settings) = (health, metrics, log, stop, settings)
    let worker = WorkerID("\(ProcessInfo.processInfo.hostName):\(getpid())")
    return [
      WorkerThread("relay") {
        OutboxRelay(
          store, eventLog, worker: worker, log: log, health: health.part("relay"),
          metrics: metrics, stop: stop
        ).run()
      },
      WorkerThread("parked") {
        ParkedSweep(
          store, eventLog, log: log, health: health.part("parked"), metrics: metrics, stop: stop
        ).run()
      },
      WorkerThread("upkeep") {
        Upkeep(store, retention: settings.retention, log: log, stop: stop).run()
      },
    ]
  }

  /// Bounded: what does not come to its end in time is left, and is taken up again at the next start.
  private func finish(_ threads: [WorkerThread]) -> Exit {
    let deadline = bootMicroseconds() + settings.drain.microseconds
    let left = threads.filter { thread in
      !thread.join(within: .microseconds(max(0, deadline - bootMicroseconds())))
    }
    guard left.isEmpty else {
      log.error("did not come to an end in time", ["threads": left.count])
      return .failed
    }
    return .done
  }

  /// A first start on an empty machine makes its own places.
  private func makeFolders() {
    var files = [settings.spool.path]
    if case .embedded(let own) = settings.log { files.append(own.path) }
    if case .sqlite(let path) = settings.store { files.append(path) }
    for file in files {
      let folder = (file as NSString).deletingLastPathComponent
      guard !folder.isEmpty else { continue }
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
      } catch { log.warning("cannot make a folder", ["folder": folder, "reason": "\(error)"]) }
    }
  }
}
