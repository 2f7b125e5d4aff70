internal import Running
internal import Settings
internal import Domain
internal import HTTP
internal import Providers
internal import Time

/// A form that Twilio posts: one message or one callback.
struct TwilioCall: WebhookCall {
  static let provider = Provider.twilio
  static let signatureHeader = "X-Twilio-Signature"
  static let bodyLimit = 1 << 20
  static let received = HTTPAnswer(
    status: 200, headers: [HTTPHeader("Content-Type", TwiML.type)], body: TwiML.empty
  ).prepared()

  private let request: HTTPRequest
  private let form: FormFields
  private let tenant: Tenant?
  private let desk: WebhookRules

  init(
    _ request: HTTPRequest, tenant: Tenant? = nil, _ desk: WebhookRules
  ) throws(WebhookRefusal) {
    do { form = try FormFields(request.body) } catch { throw .unreadable(error.description) }
    self.request = request
    self.tenant = tenant
    self.desk = desk
  }

  /// The account whose token has signed: the one that the form names.
  func signer() throws(WebhookRefusal) -> TwilioKeys? {
    guard let name = form.text("AccountSid") else { throw .unreadable("no AccountSid") }
    let keys = desk.senders.twilioKeys(of: AccountID(name))
    if desk.verifySignatures { try verify(keys) }
    if let tenant {
      guard let keys, keys.tenants.contains(tenant) else { throw .foreign }
    }
    return keys
  }

  func owner(signedBy keys: TwilioKeys?) -> String? {
    keys == nil ? nil : form.text("AccountSid")
  }

  func items(signedBy keys: TwilioKeys?) throws(WebhookRefusal) -> [WebhookItem] {
    do throws(WebhookUnreadable) {
      let item = try TwilioWebhook.read(
        form, query: try request.target.queryBytes.map(FormFields.init),
        token: request.headers.first("I-Twilio-Idempotency-Token"), tenant: tenant,
        receivedAt: desk.now())
      return [desk.senders.named(item)]
    } catch { throw .unreadable(error.description) }
  }

  private func verify(_ keys: TwilioKeys?) throws(WebhookRefusal) {
    guard let header = request.headers.first(Self.signatureHeader), !header.isEmpty else {
      throw .notSigned
    }
    guard let keys else { throw .foreign }
    let signature = TwilioSignature(
      url: desk.address.url(of: request), payload: .form(form), header: header,
      settings: request.headers.first("X-Twilio-Webhooks-Signature-Settings"))
    guard signature.matches(keys.signature) else {
      throw .wronglySigned
    }
  }
}
