internal import Crypto
internal import HTTP
internal import Time

/// Everything there is, behind one lock. It decides; what has to be done about it is left in `effects`, for
/// the engine to do outside the lock.
struct World: Sendable {
  private(set) var settings: SimulatorSettings
  let dice: Dice
  let mint: IDMint
  let start: Int64
  var senders: [Sender] = []
  /// By `ACCOUNT ADDRESS`, or by phone number id.
  var senderNumbers: [String: Int] = [:]
  /// The account by the whole header that opens it.
  var authorizations: [String: Int] = [:]
  var accounts: [AccountState]
  var apps: [AppState]
  var phones: [String: PhonePlace] = [:]
  var portfolios: [String: RecipientDoor]
  var people: People
  var pairs: [UInt64: Pair] = [:]
  var messages: MessageBook
  var sends: [SendTag: SendRecord] = [:]
  var desk: FaultDesk
  var totals = Totals()
  var effects: [Effect] = []
  /// Answers that wait for a callback to be answered first.
  var held: [Int: Reply] = [:]
  var requests = 0
  /// Those seen since a fault was first on; numbers come again, so a fresh one may pass for a reused one.
  var freshConnections: Set<String> = []
  var inboundSerial = 0
  /// What people did while a fault was on.
  var passedOn = 0
  /// For their next repetition.
  var waitingWebhooks = 0
  var media: [String: MediaItem] = [:]
  var files = PersonFiles()
  /// Conversations by their numbers, the people in them by theirs, and by `Pair.key`.
  var begun: [Int: Begun] = [:]
  var forgotten = 0
  var parts: [Int: Part] = [:]
  var nextPart = 0
  var partOf: [UInt64: Int] = [:]
  /// On their way to people who are in a conversation, by their serial numbers.
  var incoming: [Int: Seen] = [:]
  var uploads: [String: Upload] = [:]
  var chats: ChatBook
  var businesses: [String: BusinessState]
  var paced: [PacedBy: PacingState] = [:]
  var marketingTries: [MarketingKey: MarketingTries] = [:]
  /// When each person got marketing templates, of the last day.
  var marketingOf: [Int32: TimeQueue] = [:]
  var port: UInt16 = 0

  init(_ settings: SimulatorSettings, at now: Int64) throws(SettingsFaults) {
    self.settings = settings
    dice = Dice(seed: settings.seed)
    mint = IDMint(seed: settings.seed)
    start = now
    accounts = settings.twilio.map(AccountState.init)
    apps = settings.meta.map { AppState(tokens: TokenBook($0, at: now)) }
    portfolios = settings.portfolios.mapValues { RecipientDoor(limit: $0) }
    businesses = Dictionary(settings.businesses.map { ($0.portfolio, BusinessState($0)) }) { $1 }
    people = People(settings)
    messages = MessageBook(limit: settings.keptMessages)
    desk = FaultDesk(dice)
    chats = ChatBook(keeping: settings.assistant?.kept ?? AssistantSettings().kept)
    addTwilioSenders()
    addMetaSenders()
    for fault in settings.faults { switchOn(fault, at: now) }
    for line in settings.script {
      effects.append(.at(now + line.after.microseconds, .says(line.from, line.saying)))
    }
    try beginConversations(at: now)
  }

  private mutating func beginConversations(at now: Int64) throws(SettingsFaults) {
    for (index, conversation) in settings.conversations.enumerated() {
      do throws(SettingsFaults) { _ = try begin(conversation, at: now) } catch {
        throw SettingsFaults(faults: error.faults.map { "/conversations/\(index)\($0)" })
      }
    }
  }

  private mutating func addTwilioSenders() {
    for (index, account) in settings.twilio.enumerated() {
      let keys = account.apiKeys.merging([account.sid: account.authToken]) { $1 }
      for (user, secret) in keys {
        authorizations["Basic " + base64(Array("\(user):\(secret)".utf8))] = index
      }
      for sender in account.senders {
        senderNumbers["\(account.sid) \(sender.address)"] = senders.count
        senders.append(Sender(sender, account: index))
      }
    }
  }

  private mutating func addMetaSenders() {
    for (app, settings) in settings.meta.enumerated() {
      for (account, waba) in settings.accounts.enumerated() {
        apps[app].marketing[waba.id] = MarketingState(
          status: waba.marketingMessages, isElsewhereOnly: waba.isMarketingElsewhereOnly)
        for (place, phone) in waba.phones.enumerated() {
          senderNumbers[phone.id] = senders.count
          phones[phone.id] = PhonePlace(app: app, account: account, phone: place)
          senders.append(Sender(phone, app: app, account: account))
        }
      }
    }
  }

  @discardableResult
  mutating func switchOn(_ fault: Fault, at now: Int64) -> Int {
    let id = desk.add(fault, at: now)
    if fault.kind == .outage, fault.mode == .refused {
      effects.append(.at(now + fault.after.microseconds, .closeDoor(id)))
    }
    if fault.kind == .accountRestricted {
      effects.append(.at(now + fault.after.microseconds, .restrict(fault: id)))
    }
    return id
  }

  /// A request counts among those at once until just before its answer, which may bring the next one.
  mutating func takeEffects() -> [Effect] {
    for effect in effects {
      switch effect {
      case .reply(let reply):
        if let account = reply.account { accounts[account].inFlight -= 1 }
        if let chat = reply.chat { chats.leave(chat.conversation) }
      case .deliver(let delivery):
        if case .twilio = delivery.kind { totals.twilio.sent += 1 } else { totals.meta.sent += 1 }
      case .at: break
      }
    }
    defer { effects = [] }
    return effects
  }

  mutating func report(inboundTo url: String?) {
    for index in settings.twilio.indices { settings.twilio[index].inboundURL = url }
  }

  mutating func report(webhooksTo url: String?) {
    for index in settings.meta.indices { settings.meta[index].webhookURL = url }
  }

  mutating func setAssistant(_ assistant: AssistantSettings) { settings.assistant = assistant }

  mutating func setWebhook(of app: Int, _ webhook: WebhookOverride) {
    settings.meta[app].webhookURL = webhook.url
    settings.meta[app].verifyToken = webhook.verifyToken
  }

  mutating func dropWebhook(of app: Int) { settings.meta[app].webhookURL = nil }

  mutating func setToken(of account: Int, _ token: String) {
    settings.twilio[account].authToken = token
  }

  mutating func openDoor(to account: Int, _ token: String) {
    authorizations[door(to: account, token)] = account
  }

  mutating func closeDoor(to account: Int, _ token: String) {
    authorizations[door(to: account, token)] = nil
  }

  mutating func changeTwilio<Result>(
    _ account: Int, _ body: (inout TwilioAccount) -> Result
  ) -> Result {
    body(&settings.twilio[account])
  }

  func door(to account: Int, _ token: String) -> String {
    "Basic " + base64(Array("\(settings.twilio[account].sid):\(token)".utf8))
  }

  mutating func raise(_ portfolio: String, to limit: Int) {
    settings.portfolios[portfolio] = limit
    portfolios[portfolio]?.limit = limit
  }

  mutating func changeTemplates<Result>(
    _ app: Int, _ account: Int, _ body: (inout [MetaApp.Template]) -> Result
  ) -> Result {
    body(&settings.meta[app].accounts[account].templates)
  }

  /// A window is open for 24 hours from the person's last message.
  func hasOpenWindow(_ pair: Pair?, _ person: Int32, at now: Int64) -> Bool {
    if let wrote = pair?.wroteAt { return now - wrote < Self.day }
    return people[person].hasOpenWindow && now - start < Self.day
  }

  func hasOptedOut(_ pair: Pair?, _ person: Int32) -> Bool {
    pair?.hasOptedOut ?? people[person].hasOptedOut
  }

  static let day: Int64 = 86_400_000_000
}

/// What the engine has to do.
enum Effect: Sendable {
  case at(Int64, Work)
  case reply(Reply)
  case deliver(Delivery)
}

enum Work: Sendable {
  /// A message goes on to its next state.
  case step(Int)
  case emit(Emission)
  case flush(app: Int)
  /// A template that was handed in has been looked at.
  case review(app: Int, account: Int, template: String)
  case approve(account: Int, content: String)
  case restore(app: Int, account: Int, template: String, from: String, to: String)
  case says(String, Saying)
  case passOn(PersonWebhook)
  /// A person does what comes next in a conversation.
  case act(part: Int, turn: Int)
  case reply(Reply)
  /// An answer that has waited long enough for its callback.
  case release(Int)
  case deliver(Delivery)
  case closeDoor(Int)
  /// What was held is judged.
  case decide(PacedBy, round: Int)
  /// A portfolio has used half of its limit.
  case rise(String)
  case restrict(fault: Int)
}

/// Who waits for an answer: a connection, or somebody in this process who knows the request by a number.
enum Asker: Sendable {
  case connection(HTTPResponder)
  case inside(Int)

  func answer(_ answer: HTTPAnswer) {
    if case .connection(let responder) = self { responder.answer(answer) }
  }

  func cut() {
    if case .connection(let responder) = self { responder.cut() }
  }
}

/// An answer on its way to whoever asked.
struct Reply: Sendable {
  enum Manner: Sendable {
    case answer(HTTPAnswer)
    case cut
    case never
  }

  let responder: Asker
  var manner: Manner
  /// The account whose requests at once it counts among.
  var account: Int?
  /// The question that it answers.
  var chat: ChatMark?
}

/// One status to be reported about one message.
struct Emission: Sendable {
  let serial: Int
  let status: Message.State
  let at: Int64
  var isUnknown = false
  var isMalformed = false
  var isForged = false
}

struct PhonePlace: Sendable {
  let app: Int
  let account: Int
  let phone: Int
}

struct AccountState: Sendable {
  var inFlight = 0
  var worstInFlight = 0
  /// Requests that came when as many as may be were under way.
  var violations = 0
  var daily: Door?
  /// The other token of a rotation.
  var secondaryToken: String?

  init(_ settings: TwilioAccount) {
    daily = settings.daily.map { Door(name: "daily", limit: $0, span: World.day) }
  }
}

struct AppState: Sendable {
  var pending: [MetaUpdate] = []
  var isFlushDue = false
  /// What was asked of each WABA in an hour.
  var calls: [String: Door] = [:]
  /// By phone number id.
  var phones: [String: PhoneState] = [:]
  /// By WABA: what gets its webhooks in place of the app, and those that nobody is told of.
  var webhooks: [String: WebhookOverride] = [:]
  var unsubscribed: Set<String> = []
  /// What the app itself is told of; nil where nothing was said, which is all.
  var fields: [String]?
  /// By WABA: what Meta has found out about it.
  var verdicts: [String: AccountVerdict] = [:]
  /// By WABA: until when it may not do what is named.
  var restrictions: [String: [String: Int64]] = [:]
  /// By WABA.
  var marketing: [String: MarketingState] = [:]
  var tokens: TokenBook
}

/// What Meta makes of an account by itself.
struct AccountVerdict: Sendable {
  var businessVerification = "verified"
  var review = "APPROVED"

  mutating func read(_ fields: FieldReader) {
    fields.string("businessVerification", into: &businessVerification)
    fields.string("review", into: &review)
  }
}

struct MediaItem: Sendable {
  let type: String
  let bytes: [UInt8]
  /// Whose token fetches it; nil for a file at Twilio.
  let app: Int?
  /// The number that it came to; nil for what a person sent.
  var phone: String?
}
