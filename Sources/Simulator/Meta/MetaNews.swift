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
    guard let app, settings.meta[app].webhookURL != nil else { return ControlAnswer.notFound }
    let body = JSONWriter.object { writer in
      writer.field("object", "whatsapp_business_account")
      writer.list("entry", [waba]) { writer, waba in
        writer.field("id", waba)
        writer.field("time", Int(now / 1_000_000))
        writer.list("changes", [news]) { writer, news in
          writer.name("value")
          writer.raw(news.value)
          writer.field("field", news.field)
        }
      }
    }
    totals.meta.planned += 1
    deliver(body, app, updates: 1, at: now)
    return HTTPAnswer(status: 202)
  }
}
