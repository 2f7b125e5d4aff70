internal import Crypto
package import Domain
private import JSON

/// A service account of Google Cloud, as its JSON file has it.
package struct ServiceAccount: Sendable {
  package let clientEmail: String
  let key: SigningKey

  /// Never says what stood in the file.
  package enum Fault: Error, Hashable, CustomStringConvertible {
    case notJSON, noEmail, noKey
    case badKey

    package var description: String {
      switch self {
      case .notJSON: "the service account is not a JSON object"
      case .noEmail: "the service account has no client_email"
      case .noKey: "the service account has no private_key"
      case .badKey: "the service account's private_key is not an RSA key in PEM form"
      }
    }
  }

  package init(json: Secret) throws(Fault) {
    guard let root = JSONValue(whole: json.bytes), root.kind == .object else {
      throw .notJSON
    }
    guard let email = root["client_email"]?.string, !email.isEmpty else { throw .noEmail }
    guard let pem = root["private_key"]?.string, !pem.isEmpty else { throw .noKey }
    do { key = try SigningKey(pem: pem) } catch { throw .badKey }
    clientEmail = email
  }
}
