internal import Domain
internal import HTTP
internal import Settings

/// Whose things a request is about: the key's tenant, else the one that is named, else the only one.
struct Owner {
  let tenant: Tenant

  static let names: Set = ["app", "company"]

  init(
    of request: HTTPRequest, _ key: APIKey, _ senders: [SenderSettings]
  ) throws(FieldFaults) {
    let named: Tenant?
    switch (request.queryValue("app"), request.queryValue("company")) {
    case (let app?, let company?): named = Tenant(app: app, company: company)
    case (nil, nil): named = nil
    case (nil, _): throw FieldFaults("/app", "is needed beside company")
    case (_, nil): throw FieldFaults("/company", "is needed beside app")
    }
    if let own = key.tenant, let named, own != named {
      throw FieldFaults("/app", "is not the tenant of the key")
    }
    let tenants = Set(senders.map(\.sender.tenant))
    guard let tenant = key.tenant ?? named ?? (tenants.count == 1 ? tenants.first : nil) else {
      throw FieldFaults("/app", "is needed with company: the key may use those of every tenant")
    }
    self.tenant = tenant
  }
}
