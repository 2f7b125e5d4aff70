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

  private typealias Act = @Sendable (TemplateOrder) throws -> HTTPAnswer

  private func door(_ act: @escaping Act) -> Router.Door {
    context.requests.door(.admin) { request, parameters, key, responder in
      context.providers.answer(responder) { asking in
        guard let store = context.door.store.opened else {
          throw StoreQueries.Refused(answer: .noStore)
        }
        return try act(
          TemplateOrder(
            context: context, request: request, parameters: parameters, key: key, store: store,
            asking: asking))
      }
    }
  }

  // MARK: What is done

  private func create(_ order: TemplateOrder) throws -> HTTPAnswer {
    let root = try order.object()
    let account = try order.account(in: root)
    switch account.sender.credentials {
    case .meta(let own): return try create(root, account, own, order)
    case .twilio(let own): return try create(root, account, own, order)
    }
  }

  private func create(
    _ root: JSONValue, _ account: TemplateAccount, _ own: MetaCredentials, _ order: TemplateOrder
  ) throws -> HTTPAnswer {
    let draft = try order.checked { () throws(FieldFaults) in try TemplateDraft(root) }
    let request = MetaTemplateRequest.create(draft, in: account.id.text, by: own.sender)
    let answer = try order.ask(request, account)
    let made = try order.told { () throws(LookupFailed) in try MetaTemplateMade(answer) }
    var template = MirroredTemplate(
      account: account.id, name: draft.name, language: draft.language, status: made.status,
      category: made.category.isEmpty ? draft.category : made.category, quality: "",
      components: draft.components)
    (template.id, template.format) = (made.id, draft.format)
    try order.store.put(template)
    log("a template was made", template)
    return try order.shown([template], note: nil)
  }

  /// Twilio keeps a content, and asks WhatsApp for its approval where it is told to.
  private func create(
    _ root: JSONValue, _ account: TemplateAccount, _ own: TwilioCredentials, _ order: TemplateOrder
  ) throws -> HTTPAnswer {
    let draft = try order.checked { () throws(FieldFaults) in try ContentDraft(root) }
    let base = account.sender.address(of: .content)
    let answer = try order.ask(
      TwilioPlatform.makeContent(draft, account: own.account), account, under: base)
    let made = try order.told { () throws(LookupFailed) in try TwilioContentMade(answer) }
    var template = MirroredTemplate(
      account: account.id, name: draft.name, language: draft.language, status: "UNSUBMITTED",
      category: draft.category, quality: "", components: draft.components)
    template.id = made.sid
    // What exists is known, whatever becomes of its approval.
    try order.store.put(template)
    let approval = try order.ask(
      TwilioPlatform.askApproval(
        of: made.sid, name: draft.name, category: draft.category, account: own.account),
      account, under: base)
    let word = try order.told { () throws(LookupFailed) in try TwilioApproval(approval) }
    template.status = word.status
    if !word.category.isEmpty { template.category = word.category }
    try order.store.put(template)
    log("a content was made", template)
    return try order.shown(
      [template],
      note: "Sends name it by \(made.sid), or by a name in the sender's templates.")
  }

  private func edit(_ order: TemplateOrder) throws -> HTTPAnswer {
    let (account, found) = try order.found()
    guard var template = found.first else { throw StoreQueries.Refused(answer: .notFound) }
    guard case .meta(let own) = account.sender.credentials else {
      throw order.refused(
        "", "cannot be edited: Twilio keeps what was approved as it is; make another template")
    }
    let root = try order.object()
    let change = try order.checked { () throws(FieldFaults) in
      try TemplateEdit(root, of: template.category, format: template.format)
    }
    if !change.isForced {
      try order.refuseWaiting(
        [template], account, "they could not go out until Meta has reviewed it")
    }
    // Nothing goes out between Meta's word and ours; it ends by itself where Meta refuses.
    try order.store.hold(
      template: template.key.text, of: account.ids, until: try order.store.now() + Self.editing,
      because: "the template is being edited")
    let answer = try order.ask(
      MetaTemplateRequest.edit(try order.id(of: template), change, by: own.sender), account)
    try order.told { () throws(LookupFailed) in try MetaAnswer.success(answer) }
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
    return try order.shown(
      [template], note: "It goes to review, and cannot be sent until Meta has approved it.")
  }

  /// Longer than Meta is waited for.
  private static let editing = Duration.seconds(60)

  private func delete(_ order: TemplateOrder) throws -> HTTPAnswer {
    let (account, found) = try order.found()
    if order.request.queryValue("force") != "true" {
      try order.refuseWaiting(found, account, "they could not go out any more")
    }
    switch account.sender.credentials {
    case .meta(let own):
      let one = order.parameters["language"] == nil ? nil : try found.first.map(order.id)
      let request = MetaTemplateRequest.delete(
        found[0].name, id: one, in: account.id.text, by: own.sender)
      let answer = try order.ask(request, account)
      try order.told { () throws(LookupFailed) in try MetaAnswer.success(answer) }
    case .twilio(let own):
      for template in found {
        let request = TwilioPlatform.deleteContent(try order.id(of: template), account: own.account)
        let answer = try order.ask(request, account, under: account.sender.address(of: .content))
        try order.told { () throws(LookupFailed) in try TwilioDone.check(answer) }
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
    return try order.shown(
      deleted,
      note: isMeta
        ? "A name that was approved is locked for 30 days: no template can be made with it until then."
        : nil)
  }

  private func unpause(_ order: TemplateOrder) throws -> HTTPAnswer {
    let (account, found) = try order.found()
    guard var template = found.first else { throw StoreQueries.Refused(answer: .notFound) }
    guard case .meta(let own) = account.sender.credentials else {
      throw order.refused("", "cannot be set going by us: Twilio takes a pause back by itself")
    }
    let answer = try order.ask(
      MetaTemplateRequest.unpause(try order.id(of: template), by: own.sender), account)
    try order.told { () throws(LookupFailed) in try MetaAnswer.successOrReason(answer) }
    template.status = "APPROVED"
    try order.store.put(template)
    try order.store.release(template: template.key.text, of: account.ids)
    log("a template was set going again", template)
    return try order.shown([template], note: nil)
  }

  private func log(_ text: StaticString, _ template: MirroredTemplate) {
    context.door.log.info(
      "\(text)", ["account": template.account.text, "template": template.key.description])
  }
}
