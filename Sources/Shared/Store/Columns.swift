/// The columns of a statement, one case each: `nextLook` is `next_look` in SQL. A statement takes some, as its
/// parameters, and gives some, as its result. The names are held against the SQL once, when a store is opened
/// and when a statement is prepared; from then on a column is a place in an array.
package protocol Columns: CaseIterable, RawRepresentable, Sendable where RawValue == Int {}

extension Columns {
  static var names: [String] { allCases.map { sqlName("\($0)") } }
}

/// For a statement that takes, or gives, nothing.
package enum Nothing: Columns {
  package static let allCases: [Nothing] = []

  package init?(rawValue: Int) { nil }

  package var rawValue: Int { switch self {} }
}

/// providerID: provider_id, heldUntil: held_until
func sqlName(_ name: String) -> String {
  var parts = ""
  var last: Character = "_"
  for letter in name {
    if letter.isUppercase, !last.isUppercase { parts.append("_") }
    parts += letter.lowercased()
    last = letter
  }
  return parts
}
