package import Domain
internal import JSON

/// The one place where a provider's codes meet our outcomes.
package struct ErrorTable: Sendable {
  private let rows: [Provider: [String: ErrorRow]]

  /// The table that is built in. Its text is ours, so a flaw in it is a flaw of the program.
  package static let shared: ErrorTable = {
    do { return try ErrorTable(json: PackageResources.errors_json) } catch {
      preconditionFailure("the built-in error table: \(error)")
    }
  }()

  init(json: [UInt8]) throws {
    let root = try JSONDocument(json).root
    var rows: [Provider: [String: ErrorRow]] = [:]
    for provider in Provider.allCases {
      for value in root[provider.rawValue]?.items ?? [] {
        guard let row = ErrorRow(value) else {
          throw RowUnreadable(description: String(decoding: value.text, as: UTF8.self))
        }
        rows[provider, default: [:]][row.code] = row
      }
    }
    self.rows = rows
  }

  package struct RowUnreadable: Error, CustomStringConvertible {
    package let description: String
  }

  package func rows(of provider: Provider) -> [ErrorRow] {
    rows[provider, default: [:]].values.sorted { $0.code < $1.code }
  }

  package func row(_ provider: Provider, _ code: Int) -> ErrorRow? {
    if let row = named(provider, String(code)), code != 429 { return row }
    return provider == .meta && (200...299).contains(code) ? named(.meta, "200-299") : nil
  }

  /// The rows that are about the answer rather than about a code in it: `network`, `5xx`, `429`.
  func named(_ provider: Provider, _ code: String) -> ErrorRow? { rows[provider]?[code] }
}
