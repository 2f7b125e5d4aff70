internal import Domain
internal import Platform
package import SendStore
package import Settings
internal import Store
package import Telemetry
internal import Time

/// Keeps a process's accounts at what was made or refreshed at run time: it looks at the store twice a second, and where
/// something has changed every part takes it up, without a restart. The last that it knew lies encrypted beside the spool,
/// for a start while the store is away.
package final class AccountWatch: Sendable {
  private struct State {
    var base: Settings
    var known = KnownAccounts()
    var stamps: Stamps?
    var closed: [String] = []
    var faults: [AccountName: [SettingsFault]] = [:]
  }

  private struct Stamps: Hashable {
    let credentials: CredentialsStamp
    let accounts: CredentialsStamp
  }

  private let state: Locked<State>
  /// Settings that were read again and accounts that were found are taken up one after the other: each with what the
  /// other has left.
  private let turn = Locked<Void>(())
  private let first: Settings
  private let reload: Reload
  private let log: Log
  private let file: String?
  /// For those who have to answer for accounts that are not known.
  package let recency = AccountRecency()

  /// `file`: where the last that was known lies; nil where nobody needs it.
  package init(_ settings: Settings, reload: Reload, log: Log, file: String?) {
    self.reload = reload
    self.log = log
    self.file = file
    var state = State(base: settings)
    if let sealed = file.flatMap({ content(ofFile: $0) }) {
      state.known = SecretSeal(settings).known(inSnapshot: sealed)
    }
    first = Self.whole(settings, state.known).settings
    self.state = Locked(state)
  }

  /// What a process starts with.
  package var settings: Settings { first }

  /// Accounts first, as their secrets may have others in their place.
  private static func whole(
    _ base: Settings, _ known: KnownAccounts
  ) -> (settings: Settings, faults: [AccountName: [SettingsFault]]) {
    let (settings, faults) = base.with(known.documents)
    return (settings.with(known.secrets), faults)
  }

  /// With what was made at run time, for a command that looks once.
  package static func settings(_ base: Settings, in store: SendStore) throws -> Settings {
    let seal = SecretSeal(base)
    var known = KnownAccounts()
    known.secrets = seal.open(try store.credentials()).known
    known.documents = seal.open(try store.accounts()).documents
    return whole(base, known).settings
  }

  /// The file of settings was read again.
  package func apply(_ base: Settings) throws {
    try turn.withLock { _ in
      let new = Self.whole(base, state.withLock { $0.known }).settings
      log.keepOut(new.secrets)
      try reload.apply(new, over: first)
      // Another key may open what this one could not.
      state.withLock { ($0.base, $0.stamps) = (base, nil) }
    }
  }

  /// True where something was taken up.
  package func look(at store: SendStore) throws -> Bool {
    let stamps = Stamps(
      credentials: try store.credentialsStamp(), accounts: try store.accountsStamp())
    recency.looked()
    guard state.withLock({ $0.stamps }) != stamps else { return false }
    let (stored, accounts) = (try store.credentials(), try store.accounts())
    return try turn.withLock { _ in try take(stored, accounts, stamps) }
  }

  private func take(
    _ stored: [StoredCredentials], _ accounts: [StoredAccount], _ stamps: Stamps
  ) throws -> Bool {
    let (base, before, isFirst) = state.withLock { ($0.base, $0.known, $0.stamps == nil) }
    let seal = SecretSeal(base)
    var known = KnownAccounts()
    let secrets = seal.open(stored)
    let documents = seal.open(accounts)
    (known.secrets, known.documents) = (secrets.known, documents.documents)
    tell(secrets.closed.map(\.description) + documents.closed)
    if known != before {
      let (new, faults) = Self.whole(base, known)
      tell(faults)
      log.keepOut(new.secrets)
      try reload.apply(new, over: first)
      keep(known, base)
    }
    state.withLock { ($0.known, $0.stamps) = (known, stamps) }
    guard known != before else { return false }
    if !isFirst { recency.changed() }
    log.info(
      "accounts that were made or changed at run time are in use",
      ["accounts": known.documents.count, "secrets": known.secrets.count])
    return true
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run(_ store: StoreSlot, stop: StopSignal) {
    WorkRounds(
      saying: "accounts made at run time cannot be looked for, trying again", log: log, stop: stop
    ).run(every: Self.pause) {
      if let store = store.opened { _ = try look(at: store) }
    }
  }

  private static let pause = Duration.milliseconds(500)

  private func tell(_ closed: [String]) {
    let before = state.withLock { state in
      defer { state.closed = closed }
      return state.closed
    }
    guard !closed.isEmpty, before != closed else { return }
    log.error(
      "what the store has of accounts and tokens cannot be decrypted: secretsKey is not set, or is another one",
      ["count": closed.count])
  }

  private func tell(_ faults: [AccountName: [SettingsFault]]) {
    let before = state.withLock { state in
      defer { state.faults = faults }
      return state.faults
    }
    for (name, faults) in faults.sorted(by: { $0.key < $1.key }) where before[name] != faults {
      log.error(
        "an account cannot be used as it stands",
        ["account": name.text, "reason": faults.map(\.description).joined(separator: "; ")])
    }
  }

  private func keep(_ known: KnownAccounts, _ base: Settings) {
    guard let file, let sealed = SecretSeal(base).snapshot(of: known) else { return }
    if !replaceFile(file, by: sealed) {
      log.warning("what is known of accounts cannot be kept beside the spool", ["file": file])
    }
  }
}
