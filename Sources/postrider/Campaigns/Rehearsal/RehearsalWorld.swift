internal import Domain
internal import HTTP
internal import SendStore
internal import Settings
internal import Simulator
internal import Time

/// The providers of a rehearsal: the simulator's own rules, called in this process, with the limits that each lane has now.
struct RehearsalWorld {
  private(set) var simulator: VirtualSimulator
  private let isMarketing: Bool
  /// By sender, as each provider knows templates by other names.
  private var approved: [SenderID: Set<String>] = [:]
  private var asked = 0

  init(_ stage: RehearsalStage, _ senders: [SenderSettings]) throws {
    var world = SimulatorSettings()
    (world.twilio, world.meta, world.portfolios) = ([], [], [:])
    world.everyone.hasOpenWindow = false
    world.people = stage.inWindow.sorted().map { address in
      var person = Person(address: address.text)
      person.hasOpenWindow = true
      return person
    }
    world.latency = Delay(.milliseconds(150), to: .milliseconds(350))
    let lanes = try stage.store.prospects(of: senders.map(\.sender), besides: nil).lanes
    for settings in senders {
      let budget = lanes.first { $0.sender == settings.sender.id }?.budget ?? settings.sender.budget
      world.add(settings, budget)
    }
    simulator = try VirtualSimulator(world, at: stage.clock.now)
    isMarketing = stage.care.isMarketing
  }

  /// Answers with the number that its answer will have.
  mutating func ask(
    _ call: HTTPCall, template: String?, by sender: SenderID, at now: Timestamp
  ) -> Int {
    if let template, approved[sender, default: []].insert(template).inserted {
      simulator.approve(templateOf: call, isMarketing: isMarketing)
    }
    asked += 1
    simulator.ask(call, number: asked, at: now)
    return asked
  }

  mutating func go(to now: Timestamp) -> [VirtualSimulator.Happening] { simulator.go(to: now) }

  // MARK: Faults

  mutating func switchOn(_ fault: Fault, at now: Timestamp) -> Int {
    simulator.switchOn(fault, at: now)
  }

  mutating func switchOff(_ fault: Int) { simulator.switchOff(fault) }

  mutating func setLimit(of group: LaneGroupID, to limit: Int?, at now: Timestamp) {
    simulator.setLimit(of: group.text, to: limit ?? Self.noLimit, at: now)
  }

  fileprivate static let noLimit = 1_000_000_000
}

extension SimulatorSettings {
  fileprivate mutating func add(_ settings: SenderSettings, _ budget: Budget) {
    switch settings.credentials {
    case .meta(let own): addPhone(of: own, settings.sender, budget)
    case .twilio(let own): addNumber(of: own, settings.sender, budget)
    }
  }

  private mutating func addPhone(
    of own: MetaCredentials, _ sender: Domain.Sender, _ budget: Budget
  ) {
    var phone = MetaApp.Phone(id: own.phoneNumberId, number: "+1555\(own.phoneNumberId)")
    phone.rate = MetaApp.Limit(budget.rate) ?? .any
    phone.pair = MetaApp.Limit(budget.pair)
    let portfolio = sender.laneGroup.text
    if case .recipients(let limit) = budget.daily { portfolios[portfolio] = limit }
    let account = MetaApp.Account(id: sender.account.text, portfolio: portfolio, phones: [phone])
    guard let app = meta.firstIndex(where: { $0.token == own.accessToken.exposed }) else {
      var app = MetaApp(
        id: "app-\(own.phoneNumberId)", secret: "secret", token: own.accessToken.exposed,
        verifyToken: "", accounts: [account])
      app.webhookURL = "http://rehearsal/webhook"
      meta.append(app)
      return
    }
    if let known = meta[app].accounts.firstIndex(where: { $0.id == account.id }) {
      meta[app].accounts[known].phones.append(phone)
    } else {
      meta[app].accounts.append(account)
    }
  }

  private mutating func addNumber(
    of own: TwilioCredentials, _ sender: Domain.Sender, _ budget: Budget
  ) {
    let account =
      twilio.firstIndex { $0.sid == own.accountSid }
      ?? {
        twilio.append(TwilioAccount(sid: own.accountSid, authToken: ""))
        twilio[twilio.count - 1].concurrency = 0
        return twilio.count - 1
      }()
    if let token = own.authTokens.first { twilio[account].authToken = token.exposed }
    if let key = own.apiKey { twilio[account].apiKeys[key.sid] = key.secret.exposed }
    // What is under way at once is held by the lanes.
    twilio[account].concurrency += budget.inFlight
    // A service has one number here.
    let names = sender.twilioNames(
      numberOfService: "+1555\(twilio[account].senders.count + 1_000_000)")
    var number = TwilioAccount.Sender(names.from)
    number.rate = MetaApp.Limit(budget.rate)
    if case .messages(let limit) = budget.daily { number.daily = limit }
    twilio[account].senders.append(number)
    if let service = names.service {
      twilio[account].services.append(
        TwilioAccount.Service(sid: service, senders: [number.address]))
    }
  }
}

extension MetaApp.Limit {
  fileprivate static let any = Self(RehearsalWorld.noLimit, per: .seconds(1))

  fileprivate init?(_ rate: Domain.Rate?) {
    guard let rate else { return nil }
    self.init(rate.count, per: rate.interval, burst: rate.burst)
  }
}
