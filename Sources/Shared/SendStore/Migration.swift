/// A numbered step of the schema. A step that was released never changes; a new one follows.
struct Migration: Sendable {
  let number: Int
  let sql: String

  static let sqlite = [
    Migration(number: 1, sql: text(PackageResources.sqlite_001_sql)),
    Migration(number: 2, sql: text(PackageResources.sqlite_002_sql)),
    Migration(number: 3, sql: text(PackageResources.sqlite_003_sql)),
    Migration(number: 4, sql: text(PackageResources.sqlite_004_sql)),
    Migration(number: 5, sql: text(PackageResources.sqlite_005_sql)),
    Migration(number: 6, sql: text(PackageResources.sqlite_006_sql)),
    Migration(number: 7, sql: text(PackageResources.sqlite_007_sql)),
  ]
  static let postgres = [
    Migration(number: 1, sql: text(PackageResources.postgres_001_sql)),
    Migration(number: 2, sql: text(PackageResources.postgres_002_sql)),
    Migration(number: 3, sql: text(PackageResources.postgres_003_sql)),
    Migration(number: 4, sql: text(PackageResources.postgres_004_sql)),
    Migration(number: 5, sql: text(PackageResources.postgres_005_sql)),
    Migration(number: 6, sql: text(PackageResources.postgres_006_sql)),
    Migration(number: 7, sql: text(PackageResources.postgres_007_sql)),
  ]

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// The steps that a store at schema `found` still needs.
  static func pending(_ all: [Migration], from found: Int) throws(StoreError) -> [Migration] {
    let known = all.map(\.number).max() ?? 0
    guard found <= known else { throw .newer(found: found, known: known) }
    return all.filter { $0.number > found }
  }
}
