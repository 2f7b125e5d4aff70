import EventLog
@testable import Settings

import Domain
import Foundation
import Providers
import Testing

@Suite struct SettingsTests {
  static func read(_ text: String, _ environment: [String: String] = [:]) throws -> Settings {
    try Settings.read(
      Array(text.utf8), Substitution(environment: environment, folder: "/etc/postrider"))
  }

  static func faults(_ text: String, _ environment: [String: String] = [:]) -> [String] {
    do {
      _ = try read(text, environment)
      return []
    } catch let refused as SettingsRefused {
      return refused.faults.map(\.description)
    } catch { return ["\(error)"] }
  }

  static let sid = "AC00000000000000000000000000000001"

  @Test("an empty file is enough")
  func defaults() throws {
    let settings = try Self.read("{}")
    #expect(settings.listen.description == "127.0.0.1:8080")
    #expect(settings.verifySignatures)
    #expect(settings.parkedLimit == 100_000)
    #expect(try Self.read("{parkedLimit: 5000}").parkedLimit == 5000)
    #expect(settings.senders.isEmpty)
    guard case .embedded(let log) = settings.log else {
      Issue.record("the log is not embedded")
      return
    }
    #expect(log.path == "/etc/postrider/data/log.db")
    #expect(settings.store == .sqlite(path: "/etc/postrider/data/store.db"))
  }

  @Test(
    "a secret that no request can carry is refused by its setting's name",
    arguments: [
      ("accessToken", "t\\r"), ("accessToken", "a b"), ("accessToken", "\\u0000t"),
      ("phoneNumberId", "1\\n"), ("appSecret", "s\\r"), ("verifyToken", "v\\t"),
      ("wabaId", "1 2"),
    ])
  func unsendable(field: String, value: String) {
    var fields = ["accessToken": "t", "phoneNumberId": "1"]
    fields[field] = value
    let text = fields.map { "\($0): \"\($1)\"" }.joined(separator: ", ")
    let faults = Self.faults("{senders: [{id: \"m\", provider: \"meta\", \(text)}]}")
    #expect(faults.count == 1)
    #expect(faults.first?.hasPrefix("senders[0].\(field)") == true, "\(faults)")
    #expect(!faults.joined().contains(value))
  }

  @Test("how marketing templates go to Meta is said by the sender")
  func marketing() throws {
    func read(_ text: String) throws -> MarketingMessages? {
      try Self.read(
        "{senders: [{id: \"m\", provider: \"meta\", accessToken: \"t\", phoneNumberId: \"1\"\(text)}]}"
      ).senders.first?.marketing
    }
    #expect(try read("") == MarketingMessages())
    var all = MarketingMessages()
    (all.use, all.activitySharing, all.policy) = (.always, false, .strict)
    #expect(
      try read(
        ", marketingMessages: \"always\", messageActivitySharing: false, productPolicy: \"STRICT\"")
        == all)
    #expect(
      Self.faults(
        "{senders: [{id: \"m\", provider: \"meta\", accessToken: \"t\", phoneNumberId: \"1\", marketingMessages: \"on\"}]}"
      ) == [#"senders[0].marketingMessages: must be "auto" or "always" or "never""#])
  }

  @Test("the same of Twilio's, of API keys and of actions")
  func unsendableElsewhere() {
    let twilio =
      "id: \"t\", provider: \"twilio\", from: \"+14155550100\", accountSid: \"\(Self.sid)\""
    let faults = Self.faults(
      """
      {senders: [{\(twilio), authToken: "x\\r", secondaryAuthTokens: ["a b"],
                  apiKeySid: "SK 1", apiKeySecret: "s\\n"}],
       apiKeys: ["k\\r", {key: "q\\r", scopes: ["send"]}],
       actions: [{app: "a", company: "b", url: "http://h", secret: "a-secret-of-some-length\\r"}]}
      """)
    let places = faults.map { String($0.prefix { $0 != ":" && $0 != " " }) }
    #expect(
      Set(places) == [
        "senders[0].authToken", "senders[0].secondaryAuthTokens", "senders[0].apiKeySid",
        "senders[0].apiKeySecret", "apiKeys", "apiKeys[1].key", "actions[0].secret",
      ], "\(faults)")
  }

  @Test("only a key that says so may send lists and reply buttons without an object")
  func allowInline() throws {
    let keys = try Self.read(
      """
      {apiKeys: ["a-plain-key-of-some-length", {key: "another", scopes: ["send"]},
                 {key: "third", scopes: ["send"], allowInline: true}]}
      """
    ).apiKeys
    #expect(keys.map(\.allowsInline) == [false, false, true])
    #expect(
      Self.faults("{apiKeys: [{key: 'k', scopes: ['send'], allowInline: 'x'}]}")
        == ["apiKeys[0].allowInline: must be true or false, not a string"])
  }

  @Test("files are kept beside a store that is a file, or where the settings say")
  func media() throws {
    #expect(try Self.read("{store: \"sqlite:/var/x/store.db\"}").mediaFolder == "/var/x/media")
    #expect(try Self.read("{store: \"postgres://a@b/c\"}").mediaFolder == nil)
    let settings = try Self.read(
      "{store: \"postgres://a@b/c\", media: {folder: \"/mnt/x\", limit: \"1GB\", retention: \"7d\"}}"
    )
    #expect(settings.mediaFolder == "/mnt/x" && settings.media.limit == 1 << 30)
    #expect(settings.media.retention == .seconds(7 * 86400))
    #expect(
      Self.faults("{media: {retention: \"1m\"}}").first?.hasPrefix("media.retention: must be")
        == true)
  }

  @Test("keys that sign webhooks are secrets, too")
  func signatureKeys() throws {
    let settings = try Self.read(
      """
      {senders: [{id: "t", provider: "twilio", from: "+14155550100", accountSid: "\(Self.sid)",
                  authToken: "x", signatureKeys: {k1: "shared-key-one"}}]}
      """)
    #expect(settings.secrets.contains(Secret("shared-key-one")))
  }

  @Test("strangers get at least room for a few webhooks")
  func strangersRoom() throws {
    #expect(try Self.read("{strangersRoom: \"32MB\"}").strangersRoom == 32 << 20)
    #expect(Self.faults("{strangersRoom: \"1MB\"}").first?.hasPrefix("strangersRoom") == true)
  }

  @Test("messages is compacted where that is asked for, and not otherwise")
  func compactMessages() throws {
    #expect(try Self.read("{log: 'kafka://b:1', compactMessages: true}").compactsMessages)
    #expect(try !Self.read("{log: 'kafka://b:1'}").compactsMessages)
  }

  @Test("the example has every setting and loads")
  func example() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../deploy/postrider.example.json5").path
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var environment: [String: String] = [:]
    for match in text.matches(of: /\$\{([A-Z_]+)\}/) {
      environment[String(match.1)] = "value-of-\(match.1)"
    }
    environment["SECRETS_KEY"] = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    environment["GCS_ACCOUNT"] = #"{"client_email": "a@b", "private_key": "k"}"#
    let settings = try Settings.read(file: path, environment: environment)
    #expect(settings.senders.map(\.sender.id.text) == ["sandbox", "main", "milan", "rome"])
    #expect(settings.senders[0].sender.channel == .twilioSandbox)
    #expect(settings.senders[1].sender.budget.daily == .recipients(1000))
    #expect(settings.senders[0].sender.budget.pair == nil)
    guard case .meta(let milan) = settings.senders[2].credentials else {
      Issue.record("milan is not Meta's")
      return
    }
    #expect(milan.wabaId == "102290129340399")
    #expect(milan.appSecrets == [Secret("value-of-META_APP_SECRET")])
    #expect(settings.apiKeys[0].tenant == nil && settings.apiKeys[1].scopes == [.send, .read])
    #expect(settings.relay?.pin == Secret("value-of-RELAY_PIN"))
    #expect(settings.actions[0].tenant == Tenant(app: "crm", company: "acme"))
    #expect(settings.spool.limit == 1 << 30)
  }

  private static func withProvider(_ provider: String) -> String {
    """
    {senders: [{id: 'a', provider: 'twilio', accountSid: '\(sid)', authToken: 't', from: '+15551230000',
      smsProvider: \(provider)}]}
    """
  }

  @Test(
    "an interface of other systems needs what they prove themselves with",
    arguments: [
      ("true", "smsProvider: must be { bitrix24: { applicationToken"),
      ("{}", "smsProvider: must be { bitrix24: { applicationToken"),
      ("{kanel: {}}", "smsProvider.kanel: is not a setting, did you mean kannel?"),
      ("{bitrix24: {}}", "smsProvider.bitrix24.applicationToken: is missing"),
      ("{bitrix24: {applicationToken: ''}}", "smsProvider.bitrix24.applicationToken: is missing"),
      ("{bitrix24: {applicationToken: 't', code: 'a b'}}", "smsProvider.bitrix24.code: must have"),
      (
        "{bitrix24: {applicationToken: 't', portal: 'http://acme.bitrix24.com'}}",
        "smsProvider.bitrix24.portal: must begin with https://"
      ),
      (
        "{bitrix24: {applicationToken: 't', portal: 'http://127.evil.com'}}",
        "smsProvider.bitrix24.portal: must begin with https://"
      ),
      (
        "{bitrix24: {applicationToken: 't', clientId: 'local.1'}}",
        "smsProvider.bitrix24.clientId: and clientSecret belong together"
      ),
      (
        "{bitrix24: {applicationToken: 't', tokenServer: 'http://oauth.bitrix24.tech'}}",
        "smsProvider.bitrix24.tokenServer: must begin with https://"
      ),
      ("{kannel: {username: 'u'}}", "smsProvider.kannel.password: is missing"),
      ("{kannel: {password: 'p'}}", "smsProvider.kannel.username: is missing"),
      (
        "{kannel: {username: 'u', password: 'p', reportHosts: ['http://a/']}}",
        "smsProvider.kannel.reportHosts: must have hosts"
      ),
    ])
  func smsProviderFaults(provider: String, fault: String) {
    let faults = Self.faults(Self.withProvider(provider))
    #expect(faults.contains { $0.hasPrefix("senders[0].\(fault)") }, "\(faults)")
  }

  @Test("what other systems prove themselves with is a secret, and a portal may be on this machine")
  func smsProvider() throws {
    let settings = try Self.read(
      Self.withProvider(
        """
        {bitrix24: {applicationToken: ['t1', 't2'], portal: 'http://127.0.0.1:8000'},
         kannel: {username: 'u', password: 'p', reportHosts: ['CRM.example.com']}}
        """))
    let provider = try #require(settings.senders.first?.smsProvider)
    #expect(provider.bitrix24?.code == "postrider" && provider.kannel?.username == "u")
    #expect(provider.kannel?.reportHosts == ["crm.example.com"])
    #expect(Set(["t1", "t2", "p"].map(Secret.init)).isSubset(of: Set(settings.secrets)))
  }

  @Test(
    "every fault is told with its path and what was expected",
    arguments: [
      ("{listn: 'x'}", "listn: is not a setting, did you mean listen?"),
      ("{completely: 1}", "completely: is not a setting"),
      ("{listen: 'x'}", "listen: must be host:port"),
      ("{listen: 5}", "listen: must be a string in quotes, not a number"),
      ("{publicURL: 'ftp://x'}", "publicURL: must be an http or https address"),
      ("{publicURL: 'https://u:p@x'}", "publicURL: must be an http or https address"),
      ("{log: 'kafka://'}", "log: must be \"embedded:PATH\" or \"kafka://HOST:PORT,…\""),
      ("{log: 'kafka://a'}", "log: must be \"embedded:PATH\" or \"kafka://HOST:PORT,…\""),
      (
        "{compactMessages: true}",
        "compactMessages: has no meaning without log: \"kafka://…\""
      ), ("{rdkafka: {'a.b': 'c'}}", "rdkafka: has no meaning without log: \"kafka://…\""),
      ("{store: 'mysql://x'}", "store: must be \"sqlite:PATH\" or \"postgres://USER@HOST/NAME\""),
      ("{spool: {limit: '1TB'}}", "spool.limit: must be a size such as 1GB"),
      ("{drain: 'soon'}", "drain: must be a time such as 20s"),
      ("{parkedLimit: 0}", "parkedLimit: must be 1 to 10000000, not 0"),
      ("{verifySignatures: 'no'}", "verifySignatures: must be true or false, not a string"),
      ("{tls: {certificate: 'x'}}", "tls: needs both certificate and key, as PEM files"),
      (
        "{apiKeys: ['${NOT_SET}']}",
        "apiKeys[0]: needs the environment variable NOT_SET, which is not set"
      ),
      (
        "{apiKeys: ['${EMPTY}']}",
        "apiKeys[0]: needs the environment variable EMPTY, which is empty"
      ),
      (
        "{apiKeys: ['${file:nothing}']}", "apiKeys[0]: needs the file nothing, which cannot be read"
      ),
      (
        "{apiKeys: ['${credential:key}']}",
        "apiKeys[0]: needs the credential key, but CREDENTIALS_DIRECTORY is not set: systemd sets it for LoadCredential"
      ),
      ("{apiKeys: ['${X']}", "apiKeys[0]: has a ${ without its }"),
      ("{apiKeys: [{key: 'k'}]}", "apiKeys[0].scopes: is missing: send, read, webhook, admin"),
      (
        "{apiKeys: [{key: 'k', scopes: ['sned']}]}",
        "apiKeys[0].scopes: has sned; scopes are send, read, webhook, admin"
      ),
      (
        "{apiKeys: [{key: 'k', scopes: ['send'], app: 'a'}]}",
        "apiKeys[0].company: is missing: a tenant is an app and a company"
      ),
      (
        "{senders: [{id: 'x', provider: 'twilio', from: '+15550001111', accountSid: 'AC00000000000000000000000000000001', authToken: 't', expiry: '30d'}], retention: '30d'}",
        "retention: must be at least a day longer than the longest expiry of a sender"
      ),
      ("{defaultPrefix: '39'}", "defaultPrefix: must be a dialling prefix such as +39"),
      ("{defaultSender: 'x'}", "defaultSender: is x, which is not a sender; the senders are none"),
      (
        "{trustedProxies: ['10.0.0.0/33']}",
        "trustedProxies: has 10.0.0.0/33; expected are addresses and ranges such as ::1 or 10.0.0.0/8"
      ),
      (
        "{senders: [{id: 'x', provider: 'twilio', from: '+15550001111', accountSid: 'AC00000000000000000000000000000001', authToken: 't'}], relay: {sender: 'x', allowedFrom: ['+15551230000'], number: '+15557654321'}}",
        "relay.number: +15557654321 is no sender's, so it needs accountSid and authToken of its account"
      ),
      (
        "{relay: {sender: 'x', allowedFrom: ['+15551230000']}}",
        "relay.sender: is x, which is not a sender; the senders are none"
      ),
      (
        "{actions: [{app: 'a', company: 'b', url: 'https://x', secret: 'whsec_x'}]}",
        "actions[0].secret: must have base64 after whsec_"
      ),
      (
        "{actions: [{app: 'a', company: 'b', url: 'https://x'}]}",
        "actions[0].secret: is missing: signs what is sent there"
      ),
      ("{senders: [{}]}", "senders[0].provider: is missing: \"twilio\" or \"meta\""),
      (
        "{senders: [{id: 'a', provider: 'sinch'}]}",
        "senders[0].provider: must be \"twilio\" or \"meta\""
      ),
      (
        "{senders: [{id: 'a', provider: 'meta', accessToken: 't'}]}",
        "senders[0].phoneNumberId: is missing: Meta's id of the number"
      ),
    ])
  func oneFault(text: String, fault: String) {
    #expect(Self.faults(text, ["EMPTY": ""]).contains(fault))
  }

  private static let whatsApp =
    "id: 'x', provider: 'twilio', accountSid: '\(sid)', authToken: 't', from: 'whatsapp:+15550001111'"
  private static let meta = "id: 'x', provider: 'meta', accessToken: 't', phoneNumberId: '1'"

  @Test(
    "what could never work is refused",
    arguments: [
      (
        "{senders: [{id: 'x', provider: 'twilio', accountSid: '\(sid)', authToken: 't', from: '+14155238886'}]}",
        "senders[0].from: is the sandbox's, which is for WhatsApp alone: write whatsapp:+14155238886"
      ),
      (
        "{senders: [{id: 'x', provider: 'twilio', accountSid: '\(sid)', authToken: 't', from: 'rcs:'}]}",
        "senders[0].from: must have the name of an RCS agent behind rcs:"
      ),
      (
        "{senders: [{id: 'x', provider: 'twilio', accountSid: '\(sid)', authToken: 't', from: 'rcs:acme', fallbackFrom: '+15551230000'}]}",
        "senders[0].fallbackFrom: is for RCS through a messagingServiceSid: it sends by SMS what RCS cannot"
      ),
      (
        "{senders: [{id: 'x', provider: 'twilio', accountSid: '\(sid)', authToken: 't', from: 'whatsapp:ACME'}]}",
        "senders[0].from: must have a number with + and its country behind whatsapp:"
      ),
      (
        "{senders: [{id: 'x', provider: 'twilio', accountSid: '\(sid)', authToken: 't', from: 'a name too long'}]}",
        "senders[0].from: must be a number such as +15551230000, a short code, or a name of up to 11 letters"
      ),
      (
        "{senders: [{\(whatsApp), apiKeySid: 'AC1', apiKeySecret: 's'}]}",
        "senders[0].apiKeySid: must be SK and 32 hexadecimal digits"
      ),
      (
        "{senders: [{id: 'x', provider: 'meta', accessToken: 't', phoneNumberId: '+15550001111'}]}",
        "senders[0].phoneNumberId: must be Meta's id, which is digits alone; this is a phone number"
      ),
      (
        "{senders: [{\(meta), wabaId: 'acme'}]}",
        "senders[0].wabaId: must be Meta's id, which is digits alone"
      ),
      (
        "{senders: [{id: 'x', provider: 'meta', accessToken: 'EAAG…', phoneNumberId: '1'}]}",
        "senders[0].accessToken: is a placeholder still; put the real value there"
      ),
      (
        "{apiKeys: ['<your key>']}",
        "apiKeys: is a placeholder still; put the real value there"
      ),
      (
        "{apiKeys: ['k', {key: 'k', scopes: ['read']}]}",
        "apiKeys: has the same key twice, as number 1 and 2"
      ),
      (
        "{senders: [{\(whatsApp)}], relay: {sender: 'x', allowedFrom: ['+15551230000'], path: '/API/sms'}}",
        "relay.path: is /API/sms, but what begins with /api is the API's own"
      ),
      (
        "{admin: {ingest: '0.0.0.0:8080'}}",
        "admin.ingest: is 0.0.0.0:8080, which listen has already"
      ),
      (
        "{log: 'embedded:one.db', store: 'sqlite:one.db'}",
        "store: is the file that log has already; each needs its own"
      ),
      ("{store: 'sqlite:/etc'}", "store: /etc is a folder, not a database of SQLite's"),
      (
        "{store: 'sqlite:/etc/passwd'}",
        "store: /etc/passwd is a file of another kind, not a database of SQLite's"
      ),
      (
        "{tls: {certificate: '/nowhere/cert.pem', key: '/etc/passwd'}}",
        "tls.certificate: needs the file /nowhere/cert.pem, which cannot be read"
      ),
      (
        "{tls: {certificate: '/nowhere/cert.pem', key: '/etc/passwd'}}",
        "tls.key: /etc/passwd has no private key in PEM"
      ),
      (
        "{gcs: {serviceAccount: 'gcs.json'}}",
        "gcs.serviceAccount: is not the content of a service account's key file; use ${file:PATH}"
      ),
      (
        "{secretsKey: 'c2hvcnQ='}",
        "secretsKey: must be 32 bytes in base64: make one with `openssl rand -base64 32`"
      ),
      (
        "{actions: [{app: 'a', company: 'b', url: 'https://x', secret: 'short'}]}",
        "actions[0].secret: has 5 bytes, which can be guessed; it needs 16: make one with `echo whsec_$(openssl rand -base64 32)`"
      ),
      (
        "{actions: [{app: 'a', company: 'b', url: 'https://x', secret: 'whsec_c2hvcnQ='}]}",
        "actions[0].secret: has 5 bytes after whsec_, which can be guessed; it needs 16: make one with `echo whsec_$(openssl rand -base64 32)`"
      ),
    ])
  func neverWorks(text: String, fault: String) {
    #expect(Self.faults(text).contains(fault), "\(Self.faults(text))")
  }

  @Test(
    "a fault brings no others with it that lead nowhere",
    arguments: [
      "{senders: [{\(meta), expiry: 'soon'}], defaultSender: 'x'}",
      "{senders: [{id: 'x', provider: 'meta', phoneNumberId: '1'}], defaultSender: 'x', relay: {sender: 'x', allowedFrom: ['+15551230000'], number: '+15557654321'}}",
      "{log: 'kafka://a', rdkafka: {'a.b': 'c'}}",
      "{apiKeys: 'k', senders: [{\(meta)}]}",
      "{apps: [{wabas: [{phones: [{id: 'x', phoneNumberId: '1'}]}]}], defaultSender: 'x'}",
    ])
  func oneFaultOnly(text: String) { #expect(Self.faults(text).count == 1, "\(Self.faults(text))") }

  @Test(
    "what may be meant so is warned of",
    arguments: [
      ("senders: [{\(whatsApp)}]", "no key of apiKeys"),
      ("senders: [{\(whatsApp)}], apiKeys: [{key: 'k', scopes: ['read']}]", "no key of apiKeys"),
      ("apiKeys: ['short']", "number 1 of apiKeys is shorter than 16 characters"),
      (
        "senders: [{\(meta), baseURL: 'https://graph.facebook.com'}]",
        "x: baseURL https://graph.facebook.com names no version"
      ),
      ("senders: [{\(meta), appId: '7'}]", "x has an appId, but secretsKey is not set"),
      ("senders: [{\(meta)}]", "x has no appSecret"),
      ("senders: [{\(meta)}]", "x has no verifyToken"),
      (
        "publicURL: 'https://hooks.example.com'",
        "publicURL is https://hooks.example.com, an example"
      ),
      ("senders: [{\(whatsApp)}]", "publicURL (POSTRIDER_PUBLIC_URL"),
      (
        "apiKeys: [{key: 'k', scopes: ['read'], app: 'a', company: 'b'}]",
        "a key of apiKeys is for the tenant a/b, which has no sender"
      ),
      (
        "actions: [{app: 'a', company: 'b', url: 'https://x', secret: 'a-secret-of-some-length'}]",
        "an action is for the tenant a/b, which has no sender"
      ),
      (
        "admin: {dispatch: '127.0.0.1:8082', status: '127.0.0.1:8082'}",
        "admin.status is 127.0.0.1:8082, which admin.dispatch has as well"
      ),
      ("admin: {dispatch: '127.0.0.1:8080'}", "admin.dispatch is 127.0.0.1:8080, which listen has"),
      (
        "senders: [{\(whatsApp)}], relay: {sender: 'x', allowedFrom: ['+15551230000'], number: '+15557654321', accountSid: '\(sid)', authToken: 't'}",
        "relay.number is no sender's"
      ),
      ("verifySignatures: false", "verifySignatures is false"),
    ])
  func warnings(text: String, warning: String) throws {
    let warnings = try Self.read("{\(text)}").warnings
    #expect(warnings.contains { $0.hasPrefix(warning) }, "\(warnings)")
  }

  @Test("settings that are right are not warned of")
  func nothingToWarnOf() throws {
    let warnings = try Self.read(
      """
      {publicURL: "https://hooks.acme.it", apiKeys: ["a-key-of-more-than-16"],
       senders: [{\(Self.meta), appSecret: "s", verifyToken: "v", app: "a", company: "b"}],
       admin: {ingest: "127.0.0.1:1", dispatch: "127.0.0.1:2"},
       actions: [{app: "a", company: "b", url: "https://x", secret: "a-secret-of-some-length"}]}
      """
    ).warnings
    #expect(warnings == [])
  }

  @Test("an action may have two secrets during a rotation, both of which are kept out of sight")
  func twoSecrets() throws {
    let settings = try Self.read(
      "{actions: [{app: 'a', company: 'b', url: 'https://x', secret: ['a-secret-of-some-length', 'another-secret-of-that']}]}"
    )
    #expect(settings.actions[0].secrets.count == 2)
    #expect(Set(settings.actions[0].secrets).isSubset(of: settings.secrets))
  }

  @Test("all faults are told at once")
  func allAtOnce() {
    let faults = Self.faults(
      """
      { listn: 1, drain: 2, senders: [
        {id: 'a', provider: 'twilio', accountSid: 'AC1', authToken: 't', from: '+1', budget: {rate: '80', pairr: 1}},
        {id: 'a', provider: 'meta', phoneNumberId: '1', accessToken: 't', maxAttempts: 99}
        ] }
      """)
    #expect(
      faults == [
        "drain: must be a string in quotes, not a number",
        "listn: is not a setting, did you mean listen?",
        "senders: has two senders with the id a",
        "senders[0].accountSid: must be AC and 32 hexadecimal digits",
        "senders[0].budget.pairr: is not a setting, did you mean pair?",
        "senders[0].budget.rate: must be a rate such as 80/s or 1/6s burst 45",
        "senders[1].maxAttempts: must be 1 to 62, not 99",
      ])
  }

  @Test("a sender is what its fields make of it")
  func senders() throws {
    let settings = try Self.read(
      """
      { defaultPrefix: '+44', senders: [
        {id: 'sms', provider: 'twilio', accountSid: '\(Self.sid)', authToken: 't', from: '+15551230000'},
        {id: 'wa', provider: 'twilio', accountSid: '\(Self.sid)', authToken: 't', from: 'whatsapp:+15551230000',
         defaultPrefix: '+1', window: 'enforce', inDoubt: 'resend', expiry: '2h'},
        {id: 'sandbox', provider: 'twilio', accountSid: '\(Self.sid)', authToken: 't', from: 'whatsapp:+14155238886'},
        {id: 'service', provider: 'twilio', accountSid: '\(Self.sid)', authToken: 't',
         messagingServiceSid: 'MG00000000000000000000000000000001', channel: 'whatsapp', budget: {daily: null}},
        {id: 'rcs', provider: 'twilio', accountSid: '\(Self.sid)', authToken: 't', from: 'rcs:acme_agent',
         messagingServiceSid: 'MG00000000000000000000000000000001', fallbackFrom: '+15551230000'},
      ] }
      """)
    #expect(
      settings.senders.map(\.sender.channel) == [
        .twilioSMS, .twilioWhatsApp, .twilioSandbox, .twilioWhatsApp, .twilioRCS,
      ])
    #expect(
      settings.senders.map(\.sender.defaultPrefix.text) == ["+44", "+1", "+44", "+44", "+44"])
    #expect(settings.senders[0].sender.budget == .sms)
    #expect(
      settings.senders[1].sender.window == .enforce && settings.senders[1].sender.inDoubt == .resend
    )
    #expect(settings.senders[1].sender.expiry == .seconds(7200))
    #expect(settings.senders[2].sender.budget == .twilioSandbox)
    #expect(settings.senders[3].sender.budget.daily == nil)
    #expect(settings.senders[3].sender.budget.rate == Budget.twilioWhatsApp.rate)
    #expect(settings.senders[0].baseURL.description == "https://api.twilio.com")
  }

  @Test("a phone of an app inherits what stands further out, and may have its own")
  func apps() throws {
    let settings = try Self.read(
      """
      { apps: [{ appSecret: 's', verifyToken: 'v', accessToken: 'of-app', app: 'crm', company: 'acme', wabas: [
        { wabaId: '7', phones: [{id: 'a', phoneNumberId: '1'}] },
        { wabaId: '8', accessToken: 'of-waba', phones: [
          {id: 'b', phoneNumberId: '2'}, {id: 'c', phoneNumberId: '3', company: 'beta'}] },
      ] }] }
      """)
    let found = settings.senders.compactMap { sender -> [String]? in
      guard case .meta(let own) = sender.credentials else { return nil }
      return [
        sender.sender.id.text, own.phoneNumberId, own.wabaId ?? "", own.accessToken.exposed,
        own.appSecrets.first?.exposed ?? "", own.verifyToken?.exposed ?? "",
        sender.sender.tenant.description,
      ]
    }
    #expect(
      found == [
        ["a", "1", "7", "of-app", "s", "v", "crm/acme"],
        ["b", "2", "8", "of-waba", "s", "v", "crm/acme"],
        ["c", "3", "8", "of-waba", "s", "v", "crm/beta"],
      ])
  }

  @Test("the environment alone is enough for one sender")
  func environment() throws {
    let twilio = try #require(
      try Settings.read(environment: [
        "WHATSAPP_PROVIDER": "twilio", "TWILIO_ACCOUNT_SID": Self.sid,
        "TWILIO_AUTH_TOKEN": "token-1",
        "TWILIO_WHATSAPP_NUMBER": "+14155238886", "POSTRIDER_API_KEY": "key-1",
        "POSTRIDER_PUBLIC_URL": "https://hooks.example.com",
        "TWILIO_API_URL": "http://127.0.0.1:9999", "POSTRIDER_LISTEN": "127.0.0.1:9090",
      ]))
    #expect(twilio.listen.description == "127.0.0.1:9090")
    #expect(twilio.senders[0].baseURL.description == "http://127.0.0.1:9999")
    #expect(twilio.senders[0].sender.channel == .twilioSandbox)
    #expect(twilio.senders[0].sender.address == "whatsapp:+14155238886")
    #expect(twilio.apiKeys.map(\.key.exposed) == ["key-1"])
    let meta = try #require(
      try Settings.read(environment: [
        "WHATSAPP_PROVIDER": "direct", "WHATSAPP_API_TOKEN": "t",
        "WHATSAPP_API_URL": "https://graph.facebook.com/v18.0/106540352242922/messages",
        "WHATSAPP_VERIFY_TOKEN": "v",
      ]))
    #expect(meta.senders[0].baseURL.description == "https://graph.facebook.com/v18.0")
    #expect(meta.senders[0].sender.address == "106540352242922")
    #expect(try Settings.read(environment: [:]) == nil)
  }

  @Test(
    "says what the environment lacks",
    arguments: [
      (["WHATSAPP_PROVIDER": "sms"], ["WHATSAPP_PROVIDER: must be twilio or direct"]),
      (
        ["WHATSAPP_PROVIDER": "twilio"],
        [
          "TWILIO_ACCOUNT_SID: is missing: the account that sends",
          "TWILIO_AUTH_TOKEN: is missing: lets us send and checks webhooks",
          "TWILIO_WHATSAPP_NUMBER: is missing: the number that sends",
        ]
      ),
      (
        [
          "WHATSAPP_PROVIDER": "direct", "WHATSAPP_API_TOKEN": "t",
          "WHATSAPP_API_URL": "https://x/y",
        ],
        ["WHATSAPP_API_URL: must be https://graph.facebook.com/VERSION/PHONE-NUMBER-ID/messages"]
      ),
      (
        ["TWILIO_AUTH_TOKEN": "t", "WHATSAPP_PROVIDER": ""],
        ["WHATSAPP_PROVIDER: is missing: twilio or direct (Meta); TWILIO_AUTH_TOKEN is set already"]
      ),
      (
        [
          "WHATSAPP_PROVIDER": "direct", "WHATSAPP_API_TOKEN": "t", "POSTRIDER_LISTEN": "8080",
          "WHATSAPP_API_URL": "https://graph.facebook.com/v18.0/1/messages",
        ], ["POSTRIDER_LISTEN: must be host:port"]
      ),
    ])
  func environmentFaults(environment: [String: String], faults: [String]) {
    let refused = #expect(throws: SettingsRefused.self) {
      try Settings.read(environment: environment)
    }
    #expect(refused?.faults.map(\.description) == faults)
  }

  @Test("a credential of systemd's is filled in from its folder")
  func credential() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    try "key-of-systemd\n".write(
      to: folder.appendingPathComponent("api-key"), atomically: true, encoding: .utf8)
    let settings = try Self.read(
      "{apiKeys: ['${credential:api-key}']}", ["CREDENTIALS_DIRECTORY": folder.path])
    #expect(settings.apiKeys.first?.key == Secret("key-of-systemd"))
  }

  @Test("a secret prints as dots, however it is printed")
  func secrets() throws {
    let settings = try Self.read(
      "{store: 'postgres://me:hunter22@db/postrider', apiKeys: ['key-12345'], log: 'kafka://b:1', rdkafka: {'sasl.password': 'kafka-pass'}}"
    )
    var dumped = ""
    dump(settings.apiKeys, to: &dumped)
    dump(settings.store, to: &dumped)
    dumped += "\(settings.apiKeys) \(settings.store) \(String(reflecting: settings.apiKeys))"
    #expect(!dumped.contains("key-12345") && !dumped.contains("hunter22"))
    #expect(settings.secrets.map(\.exposed).sorted() == ["hunter22", "kafka-pass", "key-12345"])
  }

  @Test(
    "addresses",
    arguments: [
      ("127.0.0.1:80", "127.0.0.1:80"), ("[::1]:80", "[::1]:80"), ("host:0", "host:0"),
      ("::1:80", nil),
      (":80", nil), ("host", nil), ("host:99999", nil), ("a b:1", nil),
    ])
  func addresses(text: String, read: String?) {
    #expect(Address(text)?.description == read)
  }
}
