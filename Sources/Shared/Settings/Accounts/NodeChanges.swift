internal import JSON

extension SettingsNode {
  private static let secrets: Set = [
    "appSecret", "accessToken", "verifyToken", "authToken", "secondaryAuthTokens", "apiKeySecret",
    "signatureKeys", "applicationToken", "clientSecret", "password",
  ]

  /// What a sender has its secrets of other systems in.
  private static let objects = ["smsProvider", "bitrix24", "kannel"]

  /// The lists that a document may have, and the field that names their items.
  private static let lists = ["wabas": "wabaId", "phones": "id", "senders": "id"]

  subscript(field: String) -> SettingsNode? {
    get {
      guard case .object(let fields) = self else { return nil }
      return fields[field]
    }
    set {
      guard case .object(var fields) = self else { return }
      fields[field] = newValue
      self = .object(fields)
    }
  }

  var masked: SettingsNode {
    switch self {
    case .object(let fields):
      .object(
        fields.reduce(into: [:]) { masked, field in
          masked[field.key] =
            Self.secrets.contains(field.key) ? .text(AccountDocument.mask) : field.value.masked
        })
    case .array(let items): .array(items.map(\.masked))
    case .text, .number, .truth, .null: self
    }
  }

  func keepingSecrets(of before: SettingsNode) -> SettingsNode {
    guard case .object(var fields) = self, case .object(let old) = before else { return self }
    for (name, value) in old where Self.secrets.contains(name) {
      if fields[name] == nil || fields[name] == .text(AccountDocument.mask) { fields[name] = value }
    }
    for name in Self.objects {
      guard let now = fields[name], let before = old[name] else { continue }
      fields[name] = now.keepingSecrets(of: before)
    }
    for (list, key) in Self.lists {
      guard case .array(let items) = fields[list], case .array(let olds) = old[list] else {
        continue
      }
      fields[list] = .array(
        items.map { item in
          olds.first { $0[key] == item[key] }.map(item.keepingSecrets) ?? item
        })
    }
    return .object(fields)
  }

  typealias Steps = ArraySlice<(list: String, key: String, id: String)>

  func has(_ steps: Steps) -> Bool {
    guard let step = steps.first else { return true }
    guard case .object(let fields) = self, case .array(let items) = fields[step.list] else {
      return false
    }
    return items.contains {
      $0[step.key] == .text(step.id) && $0.has(steps.dropFirst())
    }
  }

  /// The item at the end of the steps is replaced by what the body makes of it, or is added, or goes. nil where what
  /// stands above it is not there.
  func changing(
    _ steps: Steps, _ body: (SettingsNode?) -> SettingsNode?
  ) -> SettingsNode? {
    guard let step = steps.first, case .object(var fields) = self else { return nil }
    var items: [SettingsNode] = []
    if case .array(let found) = fields[step.list] { items = found }
    let place = items.firstIndex { $0[step.key] == .text(step.id) }
    if steps.count == 1 {
      switch (place, body(place.map { items[$0] })) {
      case (let place?, let new?): items[place] = new
      case (let place?, nil): items.remove(at: place)
      case (nil, let new?): items.append(new)
      case (nil, nil): break
      }
    } else {
      guard let place, let changed = items[place].changing(steps.dropFirst(), body) else {
        return nil
      }
      items[place] = changed
    }
    fields[step.list] = .array(items)
    return .object(fields)
  }

  func writeFields(to writer: inout JSONWriter) {
    guard case .object(let fields) = self else { return }
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
      writer.name(name)
      value.write(to: &writer)
    }
  }

  private func write(to writer: inout JSONWriter) {
    switch self {
    case .object: writer.object { writeFields(to: &$0) }
    case .array(let items):
      writer.array { list in
        for item in items { item.write(to: &list) }
      }
    case .text(let text): writer.value(text)
    case .number(let number):
      if let whole = Int(exactly: number) { writer.value(whole) } else { writer.value(number) }
    case .truth(let truth): writer.value(truth)
    case .null: writer.null()
    }
  }
}
