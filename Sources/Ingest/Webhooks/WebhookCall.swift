internal import Domain
internal import HTTP
internal import Providers

/// One webhook as its provider speaks it.
protocol WebhookCall {
  associatedtype Signer
  static var provider: Provider { get }
  static var signatureHeader: String { get }
  /// More than the provider ever sends.
  static var bodyLimit: Int { get }
  /// What the provider wants to hear once everything is durable.
  static var received: HTTPAnswer { get }

  func signer() throws(WebhookRefusal) -> Signer
  /// The app or the account of Twilio's that has signed it.
  func owner(signedBy signer: Signer) -> String?
  func items(signedBy signer: Signer) throws(WebhookRefusal) -> [WebhookItem]
}
