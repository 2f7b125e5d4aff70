internal import JSON

extension TwilioAccount {
  init(_ fields: FieldReader) {
    self.init(sid: fields.string("sid"), authToken: fields.string("authToken"))
    if !isSid(sid, "AC") { fields.fault("sid", "must be AC and 32 hexadecimal digits") }
    if authToken.isEmpty { fields.fault("authToken", "must not be empty") }
    apiKeys = fields.pairs("apiKeys", "a string", \.string) ?? [:]
    fields.integer("concurrency", into: &concurrency, 1...1_000_000)
    fields.integer("daily", into: &daily, 1...100_000_000)
    fields.string("inboundURL", into: &inboundURL)
    fields.string("name", into: &name)
    fields.bool("trial", into: &isTrial)
    senders = fields.list("senders", Sender.init) ?? []
    services = fields.list("services", Service.init) ?? []
    contents = fields.list("contents", Content.init) ?? []
    brands = fields.strings("brands") ?? []
    campaigns = (fields.pairs("campaigns", "a state of a campaign", \.string) ?? [:]).mapValues {
      [$0]
    }
    let addresses = Set(senders.map(\.address))
    for (index, service) in services.enumerated() {
      for sender in service.senders where !addresses.contains(sender) {
        fields.fault("services/\(index)/senders", "\(sender) is no sender of this account")
      }
    }
  }
}

extension TwilioAccount.Sender {
  init(_ fields: FieldReader) {
    self.init(fields.string("address"))
    fields.bool("sandbox", into: &isSandbox)
    if isSandbox { rate = Rate(1, per: .seconds(3)) }
    fields.rate("rate", into: &rate)
    fields.choice("excess", into: &excess)
    fields.integer("daily", into: &daily, 1...100_000_000)
  }
}

extension TwilioAccount.Service {
  init(_ fields: FieldReader) {
    self.init(sid: fields.string("sid"), senders: fields.strings("senders") ?? [])
    if !isSid(sid, "MG") { fields.fault("sid", "must be MG and 32 hexadecimal digits") }
    fields.string("statusCallback", into: &statusCallback)
  }
}

extension TwilioAccount.Content {
  init(_ fields: FieldReader) {
    self.init(sid: fields.string("sid"), variables: Set(fields.strings("variables") ?? []))
    if !isSid(sid, "HX") { fields.fault("sid", "must be HX and 32 hexadecimal digits") }
    fields.bool("paused", into: &isPaused)
    if fields.given("types") {
      made = Made(
        name: "content_\(sid.suffix(4))", language: "en", types: fields.raw("types"),
        variables: writtenVariables, category: "UTILITY", status: "approved")
    }
  }
}

extension MetaApp {
  init(_ fields: FieldReader) {
    self.init(
      id: fields.string("id"), secret: fields.string("secret"), token: fields.string("token"),
      verifyToken: "", accounts: [])
    if secret.isEmpty { fields.fault("secret", "must not be empty") }
    fields.string("verifyToken", into: &verifyToken)
    fields.string("webhookURL", into: &webhookURL)
    fields.duration("tokenLife", into: &tokenLife)
    scopes = fields.strings("scopes") ?? scopes
    beyondReach = Set(fields.strings("beyondReach") ?? [])
    accounts = fields.list("wabas", Account.init) ?? []
  }
}

extension MetaApp.Account {
  init(_ fields: FieldReader) {
    self.init(
      id: fields.string("id"), phones: fields.list("phones", MetaApp.Phone.init) ?? [],
      templates: fields.list("templates", MetaApp.Template.init) ?? [])
    fields.string("portfolio", into: &portfolio)
    if phones.isEmpty { hourlyCalls = 200 }
    fields.integer("hourlyCalls", into: &hourlyCalls, 1...1_000_000)
    fields.string("marketingMessages", into: &marketingMessages)
    fields.bool("marketingElsewhereOnly", into: &isMarketingElsewhereOnly)
  }
}

extension MetaApp.Phone {
  init(_ fields: FieldReader) {
    self.init(id: fields.string("id"), number: fields.string("number"))
    if !isE164(number) { fields.fault("number", "must be + and digits") }
    var perSecond: Rate?
    fields.rate("rate", into: &perSecond)
    rate = perSecond ?? rate
    fields.rate("pair", into: &pair)
    allowed = fields.strings("allowed").map(Set.init)
  }
}

extension MetaApp.Template {
  init(_ fields: FieldReader) {
    self.init(fields.string("name"), fields.string("language"))
    fields.string("status", into: &status)
    fields.string("category", into: &category)
    fields.bool("named", into: &isNamed)
    fields.string("header", into: &header)
    fields.string("body", into: &body)
    parameters = fields.strings("parameters") ?? []
    fields.object("pacing") { pacing = Pacing($0) }
    fields.bool("forMarketingMessages", into: &isForMarketingMessages)
    let found = fields.pairs("buttons", "a sub type", \.string) ?? [:]
    for (index, type) in found {
      guard let index = Int(index) else {
        fields.fault("buttons/\(index)", "is no index")
        continue
      }
      buttons[index] = type
    }
  }
}
