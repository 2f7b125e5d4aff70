internal import Crypto
internal import Domain
internal import HTTP
internal import Settings

/// The session between us and the browser: encrypted and authenticated, so that it can be neither read nor made.
struct SessionCookie: Sendable {
  private let keys: [SealingKey]
  private let places: OwnPlaces

  private static let owner = "console session"

  /// Keys of the settings outlive this process and are those of others beside it; without one sessions end with it.
  init(_ settings: Settings, at places: OwnPlaces, else own: [UInt8]) {
    self.places = places
    let secrets = settings.secretsKeys.compactMap { bytes(fromBase64: $0.exposed) }
    keys = (secrets.isEmpty ? [own] : secrets).compactMap {
      SealingKey(hmac(.sha256, key: $0, Array("postrider \(Self.owner)".utf8)))
    }
  }

  func field(of session: Session, lasting seconds: Int) -> HTTPHeader? {
    guard let sealed = keys.first?.seal(session.json, for: Self.owner) else { return nil }
    return field(base64(sealed), seconds)
  }

  /// Makes the browser forget.
  var clearing: HTTPHeader { field("", 0) }

  private func field(_ value: String, _ seconds: Int) -> HTTPHeader {
    let secure = places.isSecure ? "; Secure" : ""
    return HTTPHeader(
      "Set-Cookie",
      "\(places.cookieName)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict\(secure)"
    )
  }

  func isThere(in request: HTTPRequest) -> Bool { !values(in: request).isEmpty }

  /// Another program on this machine may have set one of that name as well, which does not open.
  func session(of request: HTTPRequest) -> Session? {
    for value in values(in: request).prefix(4) {
      guard let sealed = bytes(fromBase64: value),
        let key = keys.first(where: { $0.fits(sealed) }),
        let plain = key.open(sealed, for: Self.owner), let session = Session(json: plain)
      else { continue }
      return session
    }
    return nil
  }

  private func values(in request: HTTPRequest) -> [Substring] {
    request.headers.all("Cookie").flatMap { header in
      header.split(separator: ";").compactMap { pair in
        let pair = pair.drop { $0 == " " }
        guard pair.hasPrefix(places.cookieName + "=") else { return nil }
        return pair.dropFirst(places.cookieName.count + 1)
      }
    }
  }
}
