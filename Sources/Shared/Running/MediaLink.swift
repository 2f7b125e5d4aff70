internal import Forms
package import SendStore
package import Settings

extension StoredMedia {
  /// Of which a provider may know nothing but the token. Some look at how it ends.
  package func link(under publicURL: WebAddress) -> String {
    "\(publicURL)/media/\(token)/\(String(decoding: percentEncoded(name), as: UTF8.self))"
  }
}
