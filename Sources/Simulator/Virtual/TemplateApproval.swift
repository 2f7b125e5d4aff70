internal import HTTP
internal import JSON

extension World {
  /// All accounts of the provider have the template that the message uses.
  mutating func approve(templateOf request: HTTPRequest, isMarketing: Bool) {
    if let root = JSONValue(whole: request.body) {
      guard let template = MetaApp.Template(asUsedIn: root, isMarketing: isMarketing) else {
        return
      }
      for app in settings.meta.indices {
        for account in settings.meta[app].accounts.indices {
          changeTemplates(app, account) { $0.append(template) }
        }
      }
    } else if let content = TwilioAccount.Content(asUsedIn: QueryItem.all(in: request.body)) {
      for account in settings.twilio.indices {
        changeTwilio(account) { $0.contents.append(content) }
      }
    }
  }
}

extension MetaApp.Template {
  /// nil where the message uses none.
  fileprivate init?(asUsedIn message: JSONValue, isMarketing: Bool) {
    guard let use = message["template"], let name = use["name"]?.string,
      let language = use["language"]?["code"]?.string
    else { return nil }
    self.init(name, language)
    category = isMarketing ? "MARKETING" : "UTILITY"
    for component in use["components"]?.items ?? [] { take(component) }
  }

  private mutating func take(_ component: JSONValue) {
    let given = component["parameters"]?.items ?? []
    switch component["type"]?.string?.lowercased() {
    case "body":
      let names = given.compactMap { $0["parameter_name"]?.string }
      isNamed = !names.isEmpty
      parameters = isNamed ? names : given.indices.map { "\($0 + 1)" }
    case "header": header = given.first?["type"]?.string?.uppercased()
    case "button":
      let index = component["index"]
      let place = index?.integer.map { Int($0) } ?? index?.string.flatMap { Int($0) }
      if let place { buttons[place] = component["sub_type"]?.string }
    default: break
    }
  }
}

extension TwilioAccount.Content {
  fileprivate init?(asUsedIn form: [QueryItem]) {
    guard let sid = form.first(where: { $0.name == "ContentSid" })?.value else { return nil }
    let variables = form.first { $0.name == "ContentVariables" }?.value
    let root = variables.flatMap { JSONValue(whole: Array($0.utf8)) }
    self.init(sid: sid, variables: Set((root?.fields ?? []).map(\.name)))
  }
}
