internal import HTTP
internal import JSON
internal import Time

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
    let (after, isReported, span) = try ControlAnswer.read(request) { value, report in
      var template = before
      var isReported = true
      var span: Duration?
      let fields = FieldReader(value, report)
      fields.string("status", into: &template.status)
      fields.string("category", into: &template.category)
      fields.string("rejectedReason", into: &template.rejectedReason)
      fields.string("correctCategory", into: &template.correctCategory)
      fields.object("pacing") { reader in
        var pacing = template.pacing ?? Pacing()
        pacing.read(reader)
        template.pacing = pacing
      }
      fields.bool("forMarketingMessages", into: &template.isForMarketingMessages)
      fields.bool("reported", into: &isReported)
      fields.duration("for", into: &span)
      fields.finish()
      return (template, isReported, span)
    }
    changeTemplates(app, place.account) { templates in
      templates[place.index] = after
      guard before.category != after.category else { return }
      templates[place.index].previousCategory = before.category
      templates[place.index].correctCategory = nil
    }
    if before.status == "PAUSED", after.status == "APPROVED" { paceAnew(place, app) }
    if let span, before.status != after.status {
      let back = Work.restore(
        app: app, account: place.account, template: id, from: after.status, to: before.status)
      effects.append(.at(now + span.microseconds, back))
    }
    guard isReported else { return HTTPAnswer(status: 204) }
    if before.status != after.status { tellStatus(of: place, app, at: now) }
    let isNewCategory = before.category != after.category
    if isNewCategory || before.correctCategory != after.correctCategory {
      tellCategory(of: place, app, at: now)
    }
    return HTTPAnswer(status: 204)
  }

  /// A status that lasts only so long is over, unless another has come meanwhile.
  mutating func restore(
    _ app: Int, _ account: Int, _ id: String, from status: String, to former: String, at now: Int64
  ) {
    guard let place = template(id, app), place.account == account,
      settings.meta[app].accounts[account].templates[place.index].status == status
    else { return }
    changeTemplates(app, account) { $0[place.index].status = former }
    if status == "PAUSED", former == "APPROVED" { paceAnew(place, app) }
    tellStatus(of: place, app, at: now)
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
