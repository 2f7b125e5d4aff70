internal import Events
internal import Domain
internal import HTTP
internal import JSON
internal import Providers
internal import Time

/// A batch of news that Meta posts.
struct MetaCall: WebhookCall {
  static let provider = Provider.meta
  static let signatureHeader = "X-Hub-Signature-256"
  /// Meta sends up to 3 MB.
  static let bodyLimit = 4 << 20
  static let received = HTTPAnswer(status: 200, text: "ok").prepared()

  private let request: HTTPRequest
  private let desk: WebhookRules

  init(_ request: HTTPRequest, _ desk: WebhookRules) {
    self.request = request
    self.desk = desk
  }

  /// The app secret, or nil where nobody has to sign.
  func signer() throws(WebhookRefusal) -> Secret? {
    guard desk.verifySignatures else { return nil }
    guard let header = request.headers.first(Self.signatureHeader), !header.isEmpty else {
      throw .notSigned
    }
    let secrets = desk.senders.appSecrets
    guard let place = MetaSignature.signer(of: request.body, header: header, secrets: secrets)
    else { throw .wronglySigned }
    return secrets[place]
  }

  func owner(signedBy secret: Secret?) -> String? { secret.flatMap { desk.senders.appID(of: $0) } }

  /// Only a body that was signed is worth reading; whom it is about shows there, so that is judged last.
  func items(signedBy secret: Secret?) throws(WebhookRefusal) -> [WebhookItem] {
    let items: [WebhookItem]
    do { items = try read() } catch { throw .unreadable(error.description) }
    if let secret {
      for number in items.compactMap(\.phoneNumberID) {
        guard desk.senders.mayTell(of: number, secret) else { throw .foreign }
      }
      for case .account(let event) in items {
        guard desk.senders.mayTell(of: event.account, secret) else { throw .foreign }
      }
    }
    return items.map(desk.senders.named)
  }

  /// A text that was cut in the middle of a character holds half of it, which makes all of the body unreadable;
  /// then it is read with U+FFFD in that place.
  private func read() throws(WebhookUnreadable) -> [WebhookItem] {
    do throws(WebhookUnreadable) {
      return try MetaWebhook.read(request.body, receivedAt: desk.now())
    } catch {
      guard let repaired = replacingUnstorable(in: request.body) else { throw error }
      return try MetaWebhook.read(repaired, receivedAt: desk.now())
    }
  }
}

extension WebhookItem {
  fileprivate var phoneNumberID: String? {
    switch self {
    case .callback(let callback): callback.phoneNumberID
    case .inbound(let message): message.address
    case .account(let event): event.phoneNumberID
    case .malformed: nil
    }
  }
}
