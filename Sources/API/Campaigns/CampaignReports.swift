internal import Campaigns
internal import Domain
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// What is wrong with an upload, what its messages look like, whom it goes to, and what became of it.
struct CampaignReports: Sendable {
  let context: APIContext

  static let pageLimit = 1000
  private static let path = "/api/campaigns/{id}"

  func add(to router: inout Router) {
    func add(
      _ name: String,
      _ body: @escaping @Sendable (StoredCampaign, HTTPRequest, SendStore) throws -> HTTPAnswer
    ) {
      context.requests.add(
        "GET", "\(Self.path)/\(name)", .read, context.prefix, to: &router
      ) { campaign, request, _, store in try body(campaign, request, store) }
    }
    add("faults") { campaign, request, store in try faults(campaign, request, store) }
    add("recipients") { campaign, request, store in try recipients(campaign, request, store) }
    add("preview") { campaign, _, store in try preview(campaign, store) }
    add("report") { campaign, request, store in try report(campaign, request, store) }
  }

  // MARK: Faults

  private func faults(
    _ campaign: StoredCampaign, _ request: HTTPRequest, _ store: SendStore
  ) throws -> HTTPAnswer {
    let limit = try Self.limit(request, usual: 100)
    let after = try Self.place(request)
    let isTable = Self.wantsTable(request)
    let reason = request.queryValue("reason") ?? ""
    let found = try store.faults(
      of: campaign.key, load: campaign.load, reason: reason, after: after,
      limit: isTable ? 1_000_000 : limit)
    if isTable {
      return Self.table(
        ["line", "field", "reason", "detail"],
        found.map { ["\($0.line)", $0.field ?? "", $0.reason, $0.detail] },
        name: "faults-\(campaign.id).csv")
    }
    return HTTPAnswer(
      json: JSONWriter.object(capacity: 4096) { writer in
        writer.name("faults")
        writer.array { list in
          for fault in found {
            list.object { object in
              object.field("line", fault.line)
              object.field("field", fault.field)
              object.field("reason", fault.reason)
              object.field("detail", fault.detail)
            }
          }
        }
        if found.count == limit {
          writer.field("next", found.last.map { "\($0.line).\($0.number)" })
        }
      })
  }

  private static func place(_ request: HTTPRequest) throws -> (line: Int, number: Int) {
    guard let text = request.queryValue("after") else { return (0, -1) }
    let parts = text.split(separator: ".").map { Int($0) }
    guard parts.count == 2, let line = parts[0], let number = parts[1] else {
      throw refused("/after", "is not a cursor of this query")
    }
    return (line, number)
  }

  // MARK: Recipients

  private func recipients(
    _ campaign: StoredCampaign, _ request: HTTPRequest, _ store: SendStore
  ) throws -> HTTPAnswer {
    var query = SendQuery(campaign: campaign.id.description)
    if let word = request.queryValue("state") {
      guard let state = SendState(name: word) else {
        throw Self.refused("/state", "must be one of \(SendState.names)")
      }
      query.state = state
    }
    let limit = try Self.limit(request, usual: 50)
    var cursor: SendCursor?
    if let text = request.queryValue("after") {
      cursor = SendCursor(text)
      if cursor == nil { throw Self.refused("/after", "is not a cursor of this query") }
    }
    guard
      let page = try store.search(query, after: cursor, limit: min(limit, SendQueries.pageLimit))
    else { throw Self.refused("/after", "is not a cursor of this query") }
    return HTTPAnswer(
      json: JSONWriter.object(capacity: 16_384) { writer in
        writer.name("recipients")
        writer.array { list in
          for send in page.sends { list.object { send.write(to: &$0) } }
        }
        writer.field("next", page.next?.text)
      })
  }

  // MARK: Preview

  static let previewed = 5

  /// The first of its messages, as they go out.
  private func preview(_ campaign: StoredCampaign, _ store: SendStore) throws -> HTTPAnswer {
    let query = SendQuery(campaign: campaign.id.description)
    let found = try store.search(query, after: nil, limit: Self.previewed)
    var messages: [StoredSend] = []
    for summary in found?.sends ?? [] {
      if let send = try store.send(summary.id) { messages.append(send) }
    }
    return HTTPAnswer(
      json: JSONWriter.object(capacity: 4096) { writer in
        writer.name("messages")
        writer.array { list in
          for message in messages {
            list.object { object in
              object.field("id", message.id.description)
              object.field("to", message.recipient.text)
              object.field("sender", message.sender.text)
              object.field("text", Self.text(of: message))
              object.field("request", json: message.content.json)
            }
          }
        }
      })
  }

  /// As a person reads it; nil where the words stand at the provider's.
  private static func text(of send: StoredSend) -> String? {
    let root = JSONValue(whole: send.content.json)
    return root?["body"]?.string ?? root?["text"]?["body"]?.string
  }

  // MARK: Report

  private func report(
    _ campaign: StoredCampaign, _ request: HTTPRequest, _ store: SendStore
  ) throws -> HTTPAnswer {
    let view = try CampaignView(campaign, in: store)
    let upload = CampaignUploadState(campaign)
    guard Self.wantsTable(request) else {
      let bill = try CampaignBill(campaign, view, CampaignPricing(context.settings), in: store)
      // Nothing of it waited any more from then on.
      let end = try store.changes(of: campaign.key).last { $0.state == .finishing }?.at
      let error = PlanError(campaign, lastClaim: end ?? campaign.ended, plan: view.care.plan)
      return HTTPAnswer(json: view.report(upload, bill, error))
    }
    if request.queryValue("of") == "bill" {
      let bill = try CampaignBill(campaign, view, CampaignPricing(context.settings), in: store)
      return Self.table(CampaignBill.header, bill.table, name: "bill-\(campaign.id).csv")
    }
    let items = view.tally.items.map { item in
      [
        item.state.name, item.code, item.sender.text, item.template, item.segment, "\(item.count)",
        view.variantName(item.variant),
      ]
    }
    let unclaimed = campaign.rows - view.tally.begun
    let rest =
      unclaimed > 0
      ? [[campaign.state == .canceled ? "canceled" : "queued", "", "", "", "", "\(unclaimed)", ""]]
      : []
    return Self.table(
      ["outcome", "code", "sender", "template", "country", "count", "variant"], items + rest,
      name: "report-\(campaign.id).csv")
  }

  // MARK: Forms

  private static func wantsTable(_ request: HTTPRequest) -> Bool {
    request.queryValue("format") == "csv"
      || request.headers.first("Accept")?.hasPrefix("text/csv") ?? false
  }

  private static func limit(_ request: HTTPRequest, usual: Int) throws -> Int {
    guard let text = request.queryValue("limit") else { return usual }
    guard let limit = Int(text), (1...pageLimit).contains(limit) else {
      throw refused("/limit", "must be a number from 1 to \(pageLimit)")
    }
    return limit
  }

  private static func refused(_ pointer: String, _ detail: String) -> StoreQueries.Refused {
    StoreQueries.Refused(answer: SendAnswer.refused(FieldFaults(pointer, detail)).answer)
  }

  private static func table(
    _ header: [String], _ rows: [[String]], name: String
  ) -> HTTPAnswer {
    let lines = ([header] + rows).map { row in row.map(field).joined(separator: ",") }
    return HTTPAnswer(
      status: 200,
      headers: [
        HTTPHeader("Content-Type", "text/csv; charset=utf-8"),
        HTTPHeader("Content-Disposition", "attachment; filename=\"\(name)\""),
      ], body: Array((lines.joined(separator: "\r\n") + "\r\n").utf8))
  }

  /// A spreadsheet takes what begins like a formula for one.
  private static func field(_ text: String) -> String {
    var text = text
    if let first = text.first, "=@\t\r".contains(first) || (first == "-" && Int(text) == nil) {
      text = "'" + text
    }
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"\(text.replacing("\"", with: "\"\""))\""
  }
}

extension CampaignView {
  /// All that there was adds up: what was read is good or bad, what was good is a row or a duplicate, and each row has
  /// one outcome.
  func report(
    _ upload: CampaignUploadState, _ bill: CampaignBill, _ error: PlanError?
  ) -> [UInt8] {
    JSONWriter.object(capacity: 4096) { writer in
      Self.writeHead(campaign, to: &writer)
      writer.name("read")
      writer.object { read in
        read.field("good", upload.summary.good)
        read.field("bad", upload.summary.bad)
        if upload.summary.heldOut > 0 { read.field("heldOut", upload.summary.heldOut) }
        read.field("duplicates", campaign.duplicates)
        read.field("rows", campaign.rows)
      }
      writer.name("outcomes")
      writer.object { object in
        for (state, count) in outcomes { object.name(state.name); object.value(count) }
      }
      writer.name("causes")
      writer.array { list in
        for (code, count) in tally.causes {
          list.object { object in
            object.field("code", code)
            object.field("count", count)
            object.field("sentence", CampaignCause.sentence(code, lanes))
          }
        }
      }
      writer.name("parts")
      writer.array { list in
        for item in tally.items {
          list.object { object in
            object.field("state", item.state.name)
            if !item.code.isEmpty { object.field("code", item.code) }
            object.field("sender", item.sender.text)
            if !item.template.isEmpty { object.field("template", item.template) }
            if !item.segment.isEmpty { object.field("country", item.segment) }
            if let place = places.first(where: { $0.number == item.place }) {
              object.field("region", place.region)
            }
            if item.variant > 0 { object.field("variant", variantName(item.variant)) }
            object.field("count", item.count)
          }
        }
      }
      writeVariants(to: &writer)
      bill.write(to: &writer)
      error?.write(to: &writer)
    }
  }
}
