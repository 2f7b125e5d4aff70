internal import HTTP
internal import JSON

/// One object of the graph by its id: a number, a file, an account or a template.
extension World {
  mutating func metaObject(
    _ id: String, _ app: Int, _ request: HTTPRequest, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    let isAsked = request.method == "GET"
    let asked = AskedFields(request)
    if let place = phones[id], place.app == app {
      guard isAsked else { return try changePhone(place, request) }
      return HTTPAnswer(
        json: try asked.object("WhatsAppBusinessPhoneNumber", phoneFields(place, at: now)))
    }
    if let place = template(id, app) {
      guard isAsked else { return try editTemplate(place, app, request, at: now) }
      return HTTPAnswer(
        json: try asked.object("MessageTemplate", templateFields(place, app, at: now)))
    }
    guard isAsked else { throw .unknownObject(id) }
    if let item = file(id, app, request) { return mediaAnswer(id, item, request) }
    guard let account = settings.meta[app].accounts.firstIndex(where: { $0.id == id }) else {
      throw .unknownObject(id)
    }
    return HTTPAnswer(
      json: try asked.object("WhatsAppBusinessAccount", accountFields(app, account, at: now)))
  }
}
