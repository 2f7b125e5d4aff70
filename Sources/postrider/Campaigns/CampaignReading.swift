internal import Domain
internal import Forms
internal import JSON

/// What there is to read of campaigns, for a person.
struct CampaignReading {
  typealias Failed = APICaller.Failed

  let caller: CampaignCaller

  func list() throws(Failed) {
    var rows = [["id", "state", "rows", "made", "name"]]
    var after: String?
    repeat {
      let answer = try caller.ask(
        "GET", "/api/campaigns?limit=200" + (after.map { "&after=\($0)" } ?? ""))
      for campaign in answer.json?["campaigns"]?.items ?? [] {
        rows.append([
          campaign["id"].text, campaign["state"].text, campaign["rows"].text,
          campaign["createdAt"].text, campaign["name"].text,
        ])
      }
      after = answer.json?["next"]?.string
    } while after != nil
    Terminal.show(rows.count > 1 ? Terminal.table(rows) : "There are no campaigns.")
  }

  /// `reason`: those alone.
  func faults(_ id: CampaignID, of reason: String?, asTable: Bool) throws(Failed) {
    let query = reason.map { "reason=" + APICaller.segment($0) }
    let path = CampaignCaller.path(id, "faults") + (query.map { "?\($0)" } ?? "")
    if asTable { return try showTable(path) }
    let answer = try caller.ask("GET", path).json
    let faults = answer?["faults"]?.items ?? []
    guard !faults.isEmpty else { return Terminal.show("Nothing is wrong with its recipients.") }
    Terminal.show(
      Terminal.table(
        [["line", "field", "reason", "detail"]]
          + faults.map { fault in
            [fault["line"].text, fault["field"].text, fault["reason"].text, fault["detail"].text]
          }))
    if answer?["next"] != nil { Terminal.error("There are more: --csv gives all of them.") }
  }

  func preview(_ id: CampaignID) throws(Failed) {
    let messages = try caller.ask("GET", CampaignCaller.path(id, "preview")).json?["messages"]?
      .items
    guard let messages, !messages.isEmpty else {
      return Terminal.show("None of its recipients is taken in yet.")
    }
    for message in messages {
      let words =
        message["text"]?.string
        ?? message["request"].map { String(decoding: $0.text, as: UTF8.self) } ?? ""
      Terminal.show("to \(message["to"].text) from \(message["sender"].text): \(words)")
    }
  }

  func report(_ id: CampaignID, asTable: Bool) throws(Failed) {
    let path = CampaignCaller.path(id, "report")
    if asTable { return try showTable(path) }
    guard let report = try caller.ask("GET", path).json else { return }
    Terminal.show("\(report["name"].text): \(report["state"].text)")
    for part in ["read", "outcomes"] {
      let rows = (report[part]?.fields ?? []).map { ["  \($0.name)", Optional($0.value).text] }
      if !rows.isEmpty { Terminal.show("\(part):\n" + Terminal.table(rows)) }
    }
    let causes = (report["causes"]?.items ?? []).map { cause in
      ["  \(cause["code"].text)", cause["count"].text, cause["sentence"].text]
    }
    if !causes.isEmpty { Terminal.show("causes:\n" + Terminal.table(causes)) }
  }

  /// As the server writes it, for a spreadsheet.
  private func showTable(_ path: String) throws(Failed) {
    let table = path + (path.contains("?") ? "&" : "?") + "format=csv"
    Terminal.draw(String(decoding: try caller.ask("GET", table).body, as: UTF8.self))
  }

  static func tell(_ upload: UploadLook) {
    Terminal.error(
      "\(upload.good + upload.bad) rows read; \(upload.bad) of them cannot be sent:")
    for line in upload.faultLines { Terminal.error("  \(line)") }
  }
}

extension JSONValue? {
  var text: String {
    guard let self else { return "" }
    return self.string ?? String(decoding: self.text, as: UTF8.self)
  }
}
