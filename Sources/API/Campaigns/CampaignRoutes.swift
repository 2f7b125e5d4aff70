internal import Campaigns
internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// Campaigns: made, looked at, and told what to do.
struct CampaignRoutes: Sendable {
  let context: APIContext
  let uploads: Desk

  static let pageLimit = 200
  private static let one = "/api/campaigns/{id}"

  func add(to router: inout Router) {
    let prefix = context.prefix
    CampaignUploads(context: context, desk: uploads).add(to: &router)
    router.at(
      "POST", prefix + "/api/campaigns",
      context.requests.door(.send, limit: 1 << 20) { request, _, key, responder in
        context.requests.desk.answer(responder) { store in try create(request, key, store) }
      })
    router.at(
      "GET", prefix + "/api/campaigns",
      context.requests.door(.read) { request, _, key, responder in
        context.requests.desk.answer(responder) { store in try list(request, key, store) }
      })
    add("GET", Self.one, .read, to: &router) { campaign, _, _, store in
      HTTPAnswer(json: try CampaignView(campaign, in: store).json)
    }
    add("GET", "\(Self.one)/plan", .read, to: &router) { campaign, request, _, store in
      guard let reserve = Int(request.queryValue("reserve") ?? "0"), reserve >= 0 else {
        return SendAnswer.refused(FieldFaults("/reserve", "must be a number of people")).answer
      }
      return try plan(campaign, reserve: reserve, store).map { HTTPAnswer(json: $0.json) }
        ?? .notFound
    }
    for order in CampaignOrder.allCases {
      add("POST", "\(Self.one)/\(order.rawValue)", .send, to: &router) {
        campaign, request, _, store in try give(order, to: campaign, request, store)
      }
    }
    add("POST", Self.one + "/winner", .send, to: &router) { campaign, request, _, store in
      try choose(campaign, request, store)
    }
    add("POST", Self.one + "/resend", .send, to: &router) { campaign, request, key, store in
      try resend(campaign, request, key, store)
    }
    CampaignReports(context: context).add(to: &router)
  }

  private func add(
    _ method: String, _ path: String, _ scope: APIKey.Scope, to router: inout Router,
    _ body:
      @escaping @Sendable (StoredCampaign, HTTPRequest, APIKey, SendStore) throws -> HTTPAnswer
  ) {
    context.requests.add(method, path, scope, context.prefix, to: &router, body)
  }

  // MARK: Making

  private func draft(for tenant: Tenant?) -> CampaignDraft {
    CampaignDraft(
      settings: context.settings, templates: context.door.templates, tenant: tenant,
      now: context.door.now())
  }

  private func create(
    _ request: HTTPRequest, _ key: APIKey, _ store: SendStore
  ) throws -> HTTPAnswer {
    guard let root = try KeyedRequests.object(request) else {
      return SendAnswer.unreadable("The body must be an object.").answer
    }
    let checked: CampaignDraft.Checked
    do throws(FieldFaults) { checked = try draft(for: key.tenant).read(root) } catch {
      return SendAnswer.refused(error).answer
    }
    return try make(checked, request, key, store)
  }

  private func make(
    _ checked: CampaignDraft.Checked, _ request: HTTPRequest, _ key: APIKey, _ store: SendStore
  ) throws -> HTTPAnswer {
    let given = try SendAnswer.idempotencyKey(of: request)
    var source: StoredCampaign?
    if let wanted = checked.definition.source {
      source = try CampaignUploads.campaign(wanted.campaign.description, key, store)
      guard source != nil else {
        return SendAnswer.refused(FieldFaults("/source/campaign", "is not a campaign")).answer
      }
    }
    let tenant = checked.senders.first?.sender.tenant ?? source?.tenant ?? key.tenant ?? .none
    var new = NewCampaign(
      checked, for: tenant, now: context.door.now(), idempotencyKey: given, source: source)
    new.care.dayCeiling = context.settings.prices?.perDay
    new.care.currency = context.settings.prices?.card.currency
    let (campaign, isNew) = try store.create(new)
    guard isNew || campaign.definition == new.definition else {
      return SendAnswer.refused(.keyReused).answer
    }
    let view = try CampaignView(campaign, in: store, warnings: checked.warnings)
    return HTTPAnswer(
      status: isNew ? 201 : 200,
      headers: [
        HTTPHeader("Content-Type", "application/json"),
        HTTPHeader("Location", "\(context.prefix)/api/campaigns/\(campaign.id)"),
      ], body: view.json)
  }

  /// The same messages once more to those that did not get them, as a campaign of its own.
  private func resend(
    _ former: StoredCampaign, _ request: HTTPRequest, _ key: APIKey, _ store: SendStore
  ) throws -> HTTPAnswer {
    let cause = request.queryValue("cause") ?? "not-delivered"
    guard var definition = CampaignDefinition(stored: former.definition) else {
      throw StoreQueries.Refused(answer: .noStore)
    }
    definition.name = String("\(former.name) (\(cause))".prefix(200))
    definition.forgetMessage()
    definition.source = CampaignDefinition.Source(campaign: former.id, outcome: cause)
    (definition.startAt, definition.expiresAt) = (nil, nil)
    let checked: CampaignDraft.Checked
    do throws(FieldFaults) { checked = try draft(for: key.tenant).check(definition) } catch {
      return SendAnswer.refused(FieldFaults("/cause", error.all.first?.detail ?? "")).answer
    }
    return try make(checked, request, key, store)
  }

  // MARK: Looking

  private func list(
    _ request: HTTPRequest, _ key: APIKey, _ store: SendStore
  ) throws -> HTTPAnswer {
    let limit = Int(request.queryValue("limit") ?? "50") ?? 0
    let after = request.queryValue("after").map { Int64($0) ?? 0 }
    guard (1...Self.pageLimit).contains(limit) else {
      return SendAnswer.refused(
        FieldFaults("/limit", "must be a number from 1 to \(Self.pageLimit)")
      ).answer
    }
    if let after, after < 1 {
      return SendAnswer.refused(FieldFaults("/after", "is not a cursor of this query")).answer
    }
    let page = try store.campaigns(
      of: key.tenant, before: after.map { CampaignKey($0) }, limit: limit)
    return HTTPAnswer(
      json: JSONWriter.object(capacity: 4096) { writer in
        writer.name("campaigns")
        writer.array { list in
          for campaign in page {
            list.object { object in
              CampaignView.writeHead(campaign, to: &object)
              object.field("rows", campaign.rows)
            }
          }
        }
        if page.count == limit { writer.field("next", page.last.map { "\($0.key.value)" }) }
      })
  }

  // MARK: Plan

  private func plan(
    _ campaign: StoredCampaign, reserve: Int = 0, _ store: SendStore
  ) throws -> CampaignPlanView? {
    try CampaignPlanner(context.settings, zones: context.zones)
      .plan(campaign, reserve: reserve, in: store)
      .map { CampaignPlanView(plan: $0) }
  }

  // MARK: Orders

  private func give(
    _ order: CampaignOrder, to campaign: StoredCampaign, _ request: HTTPRequest,
    _ store: SendStore
  ) throws -> HTTPAnswer {
    if order == .start, let definition = CampaignDefinition(stored: campaign.definition),
      let fault = draft(for: nil).templateFault(of: definition)
    {
      return Self.refused(fault)
    }
    let asked = try KeyedRequests.object(request)
    let said = asked?["reason"]?.string
    if order == .start, [.loading, .planned].contains(campaign.state) {
      let view = try plan(campaign, store)
      if campaign.state == .planned, campaign.rows > 0, asked?["anyway"]?.bool != true,
        let refusal = view?.refusal
      {
        return Self.refused(
          "by its plan not all of it is sent: \(refusal); start it with anyway: true to send what can be sent"
        )
      }
      if let view { try store.save(plan: view.json, of: campaign.key) }
    }
    let reason: CampaignReason? =
      switch order {
      case .pause: CampaignReason(.person, said.map { String($0.prefix(500)) } ?? "paused by hand")
      case .cancel:
        CampaignReason(.person, said.map { String($0.prefix(500)) } ?? "canceled by hand")
      case .start, .resume: nil
      }
    switch try store.order(order, campaign.id, because: reason) {
    case .unknown: return .notFound
    case .refused(let why): return Self.refused(why)
    case .done(let now, let underWay):
      return HTTPAnswer(json: try CampaignView(now, in: store, underWay: underWay).json)
    }
  }

  /// Somebody says which message is the best.
  private func choose(
    _ campaign: StoredCampaign, _ request: HTTPRequest, _ store: SendStore
  ) throws -> HTTPAnswer {
    guard let name = try KeyedRequests.object(request)?["variant"]?.string else {
      return SendAnswer.refused(
        FieldFaults("/variant", "is needed: the name of the message that the rest gets")
      ).answer
    }
    let variants = CampaignDefinition(stored: campaign.definition)?.variants
    guard let variants, variants.winner != nil else {
      return Self.refused("nobody waits for the best message of this campaign")
    }
    guard let number = variants.number(of: name) else {
      let names = variants.items.map(\.name).joined(separator: ", ")
      return SendAnswer.refused(FieldFaults("/variant", "must be one of \(names)")).answer
    }
    guard !campaign.state.hasEnded else {
      return Self.refused("the campaign is \(campaign.state.name)")
    }
    let test = try store.test(of: campaign.key)
    if test?.winner?.variant != number {
      guard try store.choose(number, of: campaign.key, because: "chosen by hand") else {
        let known = test?.winner.map { variants.items[$0.variant - 1].name } ?? "another one"
        return Self.refused("the best message is \(known) already")
      }
    }
    return HTTPAnswer(json: try CampaignView(campaign, in: store).json)
  }

  private static func refused(_ why: String) -> HTTPAnswer {
    Problem(
      status: 409, title: "Conflict", detail: why.prefix(1).uppercased() + why.dropFirst() + "."
    ).answer
  }
}

extension NewCampaign {
  fileprivate init(
    _ checked: CampaignDraft.Checked, for tenant: Tenant, now: Timestamp, idempotencyKey: String?,
    source: StoredCampaign?
  ) {
    let definition = checked.definition
    self.init(
      id: idempotencyKey.map { .derived(tenant: tenant, idempotencyKey: $0) } ?? .random(at: now),
      tenant: tenant, name: definition.name, definition: definition.json, pace: definition.pace,
      share: definition.share, lanes: max(1, definition.senders.count),
      expiry: definition.expiry ?? checked.senders.first?.sender.expiry ?? .seconds(7 * 86400),
      expires: definition.expiresAt.map { Timestamp(promised: $0) },
      startsAt: definition.startAt.map { Timestamp(promised: $0) }, source: source?.key)
    care.needsSight = definition.care.errorBudget != nil || definition.care.firstWave != nil
    care.keepsHours = definition.care.quietHours != nil
    care.isMarketing = checked.isMarketing
    care.cap = definition.care.cap
    care.ceiling = definition.care.maxPrice
    care.wave = definition.care.firstWave?.size
    care.isTest = definition.variants.winner != nil
  }
}

extension KeyedRequests {
  /// A route of one campaign of the key's tenant.
  func add(
    _ method: String, _ path: String, _ scope: APIKey.Scope, _ prefix: String,
    to router: inout Router,
    _ body:
      @escaping @Sendable (StoredCampaign, HTTPRequest, APIKey, SendStore) throws -> HTTPAnswer
  ) {
    router.at(
      method, prefix + path,
      door(scope) { request, parameters, key, responder in
        desk.answer(responder) { store in
          guard let campaign = try CampaignUploads.campaign(parameters["id"], key, store) else {
            return .notFound
          }
          return try body(campaign, request, key, store)
        }
      })
  }
}
