package import Domain
package import JSON

/// All that one request wants to be otherwise about a number, in the order in which it is asked for. What Meta would
/// refuse for its form is told before Meta is asked.
package struct PhoneChanges: Hashable, Sendable {
  package private(set) var all: [PhoneChange] = []

  package static let fields: Set<String> = [
    "profile", "displayName", "pin", "username", "automation", "calling", "sip",
  ]

  package init(_ root: JSONValue) throws(FieldFaults) {
    var faults = FieldFaults()
    let reader = FieldReader(root)
    reader.refuseFields(except: Self.fields, &faults)
    if let profile = reader.object("profile", &faults) {
      ProfileRules.check(profile, &faults)
      all.append(.profile(profile.value.text))
    }
    if let name = reader.text("displayName", &faults) {
      check(displayName: name, &faults)
      all.append(.displayName(name))
    }
    if let pin = reader.text("pin", &faults) {
      PinRule.check(pin, at: "/pin", &faults)
      all.append(.pin(Secret(pin)))
    }
    readUsername(reader, &faults)
    if let automation = reader.object("automation", &faults) {
      all.append(.automation(AutomationRules.json(automation, &faults)))
    }
    if let calling = reader.object("calling", &faults) {
      CallingRules.check(calling, &faults)
      all.append(.calling(calling.value.text))
    }
    if let sip = reader.object("sip", &faults), let server = CallingRules.server(sip, &faults) {
      all.append(.sip(server))
    }
    if faults.isEmpty, all.isEmpty {
      faults.add("", "needs one of \(Self.fields.sorted().joined(separator: ", "))")
    }
    guard faults.isEmpty else { throw faults }
  }

  private func check(displayName name: String, _ faults: inout FieldFaults) {
    if !(2...75).contains(name.unicodeScalars.count) {
      faults.add("/displayName", "must have 2 to 75 characters")
    }
  }

  /// `null` gives it up.
  private mutating func readUsername(_ reader: FieldReader, _ faults: inout FieldFaults) {
    if reader.value["username"]?.isNull == true { return all.append(.username(nil)) }
    guard let name = reader.text("username", &faults) else { return }
    faults.check(name, at: "/username", length: 1...64)
    all.append(.username(name))
  }
}

/// The six digits of a number's two-step verification.
package enum PinRule {
  package static func check(_ pin: String, at pointer: String, _ faults: inout FieldFaults) {
    if pin.utf8.count != 6 || !pin.utf8.allSatisfy({ (48...57).contains($0) }) {
      faults.add(pointer, "must have 6 digits, in quotes")
    }
  }
}

/// What people see of a business.
enum ProfileRules {
  private static let lengths: KeyValuePairs = [
    "about": 1...139, "address": 0...256, "description": 0...512, "email": 0...128,
  ]
  static let verticals: Set<String> = [
    "UNDEFINED", "OTHER", "AUTO", "BEAUTY", "APPAREL", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE",
    "GROCERY", "GOVT", "HOTEL", "HEALTH", "NONPROFIT", "PROF_SERVICES", "RETAIL", "TRAVEL",
    "RESTAURANT", "NOT_A_BIZ", "ALCOHOL", "ONLINE_GAMBLING", "PHYSICAL_GAMBLING", "OTC_DRUGS",
  ]

  static func check(_ reader: FieldReader, _ faults: inout FieldFaults) {
    reader.refuseFields(except: Self.lengths.map(\.key) + ["websites", "vertical"], &faults)
    for (name, length) in lengths {
      faults.check(reader.text(name, &faults), at: reader.pointer(name), length: length)
    }
    if let vertical = reader.text("vertical", &faults), !verticals.contains(vertical) {
      faults.add(
        reader.pointer("vertical"), "must be one of \(verticals.sorted().joined(separator: ", "))")
    }
    checkWebsites(reader, &faults)
    if (reader.value.fields ?? []).isEmpty { faults.add(reader.pointer, "has no field to set") }
  }

  private static func checkWebsites(_ reader: FieldReader, _ faults: inout FieldFaults) {
    guard let given = reader.value["websites"], !given.isNull else { return }
    guard let sites = given.items, sites.count <= 2 else {
      return faults.add(reader.pointer("websites"), "must be a list of at most 2 addresses")
    }
    for (place, site) in sites.enumerated() {
      let pointer = "\(reader.pointer("websites"))/\(place)"
      guard let text = site.string else {
        faults.add(pointer, "must be a string, in quotes")
        continue
      }
      faults.check(url: text, at: pointer)
      faults.check(text, at: pointer, length: 1...256)
    }
  }
}

/// What a person is offered when a conversation begins: questions to ask, and commands.
enum AutomationRules {
  /// As Meta takes it.
  static func json(_ reader: FieldReader, _ faults: inout FieldFaults) -> [UInt8] {
    reader.refuseFields(except: ["prompts", "commands"], &faults)
    let prompts = prompts(reader, &faults)
    let commands = commands(reader, &faults)
    return JSONWriter.object { writer in
      if let prompts {
        writer.name("prompts")
        writer.array { list in for prompt in prompts { list.value(prompt) } }
      }
      guard let commands else { return }
      writer.name("commands")
      writer.array { list in
        for command in commands {
          list.object { writer in
            writer.field("command_name", command.name)
            writer.field("command_description", command.description)
          }
        }
      }
    }
  }

  private static func prompts(
    _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> [String]? {
    guard let given = reader.value["prompts"], !given.isNull else { return nil }
    guard let items = given.items, items.count <= 4 else {
      faults.add(reader.pointer("prompts"), "must be a list of at most 4 texts")
      return nil
    }
    return items.enumerated().map { place, item in
      let pointer = "\(reader.pointer("prompts"))/\(place)"
      guard let text = item.string else {
        faults.add(pointer, "must be a string, in quotes")
        return ""
      }
      faults.check(text, at: pointer, length: 1...80)
      return text
    }
  }

  private static func commands(
    _ reader: FieldReader, _ faults: inout FieldFaults
  ) -> [(name: String, description: String)]? {
    guard reader.has("commands") else { return nil }
    let items = reader.list("commands", &faults)
    if items.count > 30 {
      faults.add(reader.pointer("commands"), "must be a list of at most 30 commands")
    }
    return items.map { item in
      item.refuseFields(except: ["name", "description"], &faults)
      let name = item.neededText("name", &faults) ?? ""
      let description = item.neededText("description", &faults) ?? ""
      if !name.isEmpty { faults.check(name, at: item.pointer("name"), length: 1...32) }
      faults.check(description, at: item.pointer("description"), length: 0...256)
      return (name, description)
    }
  }
}
