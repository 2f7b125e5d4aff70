internal import Domain
internal import SendStore
internal import Settings
internal import Simulator
internal import Time

/// The provider of a rehearsal: the simulator's own rules, called in this process, with the limits that each lane has now.
struct RehearsalWorld {
  var simulator: VirtualSimulator

  /// nil where a sender is none of Meta's.
  init?(
    _ senders: [SenderSettings], _ lanes: [LaneProspect], inWindow: Set<PersonAddress>,
    at now: Timestamp
  ) {
    var world = SimulatorSettings()
    (world.twilio, world.meta, world.portfolios) = ([], [], [:])
    world.everyone.hasOpenWindow = false
    world.people = inWindow.map { address in
      var person = Person(address: address.text)
      person.hasOpenWindow = true
      return person
    }
    world.latency = Delay(.milliseconds(150), to: .milliseconds(350))
    for sender in senders {
      guard case .meta(let own) = sender.credentials else { return nil }
      let lane = lanes.first { $0.sender == sender.sender.id }
      let budget = lane?.budget ?? sender.sender.budget
      var phone = MetaApp.Phone(id: own.phoneNumberId, number: "+1555\(own.phoneNumberId)")
      phone.limit(
        rate: budget.rate.map { ($0.count, $0.interval, $0.burst) },
        pair: budget.pair.map { ($0.count, $0.interval, $0.burst) })
      let portfolio = sender.sender.laneGroup.text
      if case .recipients(let limit) = budget.daily { world.portfolios[portfolio] = limit }
      let account = MetaApp.Account(
        id: sender.sender.account.text, portfolio: portfolio, phones: [phone])
      var app = MetaApp(
        id: "app-\(own.phoneNumberId)", secret: "secret", token: own.accessToken.exposed,
        verifyToken: "", accounts: [account])
      app.webhookURL = "http://rehearsal/webhook"
      if let known = world.meta.firstIndex(where: { $0.token == app.token }) {
        world.meta[known].accounts.append(account)
      } else {
        world.meta.append(app)
      }
    }
    simulator = VirtualSimulator(world, at: now)
  }
}
