import Crypto
import Domain
import JSON
import Testing

/// A case of the published vectors, named by its id.
struct Vector: CustomTestStringConvertible, Sendable {
  let json: JSONValue
  var testDescription: String { text("id") }

  func text(_ name: String) -> String { json[name]?.string ?? "" }
  var isValid: Bool { json["valid"]?.bool ?? false }

  static let root = try? JSONDocument(Fixture["vectors.json"]).root
  static let twilio = (root?["twilio"]?.items ?? []).map(Vector.init)
  static let meta = (root?["meta"]?.items ?? []).map(Vector.init)
  static let gcs = (root?["gcs"]?["cases"]?.items ?? []).map(Vector.init)
}

func parsed(_ text: String) throws -> JSONValue { try JSONDocument(Array(text.utf8)).root }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
