internal import JSON

/// Meta's rules for the components of a template.
struct TemplateParts {
  let isNamed: Bool
  /// Meta writes the words of one that brings a code.
  let isAuthentication: Bool

  /// Kinds that Meta has beside these pass: it judges them itself.
  func check(_ reader: FieldReader, _ faults: inout FieldFaults) {
    let parts = reader.list("components", &faults)
    var kinds: [String] = []
    for part in parts {
      let kind = part.neededText("type", &faults)?.uppercased() ?? ""
      if ["HEADER", "BODY", "FOOTER", "BUTTONS"].contains(kind), kinds.contains(kind) {
        faults.add(part.pointer("type"), "must not come twice: there is a \(kind) before it")
      }
      kinds.append(kind)
      switch kind {
      case "HEADER": checkHeader(part, &faults)
      case "BODY": if !isAuthentication { checkBody(part, &faults) }
      case "FOOTER": if !isAuthentication { checkFooter(part, &faults) }
      case "BUTTONS": checkButtons(part, &faults)
      default: break
      }
    }
    if !kinds.contains("BODY") {
      faults.add(reader.pointer("components"), "must have a component of the type BODY")
    }
  }

  // MARK: Words

  private func checkBody(_ part: FieldReader, _ faults: inout FieldFaults) {
    guard let text = part.neededText("text", &faults) else { return }
    let place = part.pointer("text")
    faults.check(text, at: place, length: 1...1024)
    let words = text.trimmed
    if words.hasPrefix("{{") { faults.add(place, "must not begin with a variable") }
    if words.hasSuffix("}}") { faults.add(place, "must not end with a variable") }
    if text.contains("}}{{") { faults.add(place, "must have words between two variables") }
    checkExamples("body_text", of: text, part, &faults)
  }

  private static let headerFormats = [
    "TEXT", "IMAGE", "VIDEO", "GIF", "DOCUMENT", "LOCATION", "PRODUCT",
  ]

  private func checkHeader(_ part: FieldReader, _ faults: inout FieldFaults) {
    let format = part.text("format", &faults)?.uppercased() ?? "TEXT"
    switch format {
    case "TEXT":
      guard let text = part.neededText("text", &faults) else { return }
      faults.check(text, at: part.pointer("text"), length: 1...60)
      if TemplateNeeds.names(in: text).count > 1 {
        faults.add(part.pointer("text"), "must have at most one variable")
      }
      checkExamples("header_text", of: text, part, &faults)
    case "IMAGE", "VIDEO", "GIF", "DOCUMENT":
      let handles = part.value["example"]?["header_handle"]?.items ?? []
      if handles.first?.string?.isEmpty ?? true {
        faults.add(
          part.pointer("example") + "/header_handle",
          "is needed: a list with the handle of a file that was uploaded as an example")
      }
    case let other where Self.headerFormats.contains(other): break
    default:
      faults.add(
        part.pointer("format"), "must be \(Self.headerFormats.joined(separator: ", "))")
    }
  }

  private func checkFooter(_ part: FieldReader, _ faults: inout FieldFaults) {
    guard let text = part.neededText("text", &faults) else { return }
    faults.check(text, at: part.pointer("text"), length: 1...60)
    if !TemplateNeeds.names(in: text).isEmpty {
      faults.add(part.pointer("text"), "must have no variables")
    }
  }

  // MARK: Variables

  /// A body's positional examples stand in a list of lists, a header's in a list.
  private func checkExamples(
    _ field: String, of text: String, _ part: FieldReader, _ faults: inout FieldFaults
  ) {
    let names = TemplateNeeds.names(in: text)
    guard checkNames(names, at: part.pointer("text"), &faults), !names.isEmpty else { return }
    let examples = part.value["example"]
    let place = part.pointer("example")
    guard !isNamed else {
      let given = (examples?["\(field)_named_params"]?.items ?? []).compactMap {
        $0["example"]?.string == nil ? nil : $0["param_name"]?.string
      }
      for name in names where !given.contains(name) {
        faults.add("\(place)/\(field)_named_params", "must have an example of {{\(name)}}")
      }
      return
    }
    let list = examples?[field]?.items ?? []
    let values = list.first?.items ?? list
    if values.count != names.count || values.contains(where: { $0.string == nil }) {
      faults.add(
        "\(place)/\(field)",
        "must have \(names.count) example\(names.count == 1 ? "" : "s"), as texts")
    }
  }

  private func checkNames(
    _ names: [String], at place: String, _ faults: inout FieldFaults
  ) -> Bool {
    if isNamed {
      let wrong = names.first { name in
        !name.utf8.allSatisfy { byte in
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
        }
      }
      guard let wrong else { return true }
      faults.add(place, "names {{\(wrong)}}: small letters, digits and underscores alone are names")
      return false
    }
    guard Set(names) == Set((0..<names.count).map { String($0 + 1) }) else {
      faults.add(
        place,
        "must number its variables from {{1}} on without gaps, or give parameter_format NAMED")
      return false
    }
    return true
  }

  // MARK: Buttons

  /// How many there may be of a kind.
  private static let most = [
    "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "QUICK_REPLY": 10, "REQUEST_CONTACT_INFO": 1,
  ]
  /// Those whose words the template chooses.
  private static let worded = ["URL", "PHONE_NUMBER", "QUICK_REPLY", "FLOW"]
  private static let kinds = [
    "URL", "PHONE_NUMBER", "COPY_CODE", "QUICK_REPLY", "FLOW", "OTP", "CATALOG", "MPM", "SPM",
    "VOICE_CALL", "CALL_PERMISSION_REQUEST", "REQUEST_CONTACT_INFO",
  ]

  private func checkButtons(_ part: FieldReader, _ faults: inout FieldFaults) {
    let buttons = part.list("buttons", &faults)
    if !(1...10).contains(buttons.count) {
      faults.add(part.pointer("buttons"), "must be from 1 to 10")
    }
    var kinds: [String] = []
    for button in buttons {
      let kind = button.neededText("type", &faults)?.uppercased() ?? ""
      kinds.append(kind)
      guard Self.kinds.contains(kind) else {
        if !kind.isEmpty {
          faults.add(button.pointer("type"), "must be \(Self.kinds.joined(separator: ", "))")
        }
        continue
      }
      check(button, kind, &faults)
      if let most = Self.most[kind], kinds.filter({ $0 == kind }).count == most + 1 {
        faults.add(button.pointer, "is too much: there may be \(most) of the type \(kind)")
      }
    }
    // Replies, others, replies again.
    let runs = kinds.map { $0 == "QUICK_REPLY" }.reduce(into: [Bool]()) { runs, isReply in
      if runs.last != isReply { runs.append(isReply) }
    }
    if runs.filter(\.self).count > 1 {
      faults.add(part.pointer("buttons"), "must have the quick replies together")
    }
  }

  private func check(_ button: FieldReader, _ kind: String, _ faults: inout FieldFaults) {
    if Self.worded.contains(kind), let text = button.neededText("text", &faults) {
      faults.check(text, at: button.pointer("text"), length: 1...25)
    }
    switch kind {
    case "URL": checkAddress(button, &faults)
    case "PHONE_NUMBER":
      if let number = button.neededText("phone_number", &faults) {
        faults.check(number, at: button.pointer("phone_number"), length: 1...20)
      }
    case "COPY_CODE":
      let example = button.value["example"]
      if example?.string == nil, example?.items?.first?.string == nil {
        faults.add(button.pointer("example"), "is needed: a code as an example")
      }
    default: break
    }
  }

  private func checkAddress(_ button: FieldReader, _ faults: inout FieldFaults) {
    guard let url = button.neededText("url", &faults) else { return }
    let place = button.pointer("url")
    faults.check(url, at: place, length: 1...2000)
    let fixed = url.firstRange(of: "{{").map { String(url[..<$0.lowerBound]) } ?? url
    faults.check(url: fixed, at: place)
    guard fixed.count < url.count else { return }
    if TemplateNeeds.names(in: url).count != 1 || !url.hasSuffix("}}") {
      faults.add(place, "must have one variable at most, at its end")
    }
    if button.value["example"]?.items?.first?.string == nil, button.value["example"]?.string == nil
    {
      faults.add(button.pointer("example"), "is needed: a list with a whole address")
    }
  }
}

extension String {
  fileprivate var trimmed: Substring {
    var text = self[...]
    while text.first?.isWhitespace ?? false { text.removeFirst() }
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return text
  }
}
