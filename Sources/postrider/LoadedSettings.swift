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
    return LoadedSettings(settings: Settings(), origin: "defaults", isNothingSet: true)
  }

  /// What an operator should know although it is no fault.
  var warnings: [String] {
    var warnings: [String] = []
    if !settings.verifySignatures {
      warnings.append("verifySignatures is false: anybody can send webhooks")
    }
    for sender in settings.senders {
      guard case .meta(let own) = sender.credentials, own.appSecrets.isEmpty else { continue }
      warnings.append("\(sender.sender.id) has no appSecret: Meta's webhooks for it are refused")
    }
    if settings.publicURL == nil, !settings.senders.isEmpty {
      warnings.append("publicURL is not set: providers cannot report what became of messages")
    }
    return warnings
  }
}
