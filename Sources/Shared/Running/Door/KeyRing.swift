package import Settings
internal import Crypto
internal import Domain

/// The keys of the API. All of them are looked at each time, by hashes of one length, so that the time
/// tells nothing.
package struct KeyRing: Sendable {
  private let keys: [(hash: [UInt8], key: APIKey)]

  package init(_ keys: [APIKey]) {
    self.keys = keys.filter { !$0.key.isEmpty }.map { (sha256($0.key.bytes), $0) }
  }

  package func key(_ given: String) -> APIKey? {
    let hash = sha256(Array(given.utf8))
    var found: APIKey?
    for (known, key) in keys where equalInConstantTime(known, hash) { found = found ?? key }
    return found
  }
}
