internal import JSON

/// Where the webhooks of a number go: its own address comes first, its account's next, its app's last.
package struct WebhookLevels: Hashable, Sendable {
  package enum Level: String, Sendable { case phone, account, app }

  package var phone: String?
  package var account: String?
  package var app: String?

  package init(phone: String? = nil, account: String? = nil, app: String? = nil) {
    (self.phone, self.account, self.app) = (phone, account, app)
  }

  /// As the number tells them.
  package init(_ node: MetaNode) {
    let told = node.root?["webhook_configuration"]
    func url(_ name: String) -> String? {
      told?[name]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }
    self.init(
      phone: url("phone_number"), account: url("whatsapp_business_account"),
      app: url("application"))
  }

  package var inForce: (level: Level, url: String)? {
    if let phone { return (.phone, phone) }
    if let account { return (.account, account) }
    return app.map { (.app, $0) }
  }
}
