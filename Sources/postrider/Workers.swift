internal import Running
internal import Settings
internal import Telemetry
internal import DispatchWorker
internal import Domain
internal import EngageWorker
internal import EventLog
internal import FoundationEssentials
internal import Glibc
internal import HTTP
internal import Platform
internal import SendStore
internal import Store
internal import StatusWorker
internal import Time

/// One worker or all of them in one process: addresses first, so that health can be asked for, then log and
/// store, then the loops; the other way round at the end.
struct Workers {
  private let settings: Settings
  private let parts: Set<WorkerName>
  private let log: Log
  private let health = Health()
  private let metrics = Metrics()
  private let stop = StopSignal()
  private let logSlot = LogSlot()
  private let storeSlot = StoreSlot()
  private let reload = Reload()
  private let readAgain: @Sendable () throws -> Settings
  private let origin: RehearsalChild.Origin
  private let accounts: AccountWatch
  private let templates = TemplateShelf()

  /// `origin` is where the settings came from, `readAgain` reads them once more.
  init(
    _ settings: Settings, _ parts: Set<WorkerName>, _ log: Log, from origin: RehearsalChild.Origin,
    readAgain: @escaping @Sendable () throws -> Settings
  ) {
    (self.readAgain, self.origin) = (readAgain, origin)
    accounts = AccountWatch(
      settings, reload: reload, log: log,
      file: parts.contains(.ingest) ? settings.spool.path + ".accounts" : nil)
    // What was made at run time before the store can be asked.
    self.settings = accounts.settings
    log.keepOut(accounts.settings.secrets)
    self.parts = parts
    self.log = log
  }

  func run() -> Exit {
    let signals = SignalWatch(stop: stop) { [accounts, readAgain, log, settings] in
      Self.apply(accounts, readAgain, log, running: settings)
    }
    defer { withExtendedLifetime(signals) {} }
    do {
      log.countLost(in: metrics)
      metrics.showProcess(version: postriderVersion)
      makeFolders()
      let admin = AdminRoutes(health, metrics)
      let exporter = try exporter()
      defer { exporter?.close() }
      let tracer = tracer(exporter)
      let doors = try listen(admin, tracer)
      let adminServers = try parts.compactMap { settings.admin[$0] }.map {
        try AdminServer($0, admin)
      }
      defer {
        doors?.drain(within: settings.drain)
        for server in adminServers { server.drain(within: .seconds(1)) }
        log.info("stopped")
      }
      return try work(doors, tracer)
    } catch {
      log.error("cannot start", ["reason": "\(error)"])
      return .unavailable
    }
  }

  /// With any fault in them everything stays as it is.
  private static func apply(
    _ accounts: AccountWatch, _ readAgain: () throws -> Settings, _ log: Log, running: Settings
  ) {
    do {
      let new = try readAgain()
      log.keepOut(new.secrets)
      for name in new.fixedDifferences(from: running) {
        log.warning("a setting takes effect with the next start only", ["setting": name])
      }
      try accounts.apply(new)
      log.info("settings were read again", ["senders": new.senders.count])
    } catch {
      log.error("the settings were read again and are not taken up", ["reason": "\(error)"])
    }
  }

  private func listen(_ admin: AdminRoutes, _ tracer: Tracer?) throws -> Doors? {
    guard parts.contains(.ingest) else { return nil }
    let door = DoorContext(
      logSlot, storeSlot, log: log, metrics: metrics, tracer: tracer, templates: templates,
      accounts: accounts, rehearse: RehearsalChild(origin: origin, log: log).rehearse)
    let doors = try Doors(settings, door, admin)
    reload.onChange { settings in doors.apply(settings) }
    return doors
  }

  /// Where spans go; nil where `otlp` is not set.
  private func exporter() throws -> SpanExporter? {
    try settings.otlp.map { otlp in
      let parts = parts.map(\.rawValue).sorted().joined(separator: "+")
      return try SpanExporter(
        otlp,
        resource: [
          Span.Attribute("service.name", "postrider"), Span.Attribute("postrider.parts", parts),
          Span.Attribute("service.version", postriderVersion),
          Span.Attribute("host.name", ProcessInfo.processInfo.hostName),
          Span.Attribute("process.pid", Int(getpid())),
        ], log: log, metrics: metrics)
    }
  }

  private func tracer(_ exporter: SpanExporter?) -> Tracer? {
    guard let exporter, let otlp = settings.otlp else { return nil }
    return Tracer(exporter.buffer, sample: otlp.sample)
  }

  private func work(_ doors: Doors?, _ tracer: Tracer?) throws -> Exit {
    let opening = Opening(log, health.part("log", patience: Self.patience), stop)
    guard let opened = try opening.eventLog(settings.log) else { return .done }
    let eventLog = MeasuredLog(opened, metrics)
    defer { eventLog.close(within: .seconds(5)) }
    logSlot.fill(eventLog)
    var threads = parts == [.ingest] ? [openStoreBeside()] : try startLoops(eventLog, tracer)
    if parts.contains(.ingest) {
      threads.append(
        WorkerThread("template-shelf") { [templates, storeSlot, log, stop] in
          templates.run(storeSlot, log: log, stop: stop)
        })
    }
    threads.append(
      WorkerThread("accounts") { [accounts, storeSlot, stop] in accounts.run(storeSlot, stop: stop)
      })
    log.info("ready", ["senders": settings.senders.count])
    ServiceManager.tell(.ready)
    stop.wait()
    ServiceManager.tell(.stopping)
    log.info("stopping", ["withinSeconds": Int(settings.drain.components.seconds)])
    // What is under way there still needs the log.
    doors?.drain(within: settings.drain)
    return finish(threads)
  }

  private func startLoops(
    _ eventLog: any EventLog, _ tracer: Tracer?
  ) throws -> [WorkerThread] {
    let opening = Opening(log, health.part("store", patience: Self.patience), stop)
    guard let store = try opening.store(settings.store, settings.senders) else { return [] }
    store.show(in: metrics)
    storeSlot.fill(store)
    // New at every start, as a container's process always has the same number: nobody inherits by a name what
    // another has left.
    let name = "\(ProcessInfo.processInfo.hostName):\(getpid()):\(UInt32.random(in: .min ... .max))"
    let queued = QueuedNews()
    func context(_ kind: WorkerKind) -> WorkerContext {
      WorkerContext(
        settings: settings, store: store, eventLog: eventLog,
        worker: WorkerID("\(name)/\(kind.rawValue)"), log: log, health: health, metrics: metrics,
        stop: stop, reload: reload, queued: queued, tracer: tracer)
    }
    reload.onChange { settings in try store.define(settings.senders.map(\.sender)) }
    var threads: [WorkerThread] = []
    if parts.contains(.dispatch) { threads += try DispatchWorker.start(context(.dispatch)) }
    if parts.contains(.status) { threads += StatusWorker.start(context(.status)) }
    if parts.contains(.engage) { threads += EngageWorker.start(context(.engage)) }
    return threads
  }

  /// A listener alone needs the store for queries only, and is ready without it.
  private func openStoreBeside() -> WorkerThread {
    let unwatched = Opening(log, Health().part("store"), stop)
    let (settings, log, slot, metrics) = (settings, log, storeSlot, metrics)
    return WorkerThread("open-store") {
      do {
        guard let store = try unwatched.store(settings.store, settings.senders) else { return }
        store.show(in: metrics)
        slot.fill(store)
      } catch {
        log.error("queries cannot be answered", ["reason": "\(error)"])
      }
    }
  }

  private static let patience = Duration.seconds(365 * 86400)

  /// Bounded: what does not come to its end in time is left, and is taken up again at the next start.
  private func finish(_ threads: [WorkerThread]) -> Exit {
    let deadline = RunningTime.now + settings.drain
    let left = threads.filter { thread in
      !thread.join(within: deadline.left)
    }
    guard left.isEmpty else {
      log.error("did not come to an end in time", ["threads": left.count])
      return .failed
    }
    return .done
  }

  /// A first start on an empty machine makes its own places.
  private func makeFolders() {
    var files = parts.contains(.ingest) ? [settings.spool.path] : []
    if case .embedded(let own) = settings.log { files.append(own.path) }
    if case .sqlite(let path) = settings.store { files.append(path) }
    for file in files {
      let folder = folder(ofFile: file)
      guard !folder.isEmpty else { continue }
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700])
      } catch { log.warning("cannot make a folder", ["folder": folder, "reason": "\(error)"]) }
    }
  }
}
