internal import Platform
internal import Running
internal import Settings
internal import Telemetry
internal import Time

/// `postrider up`
struct UpCommand: Subcommand {
  static let name = "up"
  static let summary = "run everything in one process, on this machine alone or against Kafka"
  static let options: Set<String> = ["config"]
  static let help = """
    usage: postrider up [--config FILE]

    Runs every part in one process. With no settings at all both providers are simulated beside it, with a
    sender of each. SIGTERM or Ctrl-C lets what is under way come to its end, then stops; once
    more stops at once.
    """

  private let options: Options

  init(_ options: Options) throws(UsageFault) {
    guard options.words.isEmpty else { throw UsageFault("up takes no arguments") }
    self.options = options
  }

  func run() -> Exit {
    let loaded: LoadedSettings
    do throws(SettingsRefused) { loaded = try LoadedSettings.find(options) } catch {
      Terminal.error(error.description)
      return .settings
    }
    let log = Log(worker: "up", secrets: loaded.settings.secrets)
    for warning in loaded.settings.warnings { log.warning(warning) }
    log.info("starting", ["settings": loaded.origin])
    return loaded.isNothingSet
      ? runDemo(log, loaded.settings.listen)
      : Workers(
        loaded.settings, Set(WorkerName.allCases), log,
        from: RehearsalChild.Origin(file: options["config"]),
        readAgain: { [options] in
          try LoadedSettings.find(options).settings
        }
      ).run()
  }

  private func runDemo(_ log: Log, _ listen: Address) -> Exit {
    do {
      let demo = try DemoWorld(listen: listen)
      defer { demo.stop() }
      log.keepOut(demo.settings.secrets)
      log.info(
        "nothing is set: simulating both providers, with a sender of each",
        [
          "simulator": demo.address, "apiKey": "demo",
          "console": "http://\(demo.settings.console?.listen.description ?? "")",
        ])
      let workers = Workers(
        demo.settings, Set(WorkerName.allCases), log,
        from: RehearsalChild.Origin(text: demo.text), readAgain: { demo.settings })
      let stop = StopSignal()
      let traffic = WorkerThread("demo") {
        DemoTraffic(demo.settings, log: log, stop: stop).run()
      }
      defer {
        stop.request()
        _ = traffic.join(within: .seconds(2))
      }
      return workers.run()
    } catch {
      log.error("cannot start the simulator", ["reason": "\(error)"])
      return .unavailable
    }
  }
}
