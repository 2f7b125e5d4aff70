/// A settings file as it was written, before anything is made of it.
enum SettingsNode: Hashable, Sendable {
  case object([String: SettingsNode])
  case array([SettingsNode])
  case text(String)
  case number(Double)
  case truth(Bool)
  case null

  var kind: String {
    switch self {
    case .object: "an object"
    case .array: "a list"
    case .text: "a string"
    case .number: "a number"
    case .truth: "true or false"
    case .null: "null"
    }
  }
}
