internal import Foundation
internal import Service

/// `postrider up`
struct UpCommand {
  static let options: Set<String> = ["config"]
  static let help = """
    usage: postrider up [--config FILE]

    Runs every part in one process. SIGTERM or Ctrl-C lets what is under way come to its end, then stops; once
    more stops at once.
    """

  private let options: Options

  init(_ options: Options) throws(UsageFault) {
    guard options.words.isEmpty else { throw UsageFault("up takes no words") }
    self.options = options
  }

  func run() -> Exit {
    let loaded: LoadedSettings
    do throws(SettingsRefused) { loaded = try LoadedSettings.find(options) } catch {
      Terminal.error(error.description)
      return .settings
    }
    let log = Log(worker: "up", secrets: loaded.settings.secrets)
    for warning in loaded.warnings { log.warning(warning) }
    log.info("starting", ["settings": loaded.origin])
    return Everything(loaded.settings, log).run()
  }
}
