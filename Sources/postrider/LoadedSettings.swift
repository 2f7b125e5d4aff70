internal import Settings
internal import Domain
internal import FoundationEssentials

/// The settings a command runs with, and where they came from.
struct LoadedSettings {
  let settings: Settings
  let origin: String
  var isNothingSet = false

  /// A file named on the command line, else one named by the environment, else the environment itself. With
  /// none of them nothing is set.
  static func find(_ options: Options) throws(SettingsRefused) -> LoadedSettings {
    let environment = ProcessInfo.processInfo.environment
    if let file = options["config"] ?? environment["POSTRIDER_CONFIG"] {
      let settings = try Settings.read(file: file, environment: environment)
      return LoadedSettings(settings: settings, origin: file)
    }
    if let settings = try Settings.read(environment: environment) {
      return LoadedSettings(settings: settings, origin: "the environment")
    }
    var settings = Settings()
    settings.listen = try Settings.listenAddress(environment: environment) ?? settings.listen
    return LoadedSettings(settings: settings, origin: "defaults", isNothingSet: true)
  }
}
