internal import Domain
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import SendStore
internal import Settings
internal import Telemetry
internal import Time

/// Templates made, changed, deleted and set going again at their provider; what we know of them is told at once.
struct TemplateChanges: Sendable {
  let context: APIContext

  func add(to router: inout Router) {
    let prefix = context.prefix + "/api/templates"
    let (name, one) = ("\(prefix)/{account}/{name}", "\(prefix)/{account}/{name}/{language}")
    router.at("POST", prefix, door(create))
    router.at("PATCH", one, door(edit))
    router.at("DELETE", name, door(delete))
    router.at("DELETE", one, door(delete))
    router.at("POST", one + "/unpause", door(unpause))
  }

  /// One request with what it is about.
  private struct Order {
    let request: HTTPRequest
    let parameters: RouteParameters
    let key: APIKey
    let store: SendStore
    let asking: ProviderAsking
  }

  private typealias Act = @Sendable (Order) throws -> HTTPAnswer

  private func door(_ act: @escaping Act) -> Router.Door {
    context.requests.door(.admin) { request, parameters, key, responder in
      context.providers.answer(responder) { asking in
        guard let store = context.door.store.opened else {
          throw StoreQueries.Refused(answer: .noStore)
        }
        return try act(
          Order(
            request: request, parameters: parameters, key: key, store: store, asking: asking))
      }
    }
  }

  // MARK: Whose

  /// The account, by a sender that speaks for it, and all of its senders.
  private struct Account {
    let id: AccountID
    let sender: SenderSettings
    let ids: [SenderID]
  }

  /// All senders of the account meet a change of its templates, also those of others.
  private func account(
    _ id: AccountID, _ order: Order, at pointer: String
  ) throws -> Account {
    let all = context.settings.senders.filter { $0.sender.account == id }
    let visible = all.filter { context.requests.isVisible($0.sender.id, to: order.key) }
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
    return Account(id: id, sender: first, ids: all.map(\.sender.id))
  }

  private func named(_ root: JSONValue, _ order: Order) throws -> Account {
    if let text = root["account"]?.string {
      return try account(AccountID(text), order, at: "/account")
    }
    guard let text = root["sender"]?.string else {
      throw refused("/account", "is needed, or sender in its place")
    }
    let sender = context.settings.senders.first {
      $0.sender.id.text == text && context.requests.isVisible($0.sender.id, to: order.key)
    }
    guard let sender else { throw refused("/sender", "is not a sender") }
    return try account(sender.sender.account, order, at: "/sender")
  }

  /// Those of the path that are known.
  private func found(_ order: Order) throws -> (Account, [MirroredTemplate]) {
    let account = try account(
      AccountID(order.parameters["account"] ?? ""), order, at: "")
    let language = order.parameters["language"]
    let all = try order.store.templates().filter {
      $0.account == account.id && $0.name == order.parameters["name"]
        && (language == nil || $0.language == language) && $0.status != "DELETED"
    }
    guard !all.isEmpty else { throw StoreQueries.Refused(answer: .notFound) }
    return (account, all)
  }

  private func refused(_ pointer: String, _ detail: String) -> StoreQueries.Refused {
    refused(FieldFaults(pointer, detail))
  }

  private func refused(_ faults: FieldFaults) -> StoreQueries.Refused {
    StoreQueries.Refused(answer: SendAnswer.refused(faults).answer)
  }

  private func object(_ order: Order) throws -> JSONValue {
    guard let root = try KeyedRequests.object(order.request) else {
      throw StoreQueries.Refused(
        answer: SendAnswer.unreadable("The body must be an object.").answer)
    }
    return root
  }

  private func checked<Value>(_ read: () throws(FieldFaults) -> Value) throws -> Value {
    do throws(FieldFaults) { return try read() } catch { throw refused(error) }
  }

  private func told<Value>(_ read: () throws(LookupFailed) -> Value) throws -> Value {
    do throws(LookupFailed) { return try read() } catch { throw ProviderAsking.refused(error) }
  }

  /// By what sends name it. On Twilio that is its id, in whatever language they say, or a name of the settings.
  private func keys(of template: MirroredTemplate, _ account: Account) -> Set<TemplateKey> {
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
  private func refuseWaiting(
    _ templates: [MirroredTemplate], _ account: Account, _ order: Order, _ why: String
  ) throws {
    for template in templates {
      var waiting: [SenderID: Int] = [:]
      for key in keys(of: template, account) {
        waiting.merge(try order.store.waiting(forTemplate: key, of: account.ids)) { $0 + $1 }
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
  private func ask(
    _ request: ProviderRequest, _ account: Account, _ order: Order, under base: WebAddress? = nil
  ) throws -> ProviderAnswer {
    do {
      return try order.asking.ask(request, under: base ?? account.sender.baseURL)
    } catch {
      try order.store.wantTemplates(of: account.id)
      throw error
    }
  }

  // MARK: What is done

  private func create(_ order: Order) throws -> HTTPAnswer {
    let root = try object(order)
    let account = try named(root, order)
    switch account.sender.credentials {
    case .meta(let own): return try create(root, account, own, order)
    case .twilio(let own): return try create(root, account, own, order)
    }
  }

  private func create(
    _ root: JSONValue, _ account: Account, _ own: MetaCredentials, _ order: Order
  ) throws -> HTTPAnswer {
    let draft = try checked { () throws(FieldFaults) in try TemplateDraft(root) }
    let request = MetaTemplateRequest.create(draft, in: account.id.text, by: own.sender)
    let answer = try ask(request, account, order)
    let made = try told { () throws(LookupFailed) in try MetaTemplateMade(answer) }
    var template = MirroredTemplate(
      account: account.id, name: draft.name, language: draft.language, status: made.status,
      category: made.category.isEmpty ? draft.category : made.category, quality: "",
      components: draft.components)
    (template.id, template.format) = (made.id, draft.format)
    try order.store.put(template)
    log("a template was made", template)
    return try shown([template], order, note: nil)
  }

  /// Twilio keeps a content, and asks WhatsApp for its approval where it is told to.
  private func create(
    _ root: JSONValue, _ account: Account, _ own: TwilioCredentials, _ order: Order
  ) throws -> HTTPAnswer {
    let draft = try checked { () throws(FieldFaults) in try ContentDraft(root) }
    let base = account.sender.address(of: .content)
    let answer = try ask(
      TwilioPlatform.makeContent(draft, account: own.account), account, order, under: base)
    let made = try told { () throws(LookupFailed) in try TwilioContentMade(answer) }
    var template = MirroredTemplate(
      account: account.id, name: draft.name, language: draft.language, status: "UNSUBMITTED",
      category: draft.category, quality: "", components: draft.components)
    template.id = made.sid
    // What exists is known, whatever becomes of its approval.
    try order.store.put(template)
    let approval = try ask(
      TwilioPlatform.askApproval(
        of: made.sid, name: draft.name, category: draft.category, account: own.account),
      account, order, under: base)
    let word = try told { () throws(LookupFailed) in try TwilioApproval(approval) }
    template.status = word.status
    if !word.category.isEmpty { template.category = word.category }
    try order.store.put(template)
    log("a content was made", template)
    return try shown(
      [template], order,
      note: "Sends name it by \(made.sid), or by a name in the sender's templates.")
  }

  private func edit(_ order: Order) throws -> HTTPAnswer {
    let (account, found) = try found(order)
    guard var template = found.first else { throw StoreQueries.Refused(answer: .notFound) }
    guard case .meta(let own) = account.sender.credentials else {
      throw refused(
        "", "cannot be edited: Twilio keeps what was approved as it is; make another template")
    }
    let root = try object(order)
    let change = try checked { () throws(FieldFaults) in
      try TemplateEdit(root, of: template.category, format: template.format)
    }
    if !change.isForced {
      try refuseWaiting(
        [template], account, order, "they could not go out until Meta has reviewed it")
    }
    let answer = try ask(
      MetaTemplateRequest.edit(try id(of: template), change, by: own.sender), account, order)
    try told { () throws(LookupFailed) in try MetaAnswer.success(answer) }
    template.status = "PENDING"
    template.rejection = ""
    if let components = change.components { template.components = components }
    if let category = change.category { template.category = category }
    try order.store.put(template)
    // Meta would refuse each of them until then. A hold for a rejection lasts longer, and takes this one's place.
    try order.store.hold(
      template: template.key.text, of: account.ids, until: .distantFuture - .seconds(1),
      because: "the template is in review after a change")
    log("a template was edited", template)
    return try shown(
      [template], order, note: "It goes to review, and cannot be sent until Meta has approved it.")
  }

  private func delete(_ order: Order) throws -> HTTPAnswer {
    let (account, found) = try found(order)
    if order.request.queryValue("force") != "true" {
      try refuseWaiting(found, account, order, "they could not go out any more")
    }
    switch account.sender.credentials {
    case .meta(let own):
      let one = order.parameters["language"] == nil ? nil : try found.first.map(id)
      let request = MetaTemplateRequest.delete(
        found[0].name, id: one, in: account.id.text, by: own.sender)
      let answer = try ask(request, account, order)
      try told { () throws(LookupFailed) in try MetaAnswer.success(answer) }
    case .twilio(let own):
      for template in found {
        let request = TwilioPlatform.deleteContent(try id(of: template), account: own.account)
        let answer = try ask(request, account, order, under: account.sender.address(of: .content))
        try told { () throws(LookupFailed) in try TwilioDone.check(answer) }
      }
    }
    let deleted = found.map { template in
      var template = template
      template.status = "DELETED"
      return template
    }
    for template in deleted {
      try order.store.put(template)
      log("a template was deleted", template)
    }
    let isMeta = account.sender.sender.channel.provider == .meta
    return try shown(
      deleted, order,
      note: isMeta
        ? "A name that was approved is locked for 30 days: no template can be made with it until then."
        : nil)
  }

  private func unpause(_ order: Order) throws -> HTTPAnswer {
    let (account, found) = try found(order)
    guard var template = found.first else { throw StoreQueries.Refused(answer: .notFound) }
    guard case .meta(let own) = account.sender.credentials else {
      throw refused("", "cannot be set going by us: Twilio takes a pause back by itself")
    }
    let answer = try ask(
      MetaTemplateRequest.unpause(try id(of: template), by: own.sender), account, order)
    try told { () throws(LookupFailed) in try MetaAnswer.successOrReason(answer) }
    template.status = "APPROVED"
    try order.store.put(template)
    try order.store.release(template: template.key.text, of: account.ids)
    log("a template was set going again", template)
    return try shown([template], order, note: nil)
  }

  private func id(of template: MirroredTemplate) throws -> String {
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
  private func shown(
    _ templates: [MirroredTemplate], _ order: Order, note: String?
  ) throws -> HTTPAnswer {
    let keys = Set(templates.map(\.key))
    let account = templates.first?.account
    let stored = try order.store.templates().filter {
      $0.account == account && keys.contains($0.key)
    }
    return TemplateRoutes.answer(stored, note: note)
  }

  private func log(_ text: StaticString, _ template: MirroredTemplate) {
    context.door.log.info(
      "\(text)", ["account": template.account.text, "template": template.key.description])
  }
}
