internal import Campaigns
internal import Domain
internal import JSON
internal import Providers
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// A campaign as its queries show it: what it is, how far it has come, and why it does not go on.
struct CampaignView {
  let campaign: StoredCampaign
  let tally: CampaignTally
  let waiting: Int
  let lanes: [LaneStatus]
  let holds: [CampaignHold]
  let stops: [CampaignStop]
  let care: StoredCare
  let places: [CampaignPlace]
  let money: CampaignMoney
  /// Those that wait.
  let crowds: [CampaignCrowd]
  /// nil where nothing waits for the best message.
  let test: CampaignTest?
  let definition: CampaignDefinition?
  let now: Timestamp
  let former: CampaignID?
  var warnings: [String] = []
  /// Of its sends, those that had been claimed when it was stopped.
  var underWay: Int?

  init(
    _ campaign: StoredCampaign, in store: SendStore, warnings: [String] = [], underWay: Int? = nil
  ) throws(StoreError) {
    self.campaign = campaign
    (waiting, tally) = try store.standing(of: campaign)
    definition = CampaignDefinition(stored: campaign.definition)
    let senders = Set(definition?.senders ?? [])
    lanes = try store.laneStatus().filter { senders.contains($0.sender) }
    holds = try store.holds(of: campaign)
    stops = try store.stops(of: campaign.key)
    care = try store.care(of: campaign.key)
    places = try store.places(of: campaign.key)
    money = try store.money(of: campaign.key)
    crowds = try store.crowds(of: campaign)
    test = try store.test(of: campaign.key)
    now = try store.now()
    former =
      try campaign.source.map { source throws(StoreError) in
        try store.campaign(source)?.id
      } ?? nil
    (self.warnings, self.underWay) = (warnings, underWay)
  }

  var json: [UInt8] {
    JSONWriter.object(capacity: 2048) { writer in
      Self.writeHead(campaign, to: &writer)
      writeReason(to: &writer)
      writer.field("from", former?.description)
      CampaignUploadState(campaign).write(campaign, to: &writer)
      writer.field("rows", campaign.rows)
      writer.field("duplicates", campaign.duplicates)
      writer.name("counts")
      writer.object { counts in
        for (state, count) in outcomes { counts.name(state.name); counts.value(count) }
      }
      writeCauses(to: &writer)
      writer.field("waiting", waiting)
      if tally.held > 0 { writer.field("heldByProvider", tally.held) }
      if let rate { writer.name("perSecond"); writer.value(rate) }
      writeLanes(to: &writer)
      writeCare(to: &writer)
      writeVariants(to: &writer)
      if let underWay { writer.field("underWay", underWay) }
      if !warnings.isEmpty {
        writer.name("warnings")
        writer.array { list in
          for warning in warnings { list.value(warning) }
        }
      }
      writer.field("definition", json: definition?.asked)
    }
  }

  static func writeHead(_ campaign: StoredCampaign, to writer: inout JSONWriter) {
    writer.field("id", campaign.id.description)
    writer.field("name", campaign.name)
    writer.field("state", campaign.state.name)
    if campaign.wantsStart { writer.field("wantsStart", true) }
    writer.field("app", campaign.tenant.app)
    writer.field("company", campaign.tenant.company)
    writer.field("createdAt", campaign.created.description)
    writer.field("startsAt", campaign.startsAt?.description)
    writer.field("startedAt", campaign.started?.description)
    writer.field("endedAt", campaign.ended?.description)
    writer.field("expiresAt", campaign.expires?.description)
  }

  /// How many of its rows stand where: together they are all of them.
  var outcomes: [(SendState, Int)] {
    var counts: [SendState: Int] = [:]
    for item in tally.items { counts[item.state, default: 0] += item.count }
    let unclaimed = max(0, campaign.rows - tally.begun)
    counts[campaign.state == .canceled ? .canceled : .queued, default: 0] += unclaimed
    return SendState.allCases.compactMap { state in
      counts[state].flatMap { $0 > 0 ? (state, $0) : nil }
    }
  }

  /// From its start on, or its whole time where it has ended.
  private var rate: Double? {
    guard let started = campaign.started else { return nil }
    let span = ((campaign.ended ?? now) - started).seconds
    return span >= 1 ? (Double(tally.begun) / span * 10).rounded() / 10 : nil
  }

  /// Its own, or what keeps all of its lanes.
  private func writeReason(to writer: inout JSONWriter) {
    if let reason = campaign.reason {
      writer.name("reason")
      return writer.object {
        $0.field("cause", reason.cause.rawValue)
        $0.field("text", reason.text)
      }
    }
    guard campaign.state.isClaimable, waiting > 0 else { return }
    if let (cause, text, until) = careReason {
      writer.name("reason")
      return writer.object { object in
        object.field("cause", cause)
        object.field("text", text)
        object.field("until", until?.description)
      }
    }
    if holds.reduce(0, { $0 + $1.waiting }) >= waiting, let first = holds.first {
      writer.name("reason")
      return writer.object { object in
        object.field("cause", "template")
        object.field("text", first.reason)
        if !first.until.isOpenEnded { object.field("until", first.until.description) }
      }
    }
    let standings = lanes.map { $0.standing(at: now) }
    guard !standings.isEmpty,
      standings.allSatisfy({ ["paused", "stopped", "held"].contains($0.state) })
    else { return }
    writer.name("reason")
    writer.object { object in
      object.field("cause", "account")
      object.field("text", standings[0].reason ?? "its lanes are \(standings[0].state)")
      object.field("until", standings.compactMap(\.until).min()?.description)
    }
  }

  /// What the campaign takes care of, where that keeps all of it.
  private var careReason: (cause: String, text: String, until: Timestamp?)? {
    if care.terms.needsSight, care.seenUntil <= now {
      return (
        "blind",
        "what becomes of its sends is told too late to be judged, or no engage worker runs: nothing goes until it is seen again",
        nil
      )
    }
    if care.wave == .out, let wave = care.terms.wave, tally.begun >= min(wave, campaign.rows) {
      return ("first-wave", "what becomes of its first \(wave) is waited for", nil)
    }
    if !crowds.isEmpty, crowds.allSatisfy({ $0.variant == VariantShares.rest }) {
      return ("best-message", trial.reason, trial.until)
    }
    let stopped = crowds.filter { isStopped($0) }
    if !stopped.isEmpty, stopped.count == crowds.count {
      let running = stops.filter { $0.until > now }
      let until = running.map(\.until).min()
      return (
        "error-budget", running.first?.reason ?? "", until.flatMap { $0.isOpenEnded ? nil : $0 }
      )
    }
    // What is stopped waits longer than its hours.
    let closed = crowds.filter { !isStopped($0) }.compactMap { opening(of: $0) }
    if care.terms.keepsHours, !crowds.isEmpty, closed.count == crowds.count - stopped.count,
      closed.allSatisfy({ !$0.contains(now) })
    {
      let next = closed.map(\.lowerBound).filter { $0 > now && !$0.isOpenEnded }.min()
      return ("quiet-hours", "it is quiet where its people live", next)
    }
    return nil
  }

  private var trial: CampaignTrialView {
    CampaignTrialView(
      variants: definition?.variants ?? VariantsDefinition(), tally: tally, test: test, now: now)
  }

  /// Of the message that a part of it gets; empty where there is one alone.
  func variantName(_ number: Int) -> String {
    let items = definition?.variants.items ?? []
    let place = number % VariantShares.rest - 1
    return items.indices.contains(place) ? items[place].name : ""
  }

  func writeVariants(to writer: inout JSONWriter) { trial.write(to: &writer) }

  private func isStopped(_ crowd: CampaignCrowd) -> Bool {
    stops.contains { stop in
      stop.until > now && stop.segment.sender == crowd.sender
        && stop.segment.place == crowd.place
        && stop.segment.template == TemplateKey(text: crowd.template).name
    }
  }

  private func opening(of crowd: CampaignCrowd) -> Range<Timestamp>? {
    places.first { $0.number == crowd.place }?.opening
  }

  private func writeCare(to writer: inout JSONWriter) {
    writer.name("stops")
    writer.array { list in
      for stop in stops {
        let place = places.first { $0.number == stop.segment.place }
        list.object { object in
          object.field("sender", stop.segment.sender.text)
          object.field("template", stop.segment.template)
          object.field("region", place?.region ?? "")
          object.field("code", stop.cause)
          object.field("reason", stop.reason)
          object.field("since", stop.since.description)
          if !stop.until.isOpenEnded { object.field("until", stop.until.description) }
          object.field("isOver", stop.until <= now)
        }
      }
    }
    if let wave = care.terms.wave {
      writer.name("firstWave")
      writer.object { object in
        object.field("size", wave)
        object.field("state", care.wave.name)
      }
    }
    if let ceiling = care.terms.ceiling {
      writer.name("money")
      writer.object { object in
        object.field("currency", care.terms.currency)
        object.field("ceiling", Millionths.text(ceiling))
        object.field("reserved", Millionths.text(money.reserved - money.released))
      }
    }
    writer.field("plan", json: care.plan)
  }

  private func writeCauses(to writer: inout JSONWriter) {
    writer.name("causes")
    writer.array { list in
      for (code, count) in tally.causes.prefix(50) {
        list.object { object in
          object.field("code", code)
          object.field("count", count)
          object.field("sentence", CampaignCause.sentence(code, lanes))
        }
      }
    }
  }

  private func writeLanes(to writer: inout JSONWriter) {
    writer.name("held")
    writer.array { list in
      for hold in holds {
        list.object { object in
          object.field("template", hold.template)
          object.field("waiting", hold.waiting)
          object.field("reason", hold.reason)
          if !hold.until.isOpenEnded { object.field("until", hold.until.description) }
        }
      }
    }
    writer.name("lanes")
    writer.array { list in
      for lane in lanes {
        let (state, reason, until) = lane.standing(at: now)
        list.object { object in
          object.field("sender", lane.sender.text)
          object.field("state", state)
          object.field("reason", reason)
          object.field("until", until?.description)
        }
      }
    }
  }
}

/// Why sends did not arrive, in words.
enum CampaignCause {
  static func sentence(_ code: String, _ lanes: [LaneStatus]) -> String? {
    switch code {
    case "opted-out": return "The person has opted out."
    case "expired": return "The campaign's time was over before its turn came."
    case "campaign-canceled": return "The campaign was canceled before its next attempt."
    default: break
    }
    guard let number = Int(code) else { return nil }
    return [Provider.meta, .twilio].compactMap { ErrorTable.shared.row($0, number)?.sentence }
      .first
  }
}
