internal import JSON
internal import Settings

/// `postrider account webhooks`
struct WebhookReport {
  private let options: Options

  init(_ options: Options) { self.options = options }

  private static let path = "/api/accounts/webhooks"

  func run() -> Exit {
    APICaller.with(options, scopes: [.read, .admin]) { caller throws(APICaller.Failed) in
      if options.has("test") {
        try test(caller)
      } else if options.has("set") {
        try set(caller)
      } else {
        let query = options["sender"].map { "?sender=\(APICaller.segment($0))" } ?? ""
        show(try answer(caller.call("GET", Self.path + query)))
      }
    }
  }

  private func answer(_ answer: APICaller.Answer) throws(APICaller.Failed) -> JSONValue {
    guard answer.status == 200, let json = answer.json else { throw APICaller.Failed(answer) }
    return json
  }

  private func test(_ caller: APICaller) throws(APICaller.Failed) {
    let found = try answer(
      caller.call("POST", Self.path, JSONWriter.object { $0.field("action", "test") }))
    Terminal.show("\(found["url"]?.string ?? ""): \(found["sentence"]?.string ?? "")")
    if let remedy = found["remedy"]?.string { Terminal.show("  → \(remedy)") }
    guard found["answered"]?.bool == true else {
      throw APICaller.Failed("our own webhooks do not answer")
    }
  }

  private func set(_ caller: APICaller) throws(APICaller.Failed) {
    let body = JSONWriter.object { writer in
      writer.field("action", "set")
      writer.field("sender", options["sender"])
    }
    let done = try answer(caller.call("POST", Self.path, body))
    if let webhooks = done["webhooks"] { show(webhooks) }
  }

  private func show(_ found: JSONValue) {
    if let ours = found["ours"]?.string {
      Terminal.show("ours: \(ours)\n")
    } else {
      Terminal.show("publicURL is not set: nobody can reach us\n")
    }
    var rows = [["what", "id", "goes to", "last seen", "remark"]]
    for app in found["apps"]?.items ?? [] { rows.append(row(app: app)) }
    for account in found["accounts"]?.items ?? [] { rows.append(row(account: account)) }
    for phone in found["phones"]?.items ?? [] { rows.append(row(phone: phone)) }
    Terminal.show(Terminal.table(rows))
  }

  private func row(app: JSONValue) -> [String] {
    let missing = app["missing"]?.items?.compactMap(\.string) ?? []
    var remarks = [app["failure"]?.string, mine(app)].compactMap(\.self)
    if app["active"]?.bool == false { remarks.append("it has no webhook that Meta has verified") }
    if !missing.isEmpty { remarks.append("not told of \(missing.joined(separator: ", "))") }
    return [
      "app", app["app"]?.string ?? "", app["url"]?.string ?? "", "",
      remarks.joined(separator: "; "),
    ]
  }

  private func row(account: JSONValue) -> [String] {
    var remarks = [account["failure"]?.string].compactMap(\.self)
    if account["subscribed"]?.bool == false { remarks.append("our app is not subscribed") }
    let overrides = (account["apps"]?.items ?? []).compactMap { $0["override"]?.string }
    return [
      "account", account["account"]?.string ?? "", overrides.first ?? "",
      account["seenAt"]?.string ?? "never", remarks.joined(separator: "; "),
    ]
  }

  private func row(phone: JSONValue) -> [String] {
    let level = phone["level"]?.string.map { "set for the \($0)" }
    let remarks = [phone["failure"]?.string, level, mine(phone)].compactMap(\.self)
    return [
      "number \(phone["sender"]?.string ?? "")", phone["phoneNumberId"]?.string ?? "",
      phone["url"]?.string ?? "", phone["seenAt"]?.string ?? "never",
      remarks.joined(separator: "; "),
    ]
  }

  private func mine(_ value: JSONValue) -> String? {
    value["ours"]?.bool == false ? "that is not us" : nil
  }
}
