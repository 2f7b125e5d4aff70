package import HTTP
internal import Places
package import Running
package import Settings
internal import Telemetry

/// All that systems and people ask of us: sends, queries, lanes, doubts, the stream of events.
package final class APIRoutes: DoorRoutes {
  private let door: DoorContext
  private let events: EventRoutes
  private let waiting: SendWaits
  private let keys: KeyLookup
  private let optOuts: OptOutLookup
  private let providers: ProviderDesk
  private let letters: LetterDesk
  private let rates = KeyRates()
  private let uploads = Desk("uploads", threads: CampaignUploads.most, limit: 1)
  private let rehearsals: RehearsalDesk
  private let metaFiles = MetaFiles()
  private let laneLooks: LaneLooks
  /// How long every process takes to hear of a secret that was made at run time.
  private let settling: Duration

  /// Of the stream of events, at a time.
  package static let listeners = 128

  package init(
    _ door: DoorContext, heartbeat: Duration = .seconds(15), settling: Duration = .seconds(2)
  ) {
    self.door = door
    self.settling = settling
    events = EventRoutes(
      door.eventLog, log: door.log, heartbeat: heartbeat, limit: Self.listeners)
    waiting = SendWaits(door.store, log: door.log)
    keys = KeyLookup(door.store, metrics: door.metrics)
    optOuts = OptOutLookup(door.store, metrics: door.metrics)
    providers = ProviderDesk(log: door.log)
    letters = LetterDesk(door)
    rehearsals = RehearsalDesk(door)
    laneLooks = LaneLooks(now: door.now)
  }

  package func add(to router: inout Router, _ settings: Settings) {
    add(to: &router, settings, session: nil)
  }

  /// The same where a session may stand for its key.
  package func add(to router: inout Router, _ settings: Settings, session: SessionFinder?) {
    rates.apply(settings.apiKeys)
    let context = APIContext(settings, door, providers, rates, session: session)
    SendRoutes(context, keys).add(to: &router)
    SMSProviderRoutes(context, keys).add(to: &router)
    TwilioRoutes(context, keys, optOuts, waiting).add(to: &router)
    MetaRoutes(context, keys, optOuts, metaFiles).add(to: &router)
    CampaignRoutes(context: context, uploads: uploads).add(to: &router)
    RehearsalRoutes(context: context, desk: rehearsals).add(to: &router)
    ConversationRoutes(context: context).add(to: &router)
    ContactRoutes(context: context).add(to: &router)
    ObjectRoutes(context: context).add(to: &router)
    AgentRoutes(context: context).add(to: &router)
    MediaRoutes(context: context).add(to: &router)
    ReceivedMediaRoutes(context: context).add(to: &router)
    LaneRoutes(context: context, looks: laneLooks).add(to: &router)
    // Before those that take the name of an account.
    WebhookRoutes(context: context).add(to: &router)
    AccountRoutes(context: context).add(to: &router)
    AccountChanges(context: context).add(to: &router)
    SignupRoutes(context: context).add(to: &router)
    TaskRoutes(context: context).add(to: &router)
    RawEventRoutes(context: context).add(to: &router)
    TwilioAccountRoutes(context: context, settling: settling).add(to: &router)
    TemplateRoutes(context: context).add(to: &router)
    PhoneRoutes(context: context).add(to: &router)
    DoubtRoutes(context: context).add(to: &router)
    LetterRoutes(context: context, desk: letters).add(to: &router)
    SendQueries(context: context, waiting: waiting).add(to: &router)
    ResendRoutes(context, keys).add(to: &router)
    OverviewRoutes(context: context).add(to: &router)
    SettingsRoutes(context: context).add(to: &router)
    events.add(to: &router, context)
  }

  package func close() {
    events.close()
    waiting.close()
    providers.close()
    letters.close()
    uploads.close()
    rehearsals.close()
    metaFiles.close()
  }
}

/// What every route of the API stands on, by one reading of the settings.
struct APIContext: Sendable {
  let settings: Settings
  let door: DoorContext
  let admission: Admission
  let requests: KeyedRequests
  let providers: ProviderDesk
  /// nil where the system has none.
  let zones: ZoneBook?
  /// Stands in front of every route.
  let prefix: String

  init(
    _ settings: Settings, _ door: DoorContext, _ providers: ProviderDesk, _ rates: KeyRates,
    session: SessionFinder?
  ) {
    self.settings = settings
    self.door = door
    self.providers = providers
    do throws(ZoneBookFault) { zones = try ZoneBook() } catch {
      zones = nil
      door.log.warning(
        "no campaign can keep quiet hours, as no time zones can be read",
        ["reason": "\(error)"])
    }
    prefix = settings.publicURL?.path ?? ""
    admission = Admission(KeyRing(settings.apiKeys), rates, session: session, now: door.now)
    requests = KeyedRequests(
      admission, StoreQueries(door.store, log: door.log), SenderIndex(settings.senders))
  }
}
