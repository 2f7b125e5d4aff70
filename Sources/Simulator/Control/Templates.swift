internal import HTTP
internal import JSON

/// `PUT /_sim/templates/{id}`: what Meta decides about a template by itself.
extension World {
  mutating func decide(
    _ request: HTTPRequest, _ id: String, at now: Int64
  ) throws(SettingsFaults) -> HTTPAnswer {
    let found = settings.meta.indices.compactMap { app in
      template(id, app).map { (app: app, place: $0) }
    }.first
    guard let (app, place) = found else { return ControlAnswer.notFound }
    let before = settings.meta[app].accounts[place.account].templates[place.index]
    let (after, isReported) = try ControlAnswer.read(request) { value, report in
      var template = before
      var isReported = true
      let fields = FieldReader(value, report)
      fields.string("status", into: &template.status)
      fields.string("category", into: &template.category)
      fields.string("rejectedReason", into: &template.rejectedReason)
      fields.string("correctCategory", into: &template.correctCategory)
      fields.bool("reported", into: &isReported)
      fields.finish()
      return (template, isReported)
    }
    changeTemplates(app, place.account) { templates in
      templates[place.index] = after
      guard before.category != after.category else { return }
      templates[place.index].previousCategory = before.category
      templates[place.index].correctCategory = nil
    }
    guard isReported else { return HTTPAnswer(status: 204) }
    if before.status != after.status { tellStatus(of: place, app, at: now) }
    let isNewCategory = before.category != after.category
    if isNewCategory || before.correctCategory != after.correctCategory {
      tellCategory(of: place, app, at: now)
    }
    return HTTPAnswer(status: 204)
  }

  /// Announced while `correct_category` is there, done when `previous_category` is.
  private mutating func tellCategory(of place: TemplatePlace, _ app: Int, at now: Int64) {
    let waba = settings.meta[app].accounts[place.account]
    let template = waba.templates[place.index]
    tell(
      "template_category_update",
      JSONWriter.object { writer in
        writer.name("message_template_id")
        writer.raw(Array(templateID(template).utf8))
        writer.field("message_template_name", template.name)
        writer.field("message_template_language", template.language)
        writer.field("new_category", template.category)
        if let correct = template.correctCategory {
          writer.field("correct_category", correct)
        } else {
          writer.field("previous_category", template.previousCategory)
        }
      }, of: waba.id, app, at: now)
  }
}
