internal import Domain
internal import Platform
package import SendStore
package import Settings
internal import Store
package import Telemetry
internal import Time

/// Keeps a process's senders at what was made or refreshed at run time: it looks at the store twice a second, and where
/// something has changed every part takes it up, without a restart. The last that it knew lies encrypted beside the spool,
/// for a start while the store is away.
package final class AccountWatch: Sendable {
  private struct State {
    var base: Settings
    var known: [CredentialsID: RuntimeSecret] = [:]
    var stamp: CredentialsStamp?
    var closed: [CredentialsID] = []
  }

  private let state: Locked<State>
  /// Settings that were read again and secrets that were found are taken up one after the other: each with what the
  /// other has left.
  private let turn = Locked<Void>(())
  private let first: Settings
  private let reload: Reload
  private let log: Log
  private let file: String?

  /// `file`: where the last that was known lies; nil where nobody needs it.
  package init(_ settings: Settings, reload: Reload, log: Log, file: String?) {
    self.reload = reload
    self.log = log
    self.file = file
    var state = State(base: settings)
    if let sealed = file.flatMap({ content(ofFile: $0) }) {
      state.known = SecretSeal(settings).known(inSnapshot: sealed)
    }
    first = settings.with(state.known)
    self.state = Locked(state)
  }

  /// What a process starts with.
  package var settings: Settings { first }

  /// The file of settings was read again.
  package func apply(_ base: Settings) throws {
    try turn.withLock { _ in
      let new = base.with(state.withLock { $0.known })
      log.keepOut(new.secrets)
      try reload.apply(new, over: first)
      // Another key may open what this one could not.
      state.withLock { ($0.base, $0.stamp) = (base, nil) }
    }
  }

  /// True where something was taken up.
  package func look(at store: SendStore) throws -> Bool {
    let stamp = try store.credentialsStamp()
    guard state.withLock({ $0.stamp }) != stamp else { return false }
    let stored = try store.credentials()
    return try turn.withLock { _ in try take(stored, stamp) }
  }

  private func take(_ stored: [StoredCredentials], _ stamp: CredentialsStamp) throws -> Bool {
    let (base, before) = state.withLock { ($0.base, $0.known) }
    let (known, closed) = SecretSeal(base).open(stored)
    tell(closed)
    if known != before {
      let new = base.with(known)
      log.keepOut(new.secrets)
      try reload.apply(new, over: first)
      keep(known, base)
    }
    state.withLock { ($0.known, $0.stamp, $0.closed) = (known, stamp, closed) }
    guard known != before else { return false }
    log.info("secrets that were made at run time are in use", ["count": known.count])
    return true
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run(_ store: StoreSlot, stop: StopSignal) {
    WorkRounds(
      saying: "secrets made at run time cannot be looked for, trying again", log: log, stop: stop
    ).run(every: Self.pause) {
      if let store = store.opened { _ = try look(at: store) }
    }
  }

  private static let pause = Duration.milliseconds(500)

  private func tell(_ closed: [CredentialsID]) {
    guard !closed.isEmpty, state.withLock({ $0.closed }) != closed else { return }
    log.error(
      "what the store has in place of secrets of the settings cannot be decrypted: secretsKey is not set, or is another one",
      ["count": closed.count])
  }

  private func keep(_ known: [CredentialsID: RuntimeSecret], _ base: Settings) {
    guard let file, let sealed = SecretSeal(base).snapshot(of: known) else { return }
    if !replaceFile(file, by: sealed) {
      log.warning("what is known of accounts cannot be kept beside the spool", ["file": file])
    }
  }
}
