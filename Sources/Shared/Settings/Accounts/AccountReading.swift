package import Domain

extension Settings {
  /// With no sender of its own, to read accounts by.
  package init(onlyFor other: Settings) {
    self.init()
    (defaultPrefix, retention) = (other.defaultPrefix, other.retention)
    apps = other.apps.filter { $0.account == nil }
  }

  /// With the accounts that were made at run time. A sender that one of them declares wins over one of the settings with
  /// the same id. What cannot be read, as what a newer version has written, is left out and told.
  package func with(
    _ documents: [AccountDocument]
  ) -> (settings: Settings, faults: [AccountName: [SettingsFault]]) {
    var changed = self
    var faults: [AccountName: [SettingsFault]] = [:]
    var taken: Set<SenderID> = []
    var places = Dictionary(senders.enumerated().map { ($1.sender.id, $0) }) { first, _ in first }
    for document in documents.sorted(by: { $0.name < $1.name }) {
      // By the settings' apps, not by those of another account.
      let read = read(document)
      if !read.faults.isEmpty { faults[document.name] = read.faults }
      changed.apps += read.apps
      changed.keptEvents.merge(read.kept) { $1 }
      for sender in read.senders {
        let id = sender.sender.id
        guard taken.insert(id).inserted else {
          faults[document.name, default: []].append(
            SettingsFault("", "has the sender \(id), which another account has already"))
          continue
        }
        if let place = places[id] {
          changed.senders[place] = sender
        } else {
          places[id] = changed.senders.count
          changed.senders.append(sender)
        }
      }
    }
    return (changed, faults)
  }

  /// What is wrong with an account, beside all that is there.
  package func faults(
    of document: AccountDocument, beside others: [AccountDocument]
  ) -> [SettingsFault] {
    let own = read(document)
    var faults = own.faults
    let names = Dictionary(grouping: own.senders, by: \.sender.id)
    for (id, senders) in names where senders.count > 1 {
      faults.append(SettingsFault("", "has two senders with the id \(id)"))
    }
    for other in others where other.name != document.name {
      for sender in read(other).senders where names[sender.sender.id] != nil {
        faults.append(
          SettingsFault("", "has the sender \(sender.sender.id), which \(other.name) has already"))
      }
    }
    let longest = own.senders.map(\.sender.expiry).max() ?? .zero
    if retention < longest + .seconds(86400) {
      faults.append(
        SettingsFault("expiry", "must be at least a day shorter than retention in the settings"))
    }
    return faults.sorted()
  }

  private struct Reading {
    var apps: [AppSettings] = []
    var senders: [SenderSettings] = []
    var kept: [String: KeptEvents] = [:]
    let faults: [SettingsFault]
  }

  /// An account of an app that the settings have has the app's secrets from there.
  private func inheriting(_ node: SettingsNode) -> SettingsNode {
    guard case .text(let id) = node["appId"], node["appSecret"] == nil,
      let app = apps.first(where: { $0.id == id && $0.account == nil && !$0.secrets.isEmpty })
    else { return node }
    var whole = node
    whole["appSecret"] = .array(app.secrets.map { .text($0.exposed) })
    if node["baseURL"] == nil, app.baseURL != .meta {
      whole["baseURL"] = .text(app.baseURL.description)
    }
    return whole
  }

  private func read(
    _ document: AccountDocument
  ) -> Reading {
    let list = FaultList()
    let kind = document.text("provider").flatMap { Provider(rawValue: $0) }
    guard let kind else {
      list.add("provider", "must be \"twilio\" or \"meta\"")
      return Reading(faults: list.faults)
    }
    let name = kind == .meta ? "apps" : "twilioAccounts"
    let own = inheriting(document.node.without(["provider"]))
    let root = SettingsNode.object([name: .array([own])])
    let reader = SettingsReader(root, at: "", list, .literal)
    let readers = reader.senderReaders()
    if kind == .meta, document.text("appId") == nil {
      list.add("appId", "is missing: the app's number in Meta's dashboard")
    }
    if kind == .twilio, document.text("accountSid") == nil {
      list.add("accountSid", "is missing: AC and 32 hexadecimal digits")
    }
    var apps = reader.apps()
    let kept = reader.keptEvents()
    for place in apps.indices { apps[place].account = document.name }
    let senders = readers.compactMap { reader -> SenderSettings? in
      var sender = reader.sender(defaultPrefix: defaultPrefix)
      sender?.account = document.name
      return sender
    }
    let prefix = "\(name)[0]"
    let faults = Set(list.faults).map { fault in
      guard fault.path.hasPrefix(prefix) else { return fault }
      let path = fault.path.dropFirst(prefix.count)
      return SettingsFault(String(path.first == "." ? path.dropFirst() : path), fault.sentence)
    }
    return Reading(
      apps: apps, senders: senders, kept: kept, faults: faults.sorted())
  }
}

extension AccountDocument {
  /// Whose it is as a whole.
  package var tenant: Tenant? {
    guard let app = text("app"), let company = text("company") else { return nil }
    return Tenant(app: app, company: company)
  }
}
