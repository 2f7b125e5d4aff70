internal import JSON

/// A person's card in Meta's own form, kept as JSON: only Meta can send one.
package struct ContactCard: Hashable, Sendable {
  package let formattedName: String
  /// Whether there is a part of the name besides the whole of it.
  let hasNamePart: Bool
  package let json: [UInt8]

  static func check(_ cards: [ContactCard], _ faults: inout FieldFaults) {
    if !(1...257).contains(cards.count) {
      faults.add("/contacts", "must be 1 to 257 contacts; there are \(cards.count)")
    }
    for (index, card) in cards.enumerated() {
      let name = "/contacts/\(index)/name"
      faults.check(card.formattedName, at: "\(name)/formatted_name", length: 1...1024)
      if !card.hasNamePart {
        faults.add(name, "must have a part besides formatted_name, such as first_name")
      }
    }
  }
}

extension ContactCard {
  /// Which texts may stand where: an object's own, or those of each item of a list.
  private static let objects: [String: [String]] = [
    "name": [
      "formatted_name", "first_name", "last_name", "middle_name", "suffix", "prefix",
    ],
    "org": ["company", "department", "title"],
  ]
  private static let lists: [String: [String]] = [
    "phones": ["phone", "type", "wa_id"],
    "emails": ["email", "type"],
    "addresses": ["street", "city", "state", "zip", "country", "country_code", "type"],
    "urls": ["url", "type"],
  ]

  init?(_ reader: FieldReader, _ faults: inout FieldFaults) {
    let known = Array(Self.objects.keys) + Array(Self.lists.keys) + ["birthday"]
    reader.refuseFields(except: known, &faults)
    guard let name = reader.object("name", isNeeded: true, &faults) else { return nil }
    for (field, texts) in Self.objects {
      reader.object(field, &faults).map { Self.check($0, texts, &faults) }
    }
    for (field, texts) in Self.lists {
      for item in reader.list(field, &faults) { Self.check(item, texts, &faults) }
    }
    if let birthday = reader.text("birthday", &faults), !Self.isDate(birthday) {
      faults.add(reader.pointer("birthday"), "must be a date as YYYY-MM-DD")
    }
    guard let formatted = name.neededText("formatted_name", &faults) else { return nil }
    formattedName = formatted
    hasNamePart = (name.value.fields ?? []).contains {
      $0.name != "formatted_name" && !($0.value.string ?? "").isEmpty
    }
    json = reader.value.text
  }

  private static func check(
    _ reader: FieldReader, _ texts: [String], _ faults: inout FieldFaults
  ) {
    reader.refuseFields(except: texts, &faults)
    for text in texts { _ = reader.text(text, &faults) }
  }

  private static func isDate(_ text: String) -> Bool {
    let shape = text.utf8.map { (0x30...0x39).contains($0) ? UInt8(ascii: "0") : $0 }
    return shape == Array("0000-00-00".utf8)
  }
}
