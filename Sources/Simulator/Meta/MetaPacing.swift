internal import HTTP
internal import JSON
internal import Time

/// What is held together and decided together.
enum PacedBy: Hashable, Sendable {
  case template(app: Int, account: Int, id: String)
  case portfolio(String)
}

struct PacingState: Sendable {
  /// Those that went, or were held, since it began.
  var arrivals = 0
  var held: [Int] = []
  /// It was judged well, and holds nothing any more.
  var isPassed = false
  /// Tells a decision that comes late from one about what is held now.
  var round = 0
}

/// Templates and portfolios that are watched: the first messages go, the next are held until it is decided, and are then
/// sent, or dropped together.
extension World {
  /// What holds one more template message; nil where it goes.
  mutating func paced(
    _ template: MetaApp.Template, _ place: PhonePlace
  ) -> PacedBy? {
    let account = settings.meta[place.app].accounts[place.account]
    let ofTemplate = PacedBy.template(
      app: place.app, account: place.account, id: templateID(template))
    let rules: [(PacedBy, Pacing?)] = [
      (ofTemplate, template.pacing),
      (.portfolio(account.portfolio ?? ""), account.portfolio.flatMap { businesses[$0]?.pacing }),
    ]
    var holder: PacedBy?
    for case (let who, let rule?) in rules {
      paced[who, default: PacingState()].arrivals += 1
      let state = paced[who, default: PacingState()]
      if !state.isPassed, state.arrivals > rule.first, holder == nil { holder = who }
    }
    return holder
  }

  private func pacing(of who: PacedBy) -> Pacing? {
    switch who {
    case .template(let app, let account, let id):
      template(id, app).flatMap {
        $0.account == account
          ? settings.meta[app].accounts[account].templates[$0.index].pacing : nil
      }
    case .portfolio(let name): businesses[name]?.pacing
    }
  }

  mutating func hold(_ serial: Int, by who: PacedBy, at now: Int64) {
    guard let message = messages[serial] else { return }
    totals.held += 1
    senders[message.sender].record.held += 1
    var state = paced[who, default: PacingState()]
    state.held.append(serial)
    if state.held.count == 1, let rule = pacing(of: who) {
      let work = Work.decide(who, round: state.round)
      effects.append(.at(now + rule.decision.microseconds, work))
    }
    paced[who] = state
  }

  /// As its rule has it, unless somebody was sooner.
  mutating func decide(_ who: PacedBy, round: Int, at now: Int64) {
    guard paced[who]?.round == round, let rule = pacing(of: who) else { return }
    decide(who, rule.verdict, at: now)
  }

  mutating func decide(_ who: PacedBy, _ verdict: Pacing.Verdict, at now: Int64) {
    let state = paced[who, default: PacingState()]
    var next = PacingState()
    (next.round, next.isPassed) = (state.round + 1, verdict == .release)
    paced[who] = next
    switch verdict {
    case .release:
      for serial in state.held { release(held: serial, at: now) }
    case .drop:
      for serial in state.held { drop(serial, at: now) }
      stop(who, at: now)
    }
  }

  private mutating func release(held serial: Int, at now: Int64) {
    guard let message = messages[serial], message.isHeld else { return }
    totals.released += 1
    _ = messages.change(serial) { $0.isHeld = false }
    guard settings.life.isReported else { return }
    let delay = settings.life.sent.microseconds(dice.draw(.sent, serial))
    effects.append(.at(now + delay, .step(serial)))
  }

  private mutating func drop(_ serial: Int, at now: Int64) {
    guard let message = messages[serial], message.isHeld else { return }
    totals.dropped += 1
    senders[message.sender].record.dropped += 1
    _ = messages.change(serial) { dropped in
      dropped.isHeld = false
      dropped.detail = "Template is paused"
    }
    fail(serial, message, code: 132015, at: now, isForGood: true)
  }

  private mutating func stop(_ who: PacedBy, at now: Int64) {
    switch who {
    case .template(let app, _, let id):
      guard let place = template(id, app) else { return }
      changeTemplates(app, place.account) { $0[place.index].status = "PAUSED" }
      tellStatus(of: place, app, title: "RATE_LIMITING_PAUSE", at: now)
    case .portfolio(let name): businesses[name, default: BusinessState()].isUnderReview = true
    }
  }

  /// One that is not paused any more is watched again.
  mutating func paceAnew(_ place: TemplatePlace, _ app: Int) {
    let template = settings.meta[app].accounts[place.account].templates[place.index]
    let who = PacedBy.template(app: app, account: place.account, id: templateID(template))
    let round = paced[who]?.round ?? 0
    paced[who] = nil
    if round > 0 { paced[who, default: PacingState()].round = round }
  }

  /// `POST /_sim/held {"template": id, "verdict": "drop"}`, or `portfolio`: decides at once about what is held.
  mutating func decideHeld(
    _ request: HTTPRequest, at now: Int64
  ) throws(SettingsFaults) -> HTTPAnswer {
    let asked = try ControlAnswer.read(request) { value, report in
      var asked: (template: String?, portfolio: String?, verdict: Pacing.Verdict)
      asked = (nil, nil, .release)
      let fields = FieldReader(value, report)
      fields.string("template", into: &asked.template)
      fields.string("portfolio", into: &asked.portfolio)
      fields.choice("verdict", into: &asked.verdict)
      if (asked.template == nil) == (asked.portfolio == nil) {
        fields.fault("template", "must be there, or portfolio in its place")
      }
      fields.finish()
      return asked
    }
    if let name = asked.portfolio {
      guard portfolios[name] != nil else { return ControlAnswer.notFound }
      decide(.portfolio(name), asked.verdict, at: now)
      return HTTPAnswer(status: 204)
    }
    let id = asked.template ?? ""
    for app in settings.meta.indices {
      guard let place = template(id, app) else { continue }
      decide(.template(app: app, account: place.account, id: id), asked.verdict, at: now)
      return HTTPAnswer(status: 204)
    }
    return ControlAnswer.notFound
  }
}
