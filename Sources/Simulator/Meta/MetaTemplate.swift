internal import JSON

/// A template message against the template it names.
struct MetaTemplateUse {
  let name: String
  let language: String
  private let components: [JSONValue]

  init(_ object: JSONValue) throws(MetaRefusal) {
    guard let name = object["name"]?.string else { throw .missing("template.name") }
    guard let language = object["language"]?["code"]?.string else {
      throw .missing("template.language.code")
    }
    self.name = name
    self.language = language
    components = object["components"]?.items ?? []
  }

  func template(of account: MetaApp.Account) throws(MetaRefusal) -> MetaApp.Template {
    let found = account.templates.first { $0.name == name && $0.language == language }
    guard let found, found.status != "PENDING", found.status != "REJECTED" else {
      throw MetaRefusal(
        132001, status: 404, "Template name does not exist in the translation",
        "template name (\(name)) does not exist in \(language)")
    }
    return found
  }

  func check(against template: MetaApp.Template) throws(MetaRefusal) {
    if template.status == "PAUSED" { throw Self.paused }
    if template.status == "DISABLED" { throw MetaRefusal(132016, "Template is disabled") }
    try checkBody(template)
    try checkHeader(template)
    try checkButtons(template)
  }

  static let paused = MetaRefusal(132015, "Template is paused")

  private func parameters(of type: String) -> [JSONValue] {
    components.filter { $0["type"]?.string?.lowercased() == type }
      .flatMap { $0["parameters"]?.items ?? [] }
  }

  private func checkBody(_ template: MetaApp.Template) throws(MetaRefusal) {
    let given = parameters(of: "body")
    guard given.count == template.parameters.count else {
      throw MetaRefusal(
        132000, "Number of parameters does not match the expected number of params",
        "body: number of localizable_params (\(given.count)) does not match the expected number "
          + "of params (\(template.parameters.count))")
    }
    var length = template.body.unicodeScalars.count
    for parameter in given { length += try checkText(parameter) }
    guard length <= 1024 else { throw MetaRefusal(132005, "Translated text too long") }
    guard template.isNamed else { return }
    let names = Set(given.compactMap { $0["parameter_name"]?.string })
    guard names == Set(template.parameters) else {
      throw MetaRefusal(132000, "Parameter names do not match the template's")
    }
  }

  /// Returns its length.
  private func checkText(_ parameter: JSONValue) throws(MetaRefusal) -> Int {
    guard let type = parameter["type"]?.string else { throw .missing("parameter.type") }
    guard type == "text" else { return 0 }
    guard let text = parameter["text"]?.string, !text.isEmpty else {
      throw .missing("parameter.text")
    }
    guard !text.contains(where: { $0 == "\n" || $0 == "\r\n" || $0 == "\t" }),
      !text.contains("     ")
    else {
      throw MetaRefusal(
        132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
    }
    return text.unicodeScalars.count
  }

  private func checkHeader(_ template: MetaApp.Template) throws(MetaRefusal) {
    let given = parameters(of: "header")
    guard let wanted = template.header?.lowercased() else {
      if given.isEmpty { return }
      throw MetaRefusal(132000, "The template has no header parameter")
    }
    guard given.count == 1, given[0]["type"]?.string == wanted, given[0][wanted] != nil else {
      throw MetaRefusal(
        132012, "Parameter format does not match format in the created template",
        "header: Format mismatch, expected \(wanted.uppercased())")
    }
    if wanted == "text" { _ = try checkText(given[0]) }
  }

  private func checkButtons(_ template: MetaApp.Template) throws(MetaRefusal) {
    var given: [Int: String] = [:]
    for component in components where component["type"]?.string?.lowercased() == "button" {
      let index = component["index"]
      guard let place = index?.integer.map({ Int($0) }) ?? index?.string.flatMap({ Int($0) }),
        let type = component["sub_type"]?.string?.lowercased()
      else { throw .missing("button.index and button.sub_type") }
      given[place] = type
    }
    for (place, type) in template.buttons {
      guard given[place] == type.lowercased() else {
        throw MetaRefusal(
          131008, "Required parameter is missing", "Button at index \(place) needs a parameter")
      }
    }
    guard given.keys.allSatisfy({ template.buttons[$0] != nil || given[$0] == "quick_reply" })
    else { throw MetaRefusal(132000, "A button has a parameter that the template does not") }
  }
}
