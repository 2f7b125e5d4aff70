internal import Domain
internal import EventLog
internal import Platform

/// What only the whole can tell. A fault that follows from another is not told: it would lead nowhere.
struct SettingsChecks {
  let settings: Settings
  let list: FaultList
  /// Those of all senders that stand there, also of those that have faults of their own.
  private let named: [SenderID]
  private let isEverySenderRead: Bool

  init(_ settings: Settings, _ list: FaultList, named: [SenderID], isEverySenderRead: Bool) {
    self.settings = settings
    self.list = list
    self.named = named
    self.isEverySenderRead = isEverySenderRead
  }

  func run() {
    checkSenders()
    checkKeys()
    checkRelay()
    checkInboxes()
    checkAddresses()
    checkConsole()
    checkFiles()
    // A send that may still go out has to be known when its key is used again.
    let longest = settings.senders.map(\.sender.expiry).max() ?? .zero
    if settings.retention < longest + .seconds(86400) {
      list.add("retention", "must be at least a day longer than the longest expiry of a sender")
    }
    var tenants: Set<Tenant> = []
    for action in settings.actions where !tenants.insert(action.tenant).inserted {
      list.add("actions", "has two for \(action.tenant)")
    }
  }

  private func checkSenders() {
    var seen: Set<SenderID> = []
    for id in named where !seen.insert(id).inserted {
      list.add("senders", "has two senders with the id \(id)")
    }
    for (name, id) in [
      ("defaultSender", settings.defaultSender), ("relay.sender", settings.relay?.sender),
    ] {
      if let id, !seen.contains(id) {
        list.add(name, "is \(id), which is not a sender; the senders are \(Self.names(seen))")
      }
    }
  }

  /// Whose request it is nobody could tell.
  private func checkKeys() {
    var seen: [String: Int] = [:]
    for (index, key) in settings.apiKeys.enumerated() {
      if let first = seen.updateValue(index, forKey: key.key.exposed) {
        list.add("apiKeys", "has the same key twice, as number \(first + 1) and \(index + 1)")
      }
    }
  }

  private func checkRelay() {
    guard let relay = settings.relay else { return }
    if let owner = Self.reserved.first(where: { Self.isBelow(relay.path, $0) }) {
      list.add("relay.path", "is \(relay.path), but what begins with \(owner) is the API's own")
    }
    // Whoever may sign for the relay's number has to be known: anybody may sign for a number of his own.
    guard isEverySenderRead, let number = relay.number else { return }
    let isOurs = settings.relayReply != nil
    let hasToken =
      relay.authToken != nil
      || settings.senders.contains { $0.sender.account.text == relay.accountSid }
    guard !isOurs, relay.accountSid == nil || !hasToken else { return }
    list.add(
      "relay.number",
      "\(number.e164) is no sender's, so it needs accountSid and authToken of its account")
  }

  private static let reserved = [
    "/api", "/whatsapp", "/healthz", "/readyz", "/metrics", "/2010-04-01", "/Webhooks", "/bitrix24",
    "/cgi-bin", "/sendsms", "/media",
  ]

  private static func isBelow(_ path: String, _ reserved: String) -> Bool {
    let (path, reserved) = (path.lowercased(), reserved.lowercased())
    return path == reserved || path.hasPrefix(reserved + "/")
  }

  /// Ingest has both; the others may run elsewhere with the same settings.
  private func checkAddresses() {
    if let own = settings.admin[.ingest], own.collides(with: settings.listen) {
      list.add("admin.ingest", "is \(own), which listen has already")
    }
  }

  private func checkFiles() {
    var places: [(name: String, path: String)] = [("spool.path", settings.spool.path)]
    if case .embedded(let own) = settings.log { places.append(("log", own.path)) }
    if case .sqlite(let path) = settings.store { places.append(("store", path)) }
    for (index, place) in places.enumerated() {
      if let other = places[..<index].first(where: { $0.path == place.path }) {
        list.add(place.name, "is the file that \(other.name) has already; each needs its own")
      } else if let kind = Self.otherKind(ofFile: place.path) {
        list.add(place.name, "\(place.path) is \(kind), not a database of SQLite's")
      }
    }
    guard let tls = settings.tls else { return }
    for (name, path, mark) in [
      ("tls.certificate", tls.certificate, "CERTIFICATE"), ("tls.key", tls.key, "PRIVATE KEY"),
    ] {
      guard let content = content(ofFile: path) else {
        list.add(name, "needs the file \(path), which cannot be read")
        continue
      }
      let text = String(decoding: content, as: UTF8.self)
      if !text.contains("-----BEGIN ") || !text.contains("\(mark)-----") {
        list.add(name, "\(path) has no \(mark.lowercased()) in PEM")
      }
    }
  }

  /// nil where it is not there yet, is empty, or is such a database.
  private static func otherKind(ofFile path: String) -> String? {
    if isFolder(path) { return "a folder" }
    guard let head = content(ofFile: path, first: 16), !head.isEmpty else { return nil }
    return head == Array("SQLite format 3\0".utf8) ? nil : "a file of another kind"
  }

  private static func names(_ senders: Set<SenderID>) -> String {
    senders.isEmpty ? "none" : senders.sorted().map(\.text).joined(separator: ", ")
  }
}

extension Address {
  /// Whether a process that has one cannot have the other. Port 0 is any that is free.
  func collides(with other: Address) -> Bool {
    let everywhere: Set = ["0.0.0.0", "::"]
    return port == other.port && port != 0
      && (host == other.host || everywhere.contains(host) || everywhere.contains(other.host))
  }
}

extension Settings {
  /// Whose number takes the relay's commands, so that their authors can be told by it what became of them.
  package var relayReply: SenderSettings? {
    guard let number = relay?.number else { return nil }
    return senders.first {
      $0.sender.channel == .twilioSMS && $0.sender.address == number.e164
    }
  }

  /// What an operator should know although it is no fault.
  package var warnings: [String] {
    var warnings: [String] = []
    if !verifySignatures {
      warnings.append("verifySignatures is false: anybody can send webhooks")
    }
    for sender in senders {
      guard case .meta(let own) = sender.credentials else { continue }
      if own.appSecrets.isEmpty {
        warnings.append(
          "\(sender.sender.id) has no appSecret (WHATSAPP_APP_SECRET where there is no file): Meta's webhooks for it are refused"
        )
      }
      if own.appId != nil, secretsKeys.isEmpty {
        warnings.append(
          "\(sender.sender.id) has an appId, but secretsKey is not set: its token cannot be refreshed"
        )
      }
      if own.verifyToken == nil {
        warnings.append(
          "\(sender.sender.id) has no verifyToken (WHATSAPP_VERIFY_TOKEN where there is no file): Meta cannot be given our webhook address"
        )
      }
      if !sender.baseURL.path.split(separator: "/").contains(where: \.isVersion) {
        warnings.append(
          "\(sender.sender.id): baseURL \(sender.baseURL) names no version, such as \(WebAddress.meta); Meta chooses one"
        )
      }
    }
    if let publicURL, publicURL.isExample {
      warnings.append("publicURL is \(publicURL), an example's address: nobody can reach us there")
    }
    if publicURL == nil, !senders.isEmpty {
      warnings.append(
        "publicURL (POSTRIDER_PUBLIC_URL where there is no file) is not set: providers cannot report what became of messages"
      )
    }
    return warnings + keyWarnings + tenantWarnings + addressWarnings + assistantWarnings
  }

  private var keyWarnings: [String] {
    var warnings: [String] = []
    if !senders.isEmpty, !apiKeys.contains(where: { $0.scopes.contains(.send) }) {
      warnings.append(
        "no key of apiKeys (POSTRIDER_API_KEY where there is no file) has the scope send: nobody can send"
      )
    }
    for (index, key) in apiKeys.enumerated() where key.key.bytes.count < 16 {
      warnings.append(
        "number \(index + 1) of apiKeys is shorter than 16 characters and can be guessed: make one with `openssl rand -base64 32`"
      )
    }
    return warnings
  }

  private var tenantWarnings: [String] {
    let owners = Set(senders.map(\.sender.tenant))
    let keys = apiKeys.compactMap { key in key.tenant.map { ("a key of apiKeys", $0) } }
    return (keys + actions.map { ("an action", $0.tenant) })
      .filter { !owners.contains($1) }
      .map { "\($0) is for the tenant \($1), which has no sender: look for a misspelling" }
  }

  private var addressWarnings: [String] {
    var warnings: [String] = []
    var taken = [("listen", listen)]
    for (worker, address) in admin.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      if let other = taken.first(where: { $0.1.collides(with: address) }) {
        warnings.append(
          "admin.\(worker.rawValue) is \(address), which \(other.0) has as well: right only where they run on different machines"
        )
      }
      taken.append(("admin.\(worker.rawValue)", address))
    }
    if relay?.number != nil, relayReply == nil {
      warnings.append(
        "relay.number is no sender's: who writes to it is not told when a message fails later")
    }
    return warnings
  }
}

extension Substring {
  /// As Meta numbers its API: v24.0.
  fileprivate var isVersion: Bool {
    first == "v" && dropFirst().split(separator: ".").count == 2
      && dropFirst().allSatisfy { $0.isNumber || $0 == "." }
  }
}

extension WebAddress {
  fileprivate var isExample: Bool {
    let host = authority.split(separator: ":").first.map(String.init) ?? authority
    return ["example.com", "example.org", "example.net"].contains {
      host == $0 || host.hasSuffix("." + $0)
    }
  }
}
