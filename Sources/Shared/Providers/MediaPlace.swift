package import Domain

/// Where a provider keeps what people sent. An address that comes in a message or an answer is asked only where it is the
/// provider's own, so that nobody makes us call somebody else.
package enum MediaPlace {
  /// `base`: what the provider's API is called at, which may be one that stands in for it, with its scheme and host.
  package static func isOurs(
    _ url: String, of provider: Provider, base: (scheme: String, authority: String)
  ) -> Bool {
    guard let colon = url.firstRange(of: "://"), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { return false }
    let scheme = url[..<colon.lowerBound].lowercased()
    let authority = url[colon.upperBound...].prefix { !"/?#\\".contains($0) }.lowercased()
    guard !authority.contains("@") else { return false }
    if scheme == base.scheme, authority == base.authority.lowercased() { return true }
    return scheme == "https"
      && hosts(of: provider).contains { authority == $0 || authority.hasSuffix(".\($0)") }
  }

  private static func hosts(of provider: Provider) -> [String] {
    switch provider {
    case .meta: ["fbsbx.com", "facebook.com", "fbcdn.net", "whatsapp.net"]
    // Its files lie in a storage of Amazon's, which others have too: those are asked without our credentials.
    case .twilio: ["twilio.com", "twiliocdn.com", "amazonaws.com"]
    }
  }
}
