package import Domain
internal import JSON
internal import Platform
package import SendStore
internal import Store
package import Telemetry
internal import Time

/// What a process knows of its accounts' templates: what the store has, looked at every two seconds.
package final class TemplateShelf: Sendable {
  private struct Key: Hashable {
    let account: AccountID
    let name: String
    let language: String
  }

  private struct Content {
    var stamp: CredentialsStamp?
    /// Of those that can be sent, and of accounts whose list was read well.
    var needs: [Key: TemplateNeeds] = [:]
  }

  private let content = Locked(Content())

  package init() {}

  /// nil where nothing is known of it, so that its provider has to judge.
  package func needs(of template: Template, in account: AccountID) -> TemplateNeeds? {
    let key = Key(account: account, name: template.name, language: template.language)
    return content.withLock { $0.needs[key] }
  }

  package func look(at store: SendStore) throws {
    let stamp = try store.templatesStamp()
    guard content.withLock({ $0.stamp }) != stamp else { return }
    let read = Set(try store.templateLists().filter { $0.failure.isEmpty }.map(\.account))
    var needs: [Key: TemplateNeeds] = [:]
    for template in try store.templates()
    where read.contains(template.account) && ["APPROVED", "PAUSED"].contains(template.status) {
      let key = Key(
        account: template.account, name: template.name, language: template.language)
      needs[key] = TemplateNeeds(components: JSONValue(whole: template.components))
    }
    let found = needs
    content.withLock { $0 = Content(stamp: stamp, needs: found) }
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  package func run(_ store: StoreSlot, log: Log, stop: StopSignal) {
    WorkRounds(saying: "templates cannot be looked for, trying again", log: log, stop: stop)
      .run(every: .seconds(2)) {
        if let store = store.opened { try look(at: store) }
      }
  }
}
