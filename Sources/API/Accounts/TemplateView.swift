internal import Domain
internal import JSON
internal import SendStore
internal import Time

/// A template as a caller reads it.
extension MirroredTemplate {
  func write(to writer: inout JSONWriter) {
    writer.field("account", account.text)
    writer.field("name", name)
    writer.field("language", language)
    if !id.isEmpty { writer.field("id", id) }
    writer.field("status", status)
    writer.field("category", category)
    if !quality.isEmpty { writer.field("quality", quality) }
    if !format.isEmpty { writer.field("parameterFormat", format) }
    if !rejection.isEmpty { writer.field("rejection", rejection) }
    if !announced.isEmpty {
      writer.field("announcedCategory", announced)
      if announcedAt > .distantPast { writer.field("announcedAt", announcedAt.description) }
    }
    writer.field("changedAt", changedAt.description)
    let warnings = warnings
    if !warnings.isEmpty {
      writer.name("warnings")
      writer.array { list in
        for warning in warnings { list.value(warning) }
      }
    }
    writer.field("components", json: components)
  }

  /// What may surprise whoever sends it.
  private var warnings: [String] {
    var warnings: [String] = []
    if !announced.isEmpty {
      let since = announcedAt > .distantPast ? " since \(announcedAt)" : ""
      warnings.append(
        "Meta has announced\(since) that it will be \(announced) and be priced so; that comes a day after it is announced."
      )
    }
    switch status {
    case "PENDING", "IN_APPEAL", "RECEIVED":
      warnings.append("It is in review and cannot be sent until it is approved.")
    case "REJECTED":
      warnings.append("It was rejected and cannot be sent; edit it, or make another.")
    case "PAUSED": warnings.append("It is paused for its quality or its pace; sends of it wait.")
    case "DISABLED": warnings.append("It is disabled and cannot be sent.")
    default: break
    }
    return warnings
  }
}
