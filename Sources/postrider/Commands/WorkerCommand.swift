internal import Settings
internal import Telemetry

/// One worker alone in its process.
protocol WorkerCommand: Subcommand {
  static var part: WorkerName { get }
  static var sentence: String { get }
  var given: Options { get }
}

extension WorkerCommand {
  static var name: String { part.rawValue }
  static var options: Set<String> { ["config"] }

  static var help: String {
    """
    usage: postrider \(part.rawValue) [--config FILE]

    \(sentence) Several may run beside each other: over Kafka and PostgreSQL on as many
    machines as you like, over the embedded log and store on one. SIGTERM or Ctrl-C lets what is under way
    come to its end, then stops; once more stops at once.
    """
  }

  func run() throws(UsageFault) -> Exit {
    guard given.words.isEmpty else { throw UsageFault("\(Self.part.rawValue) takes no arguments") }
    let loaded: LoadedSettings
    do throws(SettingsRefused) { loaded = try LoadedSettings.find(given) } catch {
      Terminal.error(error.description)
      return .settings
    }
    let log = Log(worker: Self.part.rawValue, secrets: loaded.settings.secrets)
    for warning in loaded.settings.warnings { log.warning(warning) }
    log.info("starting", ["settings": loaded.origin])
    return Workers(
      loaded.settings, [Self.part], log, from: RehearsalChild.Origin(file: given["config"]),
      readAgain: { [given] in
        try LoadedSettings.find(given).settings
      }
    ).run()
  }
}

struct IngestCommand: WorkerCommand {
  static let summary = "run only what takes in webhooks and requests"
  static let part = WorkerName.ingest
  static let sentence = "Takes in webhooks and requests to send, and answers queries."
  let given: Options

  init(_ options: Options) { given = options }
}

struct DispatchCommand: WorkerCommand {
  static let summary = "run only what sends"
  static let part = WorkerName.dispatch
  static let sentence = "Posts messages to the providers within their budgets."
  let given: Options

  init(_ options: Options) { given = options }
}

struct StatusCommand: WorkerCommand {
  static let summary = "run only what follows up what was sent"
  static let part = WorkerName.status
  static let sentence = "Finds the send of every callback and tells what became of it."
  let given: Options

  init(_ options: Options) { given = options }
}

struct EngageCommand: WorkerCommand {
  static let summary = "run only what looks after campaigns"
  static let part = WorkerName.engage
  static let sentence =
    "Starts campaigns at their time, sees to their end, and tells what becomes of them."
  let given: Options

  init(_ options: Options) { given = options }
}
