internal import Crypto
internal import Domain
internal import Forms
internal import HTTP
internal import JSON
internal import SendStore
internal import Settings
internal import Store
internal import Time

/// What is asked of an account's templates, and the page that answers it.
struct MetaTemplateList: Sendable {
  private let address: String
  private let limit: Int
  private let after: String?
  private let before: String?
  private let filters: [QueryItem]
  private let fields: [String]
  private let summary: [String]

  private static let names: Set = [
    "fields", "limit", "after", "before", "summary", "name", "status", "language", "category",
    "name_or_content", "content", "quality_score",
  ]
  private static let usual = [
    "name", "parameter_format", "components", "language", "status", "category", "id",
  ]
  private static let (usualPage, longestPage) = (25, 200)

  init(_ request: HTTPRequest, at address: String) throws(MetaRefused) {
    let items = request.queryItems
    for item in items where !Self.names.contains(item.name) || item.value.utf8.contains(0) {
      throw .parameter("The parameter \(item.name.prefix(64)) is not served for templates")
    }
    func value(_ name: String) -> String? { items.first { $0.name == name }?.value }
    func words(_ name: String) -> [String]? {
      value(name).map { $0.split(separator: ",").map(String.init) }
    }
    self.address = address
    let limit = value("limit").map { Int($0) ?? 0 } ?? Self.usualPage
    guard limit > 0 else { throw .parameter("limit must be a number from 1 on") }
    self.limit = min(limit, Self.longestPage)
    (after, before) = (try Self.place(value("after")), try Self.place(value("before")))
    fields = words("fields") ?? Self.usual
    summary = words("summary") ?? []
    filters = items.filter { !["limit", "after", "before", "fields", "summary"].contains($0.name) }
  }

  /// A cursor is the place of a template.
  private static func place(_ cursor: String?) throws(MetaRefused) -> String? {
    guard let cursor, !cursor.isEmpty else { return nil }
    guard cursor.utf8.count <= 1024, let plain = bytes(fromBase64: cursor),
      let text = String(validating: plain, as: UTF8.self), text.contains("/")
    else { throw .parameter("The cursor is not one of this list") }
    return text
  }

  private static func place(_ template: MirroredTemplate) -> String {
    "\(template.name)/\(template.language)"
  }

  func page(of kept: [MirroredTemplate]) -> [UInt8] {
    let all = kept.filter { $0.status != "DELETED" }
      .map { (place: Self.place($0), template: $0) }.sorted { $0.place < $1.place }
    let found = all.filter { matches($0.template) }
    let start: Int
    if let before {
      start = max(0, found.count { $0.place < before } - limit)
    } else {
      start = after.map { after in found.count { $0.place <= after } } ?? 0
    }
    let end = min(
      before.map { before in found.count { $0.place < before } } ?? found.count, start + limit)
    let page = found[min(start, end)..<end]
    return JSONWriter.object(capacity: 4096) { writer in
      writer.name("data")
      writer.array { list in
        for (_, template) in page { list.object { write(template, to: &$0) } }
      }
      writePaging(page.first?.place, page.last?.place, start > 0, end < found.count, to: &writer)
      writeSummary(found.count, all.count, to: &writer)
    }
  }

  private func matches(_ template: MirroredTemplate) -> Bool {
    filters.allSatisfy { filter in
      let words = filter.value.split(separator: ",").map(String.init)
      let content = String(decoding: template.components, as: UTF8.self)
      return switch filter.name {
      case "status": words.contains(template.status)
      case "language": words.contains(template.language)
      case "category": words.contains(template.category)
      case "quality_score": words.contains(template.quality)
      case "name": template.name.contains(filter.value)
      case "content": content.contains(filter.value)
      default: template.name.contains(filter.value) || content.contains(filter.value)
      }
    }
  }

  private func write(_ template: MirroredTemplate, to writer: inout JSONWriter) {
    for name in fields {
      switch name {
      case "name": writer.field("name", template.name)
      case "parameter_format":
        writer.field("parameter_format", template.format.isEmpty ? "POSITIONAL" : template.format)
      case "components": writer.field("components", json: template.components)
      case "language": writer.field("language", template.language)
      case "status": writer.field("status", template.status)
      case "category": writer.field("category", template.category)
      case "correct_category":
        if !template.announced.isEmpty { writer.field("correct_category", template.announced) }
      case "rejected_reason":
        writer.field("rejected_reason", template.rejection.isEmpty ? "NONE" : template.rejection)
      case "quality_score":
        // It comes with the time at which it was given.
        guard !template.quality.isEmpty, template.qualityAt.microseconds > 0 else { continue }
        writer.name("quality_score")
        writer.object { writer in
          writer.field("score", template.quality)
          writer.field("date", template.qualityAt.microseconds / 1_000_000)
        }
      default: break
      }
    }
    writer.field("id", template.id)
  }

  private func writePaging(
    _ first: String?, _ last: String?, _ hasPrevious: Bool, _ hasNext: Bool,
    to writer: inout JSONWriter
  ) {
    guard let first, let last else { return }
    let (before, after) = (base64(Array(first.utf8)), base64(Array(last.utf8)))
    writer.name("paging")
    writer.object { writer in
      writer.name("cursors")
      writer.object { writer in
        writer.field("before", before)
        writer.field("after", after)
      }
      if hasNext { writer.field("next", url("after", after)) }
      if hasPrevious { writer.field("previous", url("before", before)) }
    }
  }

  private func url(_ name: String, _ cursor: String) -> String {
    var pairs = filters.map { (name: $0.name, value: $0.value) }
    pairs += [("fields", fields.joined(separator: ",")), ("limit", "\(limit)"), (name, cursor)]
    return "\(address)?\(String(decoding: FormPair.encoded(pairs), as: UTF8.self))"
  }

  private func writeSummary(_ found: Int, _ all: Int, to writer: inout JSONWriter) {
    guard !summary.isEmpty else { return }
    writer.name("summary")
    writer.object { writer in
      if summary.contains("total_count") { writer.field("total_count", found) }
      if summary.contains("message_template_count") { writer.field("message_template_count", all) }
      // What Meta grants every account.
      if summary.contains("message_template_limit") { writer.field("message_template_limit", 250) }
      if summary.contains("are_translations_complete") {
        writer.field("are_translations_complete", true)
      }
    }
  }
}
