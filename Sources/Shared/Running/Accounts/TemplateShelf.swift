package import Domain
internal import JSON
internal import Platform
package import SendStore
internal import Store
package import Telemetry
internal import Time

/// What is known of a template that somebody wants to send.
package struct TemplateWord: Sendable {
  /// nil where its provider has to judge what it lacks.
  package var needs: TemplateNeeds?
  /// Why it cannot be sent.
  package var refusal: String?
  /// What may keep it from going out.
  package var warning: String?
  /// As its provider says it; nil where nothing is known of it.
  package var status: String?
}

/// What a process knows of its accounts' templates: what the store has, looked at every two seconds.
package final class TemplateShelf: Sendable {
  private struct Key: Hashable {
    let account: AccountID
    let name: String
    let language: String
  }

  /// An account's content of Twilio's, which has its language by its id.
  private struct ContentKey: Hashable {
    let account: AccountID
    let sid: String
  }

  private struct Entry {
    let status: String
    let rejection: String
    /// As it is now: its provider changes it at times.
    let category: String
    let needs: TemplateNeeds
  }

  fileprivate struct List {
    /// Read in whole since it was last in doubt.
    let isWhole: Bool
    let isWanted: Bool
    /// What it does not have is not there, until then.
    let freshUntil: RunningTime
  }

  private struct Content {
    var stamp: CredentialsStamp?
    var lists: [AccountID: List] = [:]
    var entries: [Key: Entry] = [:]
    var bySid: [ContentKey: Entry] = [:]
    /// Accounts whose lists lack what somebody asked for.
    var wanted: Set<AccountID> = []
  }

  private let content = Locked(Content())

  package init() {}

  /// nil where nothing is known of it, so that its provider has to judge.
  package func needs(of template: Template, in account: AccountID) -> TemplateNeeds? {
    word(on: template, in: account).needs
  }

  /// nil where nothing is known of it.
  package func category(of key: TemplateKey, in account: AccountID) -> String? {
    content.withLock { content in
      content.entries[Key(account: account, name: key.name, language: key.language ?? "")]?.category
    }
  }

  /// With the id of its content where it is Twilio's.
  package func word(
    on template: Template, in account: AccountID, contentSid: String? = nil
  ) -> TemplateWord {
    content.withLock { content in
      // Nobody has looked at this account yet.
      guard let list = content.lists[account] else { return TemplateWord() }
      let entry =
        contentSid.map { content.bySid[ContentKey(account: account, sid: $0)] }
        ?? content.entries[
          Key(account: account, name: template.name, language: template.language)]
      guard let entry else {
        let isSure = list.isWhole && !list.freshUntil.hasPassed
        if !isSure { content.wanted.insert(account) }
        return Self.unknown(template, isSure: isSure)
      }
      guard list.isWhole || list.isWanted else { return TemplateWord() }
      // Somebody may have mended it at the provider's.
      if entry.status != "APPROVED" { content.wanted.insert(account) }
      var word = Self.word(on: template, entry, isTwilio: contentSid != nil)
      word.status = entry.status
      return word
    }
  }

  private static func unknown(_ template: Template, isSure: Bool) -> TemplateWord {
    let name = template.key.description
    return isSure
      ? TemplateWord(
        refusal: "is not known: the account has no template \(name); the list was just read")
      : TemplateWord(
        warning:
          "The template \(name) is not in the list of the account, which is being read again."
      )
  }

  private static func word(
    on template: Template, _ entry: Entry, isTwilio: Bool
  ) -> TemplateWord {
    let name = template.key.description
    let reason = entry.rejection.isEmpty ? "" : " (\(entry.rejection))"
    switch entry.status {
    case "DELETED", "DISABLED", "REJECTED":
      let sentence = "\(name) is \(entry.status.lowercased()) at its provider\(reason)"
      // Within the window a content goes out as a message like any other.
      if isTwilio, entry.status != "DELETED" {
        return TemplateWord(needs: entry.needs, warning: "The template \(sentence).")
      }
      return TemplateWord(refusal: "cannot be sent: \(sentence)")
    case "APPROVED": return TemplateWord(needs: entry.needs)
    case "PAUSED":
      return TemplateWord(needs: entry.needs, warning: "The template \(name) is paused.")
    case "UNSUBMITTED": return TemplateWord(needs: entry.needs)
    default:
      return TemplateWord(
        warning: "The template \(name) is \(entry.status.lowercased()) at its provider.")
    }
  }

  package func look(at store: SendStore) throws {
    try ask(store)
    let stamp = try store.templatesStamp()
    guard content.withLock({ $0.stamp }) != stamp else { return }
    let now = try store.now()
    let all = try store.templateLists()
    var found = Content(stamp: stamp)
    for list in all {
      let age = max(.zero, now - list.listedAt)
      found.lists[list.account] = List(
        isWhole: list.isWhole, isWanted: list.failure.isEmpty && list.isWanted,
        freshUntil: .now + max(.zero, Self.freshness - min(age, Self.freshness)))
    }
    for template in try store.templates() {
      let key = Key(
        account: template.account, name: template.name, language: template.language)
      let entry = Entry(
        status: template.status, rejection: template.rejection, category: template.category,
        needs: TemplateNeeds(components: JSONValue(whole: template.components)))
      found.entries[key] = entry
      if !template.id.isEmpty {
        found.bySid[ContentKey(account: template.account, sid: template.id)] = entry
      }
    }
    let new = found
    content.withLock { content in
      let wanted = content.wanted
      content = new
      content.wanted = wanted
    }
  }

  /// As long as a list tells what is not there; as often as it is read for that.
  private static let freshness = Duration.seconds(600)

  private func ask(_ store: SendStore) throws {
    let wanted = content.withLock { content in
      defer { content.wanted = [] }
      return content.wanted.filter { content.lists[$0]?.mayBeAsked ?? false }
    }
    for account in wanted.sorted(by: { $0.text < $1.text }) {
      try store.wantTemplates(of: account)
    }
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run(_ store: StoreSlot, log: Log, stop: StopSignal) {
    WorkRounds(saying: "templates cannot be looked for, trying again", log: log, stop: stop)
      .run(every: .seconds(2)) {
        if let store = store.opened { try look(at: store) }
      }
  }
}

extension TemplateShelf.List {
  /// Not while it is wanted already, and not what was just read.
  fileprivate var mayBeAsked: Bool { isWhole && freshUntil.hasPassed }
}

extension Template {
  package var key: TemplateKey { TemplateKey(name: name, language: language) }
}
