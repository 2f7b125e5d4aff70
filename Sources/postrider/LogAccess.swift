internal import Settings
internal import EventLog

/// The log of the settings, for a command that reads it or writes to it by hand.
enum LogAccess {
  /// Runs the body on the log and closes it.
  static func with(
    _ options: Options, _ body: (any EventLog, Settings) throws -> Exit
  ) -> Exit {
    let settings: Settings
    do throws(SettingsRefused) { settings = try LoadedSettings.find(options).settings } catch {
      Terminal.error(error.description)
      return .settings
    }
    let eventLog: any EventLog
    do throws(LogError) { eventLog = try open(settings.log) } catch {
      Terminal.error("postrider: \(error)")
      return .unavailable
    }
    defer { eventLog.close(within: .seconds(5)) }
    do { return try body(eventLog, settings) } catch {
      Terminal.error("postrider: \(error)")
      return .failed
    }
  }

  private static func open(_ settings: LogSettings) throws(LogError) -> any EventLog {
    switch settings {
    case .embedded(let own): try EmbeddedLog(own)
    case .kafka(let own): try KafkaLog(own)
    }
  }
}
