internal import Campaigns
internal import Domain
internal import Glibc
internal import Platform
internal import Running
internal import Settings

/// A rehearsal in a process that another one has started, and that ends when that one does or wants no more of it.
///
/// Its standard input begins with the text of the settings and a zero byte; without a text they are found as for every
/// command. The input ends with the process that holds its other end, however that ends.
struct WatchedRehearsal {
  let id: CampaignID
  let faults: [RehearsalFault]

  /// For the text of settings.
  static let mostSettings = 1 << 20
  /// To stop by itself and to leave nothing behind.
  private static let grace = Duration.seconds(5)

  func run(_ options: Options) -> Exit {
    offerMemoryFirst()
    guard let text = StandardInput.head(limit: Self.mostSettings) else { return .usage }
    let stop = StopSignal()
    _ = WorkerThread("parent") {
      StandardInput.awaitEnd()
      stop.request()
      pause(for: Self.grace)
      _exit(Exit.failed.rawValue)
    }
    let loaded: LoadedSettings
    do throws(SettingsRefused) {
      loaded =
        text.isEmpty
        ? try LoadedSettings.find(options)
        : LoadedSettings(
          settings: try Settings.read(text: String(decoding: text, as: UTF8.self)),
          origin: "standard input")
    } catch {
      Terminal.error(error.description)
      return .settings
    }
    let rehearsal = CampaignRehearsal(id: id, faults: faults, listener: .parent, stop: stop)
    return StoreAccess.with(loaded) { try rehearsal.run($0) }
  }
}
