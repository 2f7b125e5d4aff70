package import Domain
package import EventLog
package import HTTP

/// Everything that an operator can set, checked.
package struct Settings: Sendable {
  package var listen = Address(host: "127.0.0.1", port: 8080)
  package var tls: TLSFiles?
  /// As the providers call us; signatures are over it.
  package var publicURL: WebAddress?
  /// Whose word counts about how we were called; only without a public URL.
  package var trustedProxies = ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }
  package var log = LogSettings.embedded(EmbeddedLogSettings(path: "data/log.db"))
  /// The topic `messages` is to keep the last state of each send alone; only with Kafka.
  package var compactsMessages = false
  package var store = StoreSettings.sqlite(path: "data/store.db")
  package var spool = SpoolSettings()
  package var admin: [WorkerName: Address] = [:]
  /// nil: no console.
  package var console: ConsoleSettings?
  package var apiKeys: [APIKey] = []
  package var senders: [SenderSettings] = []
  package var apps: [AppSettings] = []
  /// Whose webhooks are kept as they came, by the app's id or the account's.
  package var keptEvents: [String: KeptEvents] = [:]
  /// Of numbers without one, where their sender has none of its own.
  package var defaultPrefix = DialPrefix.italy
  package var defaultSender: SenderID?
  package var inboxes = InboxSettings()
  package var relay: RelaySettings?
  package var actions: [ActionSettings] = []
  package var gcs: Secret?
  /// Seal what is kept in the store; in base64.
  package var secretsKeys: [Secret] = []
  package var verifySignatures = true
  package var retention = Duration.seconds(30 * 86400)
  package var drain = Duration.seconds(20)
  /// Bytes of memory for requests that are still coming and that nobody has vouched for.
  package var strangersRoom = 64 << 20
  /// How many callbacks may wait for their sends.
  package var parkedLimit = 100_000
  package var doubts = DoubtLooks.standard
  /// How long a provider's answer is waited for.
  package var answerTimeout = Duration.seconds(30)
  /// What messages cost; nil: nobody knows.
  package var prices: PriceSettings?
  package var media = MediaSettings()
  /// Where spans go; nil: nowhere.
  package var otlp: OTLPSettings?
  /// Nothing is set: both providers are simulated, and whoever looks is told so.
  package var isDemo = false
  /// As it was written; nil where no file was read.
  package var source: SettingsSource?

  package init() {}

  /// Everything that must not be shown anywhere.
  package var secrets: [Secret] {
    apiKeys.map(\.key) + senders.flatMap(\.credentials.secrets)
      + senders.flatMap { $0.smsProvider?.secrets ?? [] }
      + apps.flatMap { $0.secrets + [$0.verifyToken].compactMap(\.self) }
      + actions.flatMap(\.secrets) + inboxes.assistants.flatMap(\.secrets)
      + secretsKeys + [gcs, relay?.authToken, relay?.pin].compactMap(\.self) + store.secrets
      + log.secrets
      + (otlp?.headers.map(\.value) ?? [])
  }
}

package enum WorkerName: String, Hashable, Sendable, CaseIterable {
  case ingest, dispatch, status, engage
}

package struct TLSFiles: Hashable, Sendable {
  package let certificate: String
  package let key: String
}

package enum LogSettings: Sendable {
  case embedded(EmbeddedLogSettings)
  case kafka(KafkaLogSettings)

  /// librdkafka's own properties may hold a password or a key.
  var secrets: [Secret] {
    guard case .kafka(let settings) = self else { return [] }
    return settings.properties
      .filter { name, _ in ["password", "secret", ".pem", "key"].contains { name.contains($0) } }
      .map { Secret($0.value) }
  }
}

package enum StoreSettings: Hashable, Sendable {
  case sqlite(path: String)
  /// A libpq URI, with its password in it.
  case postgres(Secret)

  /// The password inside, which libpq may be given apart from the rest.
  var secrets: [Secret] {
    guard case .postgres(let url) = self, let at = url.exposed.lastIndex(of: "@"),
      let scheme = url.exposed.firstRange(of: "://")
    else { return [] }
    let credentials = url.exposed[scheme.upperBound..<max(at, scheme.upperBound)]
    guard let colon = credentials.firstIndex(of: ":") else { return [] }
    return [Secret(String(credentials[credentials.index(after: colon)...]))]
  }
}

package struct SpoolSettings: Hashable, Sendable {
  package var path = "data/spool.db"
  package var limit = 1 << 30

  package init() {}
}

package struct APIKey: Hashable, Sendable {
  package let key: Secret
  package let scopes: Set<Scope>
  /// nil: every tenant's.
  package let tenant: Tenant?
  /// nil: not limited.
  package let rate: Rate?
  /// Lists and reply buttons may be sent without an object.
  package var allowsInline = false
  /// The person whose key it is; nil: nobody's in particular.
  package var agent: String?

  package enum Scope: String, Hashable, Sendable, CaseIterable { case send, read, webhook, admin }
}

/// A tenant's own URL that gets its events.
package struct ActionSettings: Hashable, Sendable {
  package let tenant: Tenant
  package let url: WebAddress
  /// The present one first. Whatever is sent is signed with each.
  package let secrets: [Secret]
  package let rate: Rate?
  package let inFlight: Int
  package var format = Format.postrider

  /// What it is told: our own events; or messages from people as Twilio posts them, whose answer is acted on; or what
  /// Meta's webhooks tell.
  package enum Format: String, Hashable, Sendable, CaseIterable { case postrider, twilio, meta }
}

/// The SMS relay: who may send through it, and whose number takes the commands.
package struct RelaySettings: Hashable, Sendable {
  package let path: String
  package let sender: SenderID
  package let allowedFrom: [PhoneNumber]
  package let number: PhoneNumber?
  package let accountSid: String?
  package let authToken: Secret?
  package let pin: Secret?
  package let budget: Rate?
  package let fallbackTemplate: Fallback?

  /// Goes out in place of the text where the person did not write within 24 hours.
  package struct Fallback: Hashable, Sendable {
    package let name: String
    package let language: String?
    /// `{text}` in one stands for what was written.
    package let parameters: [String]
  }
}
