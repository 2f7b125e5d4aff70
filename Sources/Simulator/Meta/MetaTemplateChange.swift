internal import HTTP
internal import JSON
internal import Time

/// Templates made, changed, deleted and set going again.
extension World {
  private static let categories = ["MARKETING", "UTILITY", "AUTHENTICATION"]

  mutating func createTemplate(
    _ app: Int, _ account: Int, _ request: HTTPRequest, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    guard let root = try GraphParameters(request).root else {
      throw .parameter("The body must be JSON")
    }
    try checkReview(of: settings.meta[app].accounts[account].portfolio)
    let template = try newTemplate(root)
    let templates = settings.meta[app].accounts[account].templates
    guard !templates.contains(where: { templateID($0) == templateID(template) }) else {
      throw MetaRefusal(
        100, subcode: 2_388_024, "Invalid parameter",
        "There is already \(template.language) content for this template")
    }
    changeTemplates(app, account) { $0.append(template) }
    lookAt(template, app, account, at: now)
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("id", templateID(template))
        writer.field("status", template.status)
        writer.field("category", template.category)
      })
  }

  private func newTemplate(_ root: JSONValue) throws(MetaRefusal) -> MetaApp.Template {
    guard let name = root["name"]?.string, (1...512).contains(name.utf8.count),
      name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 95 })
    else { throw .parameter("name must have lower case letters, digits and underscores only") }
    guard let language = root["language"]?.string, !language.isEmpty else {
      throw .parameter("The parameter language is required.")
    }
    var template = MetaApp.Template(name, language)
    template.category = try category(root) ?? ""
    guard !template.category.isEmpty else {
      throw .parameter("The parameter category is required.")
    }
    template.isNamed = root["parameter_format"]?.string?.uppercased() == "NAMED"
    guard let components = root["components"] else {
      throw .parameter("The parameter components is required.")
    }
    try template.read(components)
    template.status = "PENDING"
    return template
  }

  private func category(_ root: JSONValue) throws(MetaRefusal) -> String? {
    guard let category = root["category"]?.string?.uppercased() else { return nil }
    guard Self.categories.contains(category) else {
      throw .parameter("category must be one of \(Self.categories.joined(separator: ", "))")
    }
    return category
  }

  /// It is looked at again, and cannot be sent meanwhile.
  mutating func editTemplate(
    _ place: TemplatePlace, _ app: Int, _ request: HTTPRequest, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    guard let root = try GraphParameters(request).root else {
      throw .parameter("The body must be JSON")
    }
    var template = settings.meta[app].accounts[place.account].templates[place.index]
    guard ["APPROVED", "REJECTED", "PAUSED"].contains(template.status) else {
      throw .parameter("A template that is \(template.status) cannot be edited")
    }
    if let category = try category(root) {
      guard template.status != "APPROVED" || category == template.category else {
        throw .parameter("The category of an approved template cannot be changed")
      }
      template.category = category
    }
    if let components = root["components"] { try template.read(components) }
    template.status = "PENDING"
    changeTemplates(app, place.account) { $0[place.index] = template }
    lookAt(template, app, place.account, at: now)
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("success", true)
        writer.field("id", templateID(template))
        writer.field("name", template.name)
        writer.field("category", template.category)
      })
  }

  private mutating func lookAt(
    _ template: MetaApp.Template, _ app: Int, _ account: Int, at now: Int64
  ) {
    let work = Work.review(app: app, account: account, template: templateID(template))
    effects.append(.at(now + settings.life.review.microseconds, work))
  }

  mutating func review(_ app: Int, _ account: Int, _ id: String, at now: Int64) {
    guard let place = template(id, app), place.account == account,
      settings.meta[app].accounts[account].templates[place.index].status == "PENDING"
    else { return }
    let syncedAt = now + settings.life.sync.microseconds
    changeTemplates(app, account) { templates in
      templates[place.index].status = "APPROVED"
      templates[place.index].syncedAt = syncedAt
    }
    tellStatus(of: place, app, at: now)
  }

  mutating func tellStatus(
    of place: TemplatePlace, _ app: Int, title: String? = nil, at now: Int64
  ) {
    let waba = settings.meta[app].accounts[place.account]
    let template = waba.templates[place.index]
    let scene = FaultDesk.Scene(provider: "meta", sender: waba.id, template: template.name)
    guard desk.strike([.loseCallback], scene, at: now, ordinal: requests) == nil else {
      totals.meta.planned += 1
      totals.meta.lost += 1
      return
    }
    tell(
      "message_template_status_update",
      JSONWriter.object { writer in
        writer.field("event", template.status)
        writer.name("message_template_id")
        writer.raw(Array(templateID(template).utf8))
        writer.field("message_template_name", template.name)
        writer.field("message_template_language", template.language)
        writer.field("reason", template.rejectedReason)
        guard let title else { return }
        writer.name("other_info")
        writer.object { $0.field("title", title) }
      }, of: waba.id, app, at: now)
  }

  /// By `name` in all languages, by `hsm_id` one.
  mutating func deleteTemplates(
    _ app: Int, _ account: Int, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    let id = request.queryValue("hsm_id")
    let name = request.queryValue("name")
    guard id != nil || name != nil else { throw .parameter("name or hsm_id is required") }
    let before = settings.meta[app].accounts[account].templates
    let rest = before.filter { template in
      (id.map { $0 != templateID(template) } ?? false)
        || (name.map { $0 != template.name } ?? false)
    }
    guard rest.count < before.count else { throw .unknownObject(id ?? name ?? "") }
    changeTemplates(app, account) { $0 = rest }
    return .success
  }

  mutating func unpause(
    _ id: String, _ app: Int, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    guard let place = template(id, app) else { throw .unknownObject(id) }
    let status = settings.meta[app].accounts[place.account].templates[place.index].status
    guard status == "PAUSED" else {
      return HTTPAnswer(
        json: JSONWriter.object { writer in
          writer.field("success", false)
          writer.field("reason", "The template is not paused")
        })
    }
    changeTemplates(app, place.account) { $0[place.index].status = "APPROVED" }
    paceAnew(place, app)
    tellStatus(of: place, app, at: now)
    return .success
  }
}

extension MetaApp.Template {
  /// What was posted, kept as it is, and what a message has to bring for it.
  fileprivate mutating func read(_ components: JSONValue) throws(MetaRefusal) {
    let all = components.items ?? []
    let bodies = all.filter { $0["type"]?.string?.uppercased() == "BODY" }
    guard bodies.count == 1, let text = bodies[0]["text"]?.string, !text.isEmpty else {
      throw .parameter("components must have one BODY with its text")
    }
    guard text.unicodeScalars.count <= 1024 else {
      throw .parameter("The body must have at most 1024 characters")
    }
    parameters = Self.placeholders(in: text)
    guard parameters.isEmpty || bodies[0]["example"] != nil else {
      throw .parameter("The body has variables and no example of them")
    }
    (body, self.components) = (text, components.text)
    (header, buttons) = (nil, [:])
    for component in all { read(part: component) }
  }

  private mutating func read(part: JSONValue) {
    switch part["type"]?.string?.uppercased() {
    case "HEADER":
      let format = part["format"]?.string?.uppercased() ?? "TEXT"
      let isFixed = format == "TEXT" && Self.placeholders(in: part["text"]?.string ?? "").isEmpty
      header = isFixed ? nil : format
    case "BUTTONS":
      for (index, button) in (part["buttons"]?.items ?? []).enumerated() {
        let type = button["type"]?.string?.uppercased() ?? ""
        let hasVariable = button["url"]?.string?.contains("{{") ?? false
        if type == "COPY_CODE" || type == "URL" && hasVariable { buttons[index] = type }
      }
    default: break
    }
  }

  /// The names between double braces, each once.
  private static func placeholders(in text: String) -> [String] {
    var names: [String] = []
    for part in text.split(separator: "{{").dropFirst(text.hasPrefix("{{") ? 0 : 1) {
      let name = String(part.prefix { $0 != "}" })
      if part.dropFirst(name.count).hasPrefix("}}"), !names.contains(name) { names.append(name) }
    }
    return names
  }
}
