internal import Forms
internal import Crypto
internal import HTTP
internal import JSON

/// `GET /{waba}/message_templates`: by filter, in pages, with a summary if it is asked for.
struct TemplateList {
  private let account: MetaApp.Account
  private let request: HTTPRequest
  private let limit: Int
  private let start: Int
  private let end: Int
  private let found: [Int]

  init(_ account: MetaApp.Account, _ request: HTTPRequest) throws(MetaRefusal) {
    (self.account, self.request) = (account, request)
    found = account.templates.indices.filter { Self.matches(account.templates[$0], request) }
    limit = request.queryValue("limit").flatMap { Int($0) } ?? 25
    guard limit > 0 else { throw .parameter("(#100) Invalid limit") }
    if let before = try request.queryValue("before").map(Self.place) {
      end = min(before, found.count)
      start = max(0, end - limit)
    } else {
      start = try request.queryValue("after").map(Self.place) ?? 0
      end = min(found.count, start + limit)
    }
    guard start <= found.count else { throw .parameter("(#100) Invalid cursor") }
  }

  /// Indices of the account's templates.
  var page: ArraySlice<Int> { found[start..<end] }

  private static func matches(_ template: MetaApp.Template, _ request: HTTPRequest) -> Bool {
    func isOne(_ name: String, _ value: String) -> Bool {
      request.queryValue(name).map { $0.split(separator: ",").contains { $0 == value } } ?? true
    }
    func has(_ name: String, _ texts: String...) -> Bool {
      request.queryValue(name).map { part in texts.contains { $0.contains(part) } } ?? true
    }
    return isOne("status", template.status) && isOne("language", template.language)
      && isOne("category", template.category) && isOne("quality_score", "GREEN")
      && has("name", template.name) && has("content", template.body)
      && has("name_or_content", template.name, template.body)
  }

  private static func place(_ cursor: String) throws(MetaRefusal) -> Int {
    let text = bytes(fromBase64: cursor[...]).map { String(decoding: $0, as: UTF8.self) }
    guard let place = text.flatMap({ Int($0) }), place >= 0 else {
      throw .parameter("(#100) Invalid cursor")
    }
    return place
  }

  func answer(_ templates: [[UInt8]]) -> HTTPAnswer {
    HTTPAnswer(
      json: JSONWriter.object(capacity: 4096) { writer in
        writer.name("data")
        writer.array { writer in for template in templates { writer.raw(template) } }
        writePaging(to: &writer)
        writeSummary(to: &writer)
      })
  }

  private func writePaging(to writer: inout JSONWriter) {
    guard start < end else { return }
    writer.name("paging")
    writer.object { writer in
      writer.name("cursors")
      writer.object { writer in
        writer.field("before", cursor(start))
        writer.field("after", cursor(end))
      }
      if end < found.count { writer.field("next", url("after", end)) }
      if start > 0 { writer.field("previous", url("before", start)) }
    }
  }

  private func cursor(_ place: Int) -> String { base64(Array("\(place)".utf8)) }

  private func url(_ name: String, _ place: Int) -> String {
    let base = "http://\(request.headers.first("host") ?? "localhost")\(request.path)"
    let others = request.queryItems.filter { !["after", "before", "limit"].contains($0.name) }
    let query =
      others.map { (name: $0.name, value: $0.value) } + [
        ("limit", "\(limit)"), (name, cursor(place)),
      ]
    return base + "?" + String(decoding: FormPair.encoded(query), as: UTF8.self)
  }

  private func writeSummary(to writer: inout JSONWriter) {
    let asked = AskedFields(request, "summary")
    guard !asked.isEmpty else { return }
    writer.name("summary")
    writer.object { writer in
      if asked.contains("total_count") { writer.field("total_count", found.count) }
      if asked.contains("message_template_count") {
        writer.field("message_template_count", account.templates.count)
      }
      if asked.contains("message_template_limit") { writer.field("message_template_limit", 250) }
      if asked.contains("are_translations_complete") {
        writer.field("are_translations_complete", true)
      }
    }
  }
}

extension World {
  func templates(
    _ app: Int, _ account: Int, _ request: HTTPRequest, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    let list = try TemplateList(settings.meta[app].accounts[account], request)
    let asked = AskedFields(request)
    var templates: [[UInt8]] = []
    for index in list.page {
      let place = TemplatePlace(account: account, index: index)
      templates.append(
        try asked.object("MessageTemplate", templateFields(place, app, at: now)))
    }
    return list.answer(templates)
  }
}
