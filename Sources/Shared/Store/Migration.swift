/// A numbered step of the schema, in both dialects. The numbers count over all nouns, so that a store's schema is
/// one number. A step that was released never changes; a new one has the next number.
package struct Migration: Sendable {
  package let number: Int
  private let sqlite: [UInt8]
  private let postgres: [UInt8]

  package init(_ number: Int, sqlite: [UInt8], postgres: [UInt8]) {
    self.number = number
    self.sqlite = sqlite
    self.postgres = postgres
  }

  func sql(_ dialect: Dialect) -> String {
    String(decoding: dialect == .sqlite ? sqlite : postgres, as: UTF8.self)
  }

  /// The steps of all nouns in their order.
  static func all(of nouns: [Noun]) throws(StoreError) -> [Migration] {
    let all = nouns.flatMap(\.migrations).sorted { $0.number < $1.number }
    for (place, step) in all.enumerated() where step.number != place + 1 {
      throw .broken("the migrations do not count from 1 to \(all.count): \(all.map(\.number))")
    }
    return all
  }

  /// The steps that a store at schema `found` still needs.
  static func pending(_ all: [Migration], from found: Int) throws(StoreError) -> [Migration] {
    let known = all.last?.number ?? 0
    guard found <= known else { throw .newer(found: found, known: known) }
    return all.filter { $0.number > found }
  }
}
