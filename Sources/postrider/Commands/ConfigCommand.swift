internal import Settings
internal import Domain

/// `postrider config check FILE`
struct ConfigCommand: Subcommand {
  static let name = "config"
  static let summary = "say everything that is wrong with a settings file"
  static let options: Set<String> = ["config"]
  static let help = """
    usage: postrider config check [FILE]

    Reads the settings and says everything that is wrong with them at once, each with the path of the setting.
    Nothing is started or connected to. Ends with 0 if they are fine, with 78 if not.
    """

  private let file: String?

  init(_ options: Options) throws(UsageFault) {
    guard options.words.first == "check" else { throw UsageFault("config needs check") }
    guard options.words.count <= 2 else { throw UsageFault("config check takes one file") }
    file = options.words.dropFirst().first ?? options["config"]
  }

  func run() throws(UsageFault) -> Exit {
    let arguments = file.map { ["--config", $0] } ?? []
    do throws(SettingsRefused) {
      let loaded = try LoadedSettings.find(try Self.options(arguments))
      for warning in loaded.settings.warnings { Terminal.error("warning: \(warning)") }
      print("\(loaded.origin): fine. \(Self.summary(loaded.settings))")
      return .done
    } catch {
      Terminal.error(error.description)
      Terminal.error(
        "\(error.faults.count) fault\(error.faults.count == 1 ? "" : "s"); nothing was started")
      return .settings
    }
  }

  /// These are our own words, so they are known to be options.
  private static func options(_ arguments: [String]) throws(SettingsRefused) -> Options {
    do { return try Options(arguments[...], options) } catch {
      throw SettingsRefused([SettingsFault("", error.sentence)])
    }
  }

  private static func summary(_ settings: Settings) -> String {
    let names = settings.senders.map(\.sender.id.text).joined(separator: ", ")
    let log = if case .kafka = settings.log { "Kafka" } else { "an embedded log" }
    let store = if case .postgres = settings.store { "PostgreSQL" } else { "SQLite" }
    let senders = settings.senders.isEmpty ? "No senders" : "Senders: \(names)"
    return "\(senders); \(log), \(store), listening on \(settings.listen)."
  }
}
