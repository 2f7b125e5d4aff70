internal import Running
internal import Settings
internal import SendStore
internal import Store

/// The store of the settings, for a command that looks at it or changes it by hand.
struct StoreAccess {
  let store: SendStore
  let settings: Settings

  /// Nothing where it cannot be had; the reason was told.
  static func open(_ options: Options) -> Result<StoreAccess, ExitFault> {
    let loaded: LoadedSettings
    do throws(SettingsRefused) { loaded = try LoadedSettings.find(options) } catch {
      Terminal.error(error.description)
      return .failure(ExitFault(exit: .settings))
    }
    return open(loaded)
  }

  private static func open(_ loaded: LoadedSettings) -> Result<StoreAccess, ExitFault> {
    do {
      let store = try Opening.store(loaded.settings.store, loaded.settings.senders)
      let settings = try AccountWatch.settings(loaded.settings, in: store)
      try store.define(settings.senders.map(\.sender))
      return .success(StoreAccess(store: store, settings: settings))
    } catch {
      Terminal.error("postrider: \(error)")
      return .failure(ExitFault(exit: .unavailable))
    }
  }

  struct ExitFault: Error { let exit: Exit }

  /// Runs the body on the store and closes it.
  static func with(
    _ options: Options, _ body: (StoreAccess) throws -> Exit
  ) -> Exit {
    with(open(options), body)
  }

  static func with(
    _ loaded: LoadedSettings, _ body: (StoreAccess) throws -> Exit
  ) -> Exit {
    with(open(loaded), body)
  }

  private static func with(
    _ opened: Result<StoreAccess, ExitFault>, _ body: (StoreAccess) throws -> Exit
  ) -> Exit {
    switch opened {
    case .failure(let fault): return fault.exit
    case .success(let access):
      defer { access.store.close() }
      do { return try body(access) } catch {
        Terminal.error("postrider: \(error)")
        return .failed
      }
    }
  }
}
