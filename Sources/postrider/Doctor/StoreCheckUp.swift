internal import Domain
internal import Platform
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// The store: whether it answers, whether this version knows it, whether what it says is durable is.
struct StoreCheckUp {
  let settings: Settings

  init(_ settings: Settings) { self.settings = settings }

  var findings: [Finding] {
    let found =
      switch settings.store {
      case .sqlite(let path): sqlite(path)
      case .postgres(let url): postgres(url.exposed)
      }
    return found + care
  }

  /// With the accounts that were made at run time, where the store can tell of them and would not be migrated by that.
  var whole: Settings {
    do {
      return try opened { try AccountWatch.settings(settings, in: $0) } ?? settings
    } catch {
      // What is wrong with the store is told beside this.
      return settings
    }
  }

  /// nil where the store is not there, or would be migrated by being opened.
  func opened<Result>(_ body: (SendStore) throws -> Result) throws -> Result? {
    let (found, location): (Int?, StoreLocation) =
      switch settings.store {
      case .sqlite(let path):
        (
          content(ofFile: path, first: 1) == nil ? nil : try SQLiteFacts.schema(of: path),
          .sqlite(path: path)
        )
      case .postgres(let url):
        (try PostgresFacts(url: url.exposed).schema, .postgres(url: url.exposed))
      }
    guard found == SendStore.schemaVersion else { return nil }
    let store = try SendStore(location)
    defer { store.close() }
    return try body(store)
  }

  private func sqlite(_ path: String) -> [Finding] {
    guard content(ofFile: path, first: 1) != nil else {
      return [.good("store", "\(path) is made at the first start")]
    }
    do throws(StoreError) {
      let found = try SQLiteFacts.schema(of: path)
      return [.good("store", "\(path) can be read")] + schema(found)
    } catch { return [.bad("store", error.description, "look at the file's owner and its disk")] }
  }

  private func schema(_ found: Int) -> [Finding] {
    let known = SendStore.schemaVersion
    if found > known {
      return [
        .bad(
          "store",
          "a newer version has migrated it: it has \(found) migrations, this one knows \(known)",
          "use that version, or a newer one")
      ]
    }
    return found == known
      ? []
      : [
        .warning(
          "store", "it has \(found) of \(known) migrations",
          "run `postrider store migrate`, or start a worker of this version")
      ]
  }

  private func postgres(_ url: String) -> [Finding] {
    let facts: PostgresFacts
    do throws(StoreError) { facts = try PostgresFacts(url: url) } catch {
      return [
        .bad(
          "store", error.description,
          "look at store in the settings, and whether the server can be reached from here")
      ]
    }
    return [.good("store", "PostgreSQL \(facts.version) answers")] + judged(facts)
  }

  private func judged(_ facts: PostgresFacts) -> [Finding] {
    var findings: [Finding] = []
    if facts.isReplica {
      findings.append(
        .bad("store", "it is a replica, which takes no writes", "name the primary in the settings"))
    }
    if facts.isPooled {
      findings.append(
        .bad(
          "store", "a pooler between us and the server gives a session for one transaction only",
          "connect to the server itself, or set the pooler to pool_mode = session"))
    }
    for (name, wanted) in [("fsync", "on"), ("full_page_writes", "on")]
    where facts.settings[name] != wanted {
      findings.append(
        .bad(
          "store", "\(name) is \(facts.settings[name] ?? "?"): a crash loses what was sent",
          "set it to \(wanted)"))
    }
    if ["off", "local"].contains(facts.settings["synchronous_commit"] ?? "") {
      findings.append(
        .bad(
          "store",
          "synchronous_commit is \(facts.settings["synchronous_commit"] ?? ""): what was committed can be lost",
          "set it to on"))
    }
    if facts.settings["default_transaction_isolation"] != "read committed" {
      findings.append(
        .warning(
          "store",
          "default_transaction_isolation is \(facts.settings["default_transaction_isolation"] ?? "?"); ours name their own",
          "set it to read committed"))
    }
    if facts.settings["synchronous_standby_names"] == "" {
      findings.append(
        .warning(
          "store", "no standby is synchronous: a fail-over may lose commits, and what they sent",
          "set synchronous_standby_names, or run `postrider store restored` after each fail-over"))
    }
    let ahead = (facts.clock - CalendarTime.now).microseconds
    if abs(ahead) > 2_000_000 {
      findings.append(
        .warning(
          "store clock", "it is \(ahead / 1000) ms ahead of this machine's",
          "keep both right by NTP"))
    }
    return findings + (facts.schema.map(schema) ?? [])
  }
}
