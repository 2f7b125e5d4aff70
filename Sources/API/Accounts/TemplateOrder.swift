internal import Domain
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Time

/// The account of a template, by a sender that speaks for it, and all of its senders.
struct TemplateAccount {
  let id: AccountID
  let sender: SenderSettings
  let ids: [SenderID]
}

/// One request to change a template, with what it is about.
struct TemplateOrder {
  let context: APIContext
  let request: HTTPRequest
  let parameters: RouteParameters
  let key: APIKey
  let store: SendStore
  let asking: ProviderAsking

  /// All senders of the account meet a change of its templates, also those of others.
  private func account(
    _ id: AccountID, at pointer: String
  ) throws -> TemplateAccount {
    let all = context.settings.senders.filter { $0.sender.account == id }
    let visible = all.filter { context.requests.isVisible($0.sender.id, to: key) }
    let first = visible.first { sender in
      if case .meta(let own) = sender.credentials { own.wabaId != nil } else { true }
    }
    guard let first else {
      if pointer.isEmpty { throw StoreQueries.Refused(answer: .notFound) }
      throw refused(
        pointer,
        visible.isEmpty ? "is of no sender" : "has no wabaId in the settings, which has templates")
    }
    guard visible.count == all.count else {
      throw refused(
        pointer, "has senders of other tenants too: a key of all tenants may change its templates")
    }
    return TemplateAccount(id: id, sender: first, ids: all.map(\.sender.id))
  }

  func account(in root: JSONValue) throws -> TemplateAccount {
    if let text = root["account"]?.string {
      return try account(AccountID(text), at: "/account")
    }
    guard let text = root["sender"]?.string else {
      throw refused("/account", "is needed, or sender in its place")
    }
    let sender = context.settings.senders.first {
      $0.sender.id.text == text && context.requests.isVisible($0.sender.id, to: key)
    }
    guard let sender else { throw refused("/sender", "is not a sender") }
    return try account(sender.sender.account, at: "/sender")
  }

  /// Those of the path that are known.
  func found() throws -> (TemplateAccount, [MirroredTemplate]) {
    let account = try account(
      AccountID(parameters["account"] ?? ""), at: "")
    let language = parameters["language"]
    let all = try store.templates().filter {
      $0.account == account.id && $0.name == parameters["name"]
        && (language == nil || $0.language == language) && $0.status != "DELETED"
    }
    guard !all.isEmpty else { throw StoreQueries.Refused(answer: .notFound) }
    return (account, all)
  }

  func refused(_ pointer: String, _ detail: String) -> StoreQueries.Refused {
    refused(FieldFaults(pointer, detail))
  }

  private func refused(_ faults: FieldFaults) -> StoreQueries.Refused {
    StoreQueries.Refused(answer: SendAnswer.refused(faults).answer)
  }

  func object() throws -> JSONValue {
    guard let root = try KeyedRequests.object(request) else {
      throw StoreQueries.Refused(
        answer: SendAnswer.unreadable("The body must be an object.").answer)
    }
    return root
  }

  func checked<Value>(_ read: () throws(FieldFaults) -> Value) throws -> Value {
    do throws(FieldFaults) { return try read() } catch { throw refused(error) }
  }

  func told<Value>(_ read: () throws(LookupFailed) -> Value) throws -> Value {
    do throws(LookupFailed) { return try read() } catch { throw ProviderAsking.refused(error) }
  }

  /// By what sends name it. On Twilio that is its id, in whatever language they say, or a name of the settings.
  private func keys(of template: MirroredTemplate, _ account: TemplateAccount) -> Set<TemplateKey> {
    guard case .twilio = account.sender.credentials else { return [template.key] }
    var keys: Set = [TemplateKey(text: template.id)]
    for sender in context.settings.senders where account.ids.contains(sender.sender.id) {
      for (name, languages) in sender.templates {
        for (language, sid) in languages where sid == template.id {
          keys.insert(TemplateKey(name: name, language: language))
        }
      }
    }
    return keys
  }

  /// What waits could not go out any more, or not until it was reviewed.
  func refuseWaiting(
    _ templates: [MirroredTemplate], _ account: TemplateAccount, _ why: String
  ) throws {
    for template in templates {
      var waiting: [SenderID: Int] = [:]
      for key in keys(of: template, account) {
        waiting.merge(try store.waiting(forTemplate: key, of: account.ids)) { $0 + $1 }
      }
      let count = waiting.values.reduce(0, +)
      guard count > 0 else { continue }
      let names = waiting.keys.map(\.text).sorted().joined(separator: ", ")
      throw Problem(
        status: 409, title: "Conflict",
        detail:
          "\(count) send\(count == 1 ? "" : "s") of \(template.key.description) wait in \(names), and \(why). To do it all the same, say force=true."
      )
    }
  }

  /// Where no answer comes the list has to tell what became of it.
  func ask(
    _ request: ProviderRequest, _ account: TemplateAccount, under base: WebAddress? = nil
  ) throws -> ProviderAnswer {
    do {
      return try asking.ask(request, under: base ?? account.sender.baseURL)
    } catch {
      try store.wantTemplates(of: account.id)
      throw error
    }
  }

  func id(of template: MirroredTemplate) throws -> String {
    guard !template.id.isEmpty else {
      throw Problem(
        status: 409, title: "Conflict",
        detail:
          "The provider's id of \(template.key.description) is not known yet: it comes with the next reading of the list."
      )
    }
    return template.id
  }

  /// As the store has them by now.
  func shown(
    _ templates: [MirroredTemplate], note: String?
  ) throws -> HTTPAnswer {
    let keys = Set(templates.map(\.key))
    let account = templates.first?.account
    let stored = try store.templates().filter {
      $0.account == account && keys.contains($0.key)
    }
    return TemplateRoutes.answer(stored, note: note)
  }
}
