internal import Crypto
internal import Platform
internal import Settings
internal import Time

/// Links that were made and that nobody has followed yet. They live in this process: one that ends takes them along, and
/// whoever follows one later is told to ask for another.
final class Links: Sendable {
  private struct Link: Sendable {
    let session: Session
    let until: Timestamp
  }

  static let most = 1000

  /// By the hash of what stands in the link.
  private let links = Locked<[[UInt8]: Link]>([:])

  /// nil while too many wait.
  func make(_ session: Session, until: Timestamp, at now: Timestamp) -> String? {
    let token = lowerHex(randomBytes(32))
    return links.withLock { links in
      if links.count >= Self.most { links = links.filter { $0.value.until > now } }
      guard links.count < Self.most else { return nil }
      links[sha256(Array(token.utf8))] = Link(session: session, until: until)
      return token
    }
  }

  /// Once; nil for one that is too old, was followed already, or never was.
  func exchange(_ token: String, at now: Timestamp) -> Session? {
    links.withLock { links in
      guard let link = links.removeValue(forKey: sha256(Array(token.utf8))), link.until > now
      else { return nil }
      return link.session
    }
  }
}
