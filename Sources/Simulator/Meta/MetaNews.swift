internal import HTTP
internal import JSON

/// What Meta tells about an account, a template or a number: `{"field", "value"}`, the value as it stands.
extension World {
  mutating func tell(
    _ request: HTTPRequest, of waba: String, at now: Int64
  ) throws(SettingsFaults) -> HTTPAnswer {
    let news = try ControlAnswer.read(request) { value, report in
      let fields = FieldReader(value, report)
      defer { fields.finish() }
      return (field: fields.string("field"), value: fields.raw("value"))
    }
    let app = settings.meta.firstIndex { $0.accounts.contains { $0.id == waba } }
    guard let app, tell(news.field, news.value, of: waba, app, at: now) else {
      return ControlAnswer.notFound
    }
    return HTTPAnswer(status: 202)
  }

  /// False where nobody is told.
  @discardableResult
  mutating func tell(
    _ field: String, _ value: [UInt8], of waba: String, _ app: Int, at now: Int64
  ) -> Bool {
    guard let url = webhookURL(app, waba: waba) else { return false }
    let body = JSONWriter.object { writer in
      writer.field("object", "whatsapp_business_account")
      writer.list("entry", [waba]) { writer, waba in
        writer.field("id", waba)
        writer.field("time", Int(now / 1_000_000))
        writer.list("changes", [value]) { writer, value in
          writer.name("value")
          writer.raw(value)
          writer.field("field", field)
        }
      }
    }
    totals.meta.planned += 1
    deliver(body, app, to: url, updates: 1, at: now)
    return true
  }
}
