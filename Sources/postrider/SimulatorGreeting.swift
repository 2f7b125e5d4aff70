internal import Settings
internal import Simulator

/// What one has to know to let something send through the simulator. The secrets of the demo are in the
/// source; those of a file stay in it.
struct SimulatorGreeting {
  private let settings: SimulatorSettings
  private let port: UInt16
  private let file: String?

  init(_ settings: SimulatorSettings, port: UInt16, file: String?) {
    self.settings = settings
    self.port = port
    self.file = file
  }

  var text: String {
    let rows =
      settings.twilio.flatMap(rows) + settings.meta.flatMap(rows)
      + (settings.assistant.map(rows) ?? [])
      + [["control API", "\(base)/_sim/ledger"], ["seed", "\(settings.seed)"]]
    return "Simulating Twilio and Meta on \(base)\n\n" + Terminal.table(rows) + "\n"
  }

  private var base: String { "http://\(Address(host: settings.address, port: port))" }

  private func rows(_ account: TwilioAccount) -> [[String]] {
    [
      ["Twilio baseURL", base],
      ["Twilio accountSid", account.sid],
      ["Twilio authToken", said(account.authToken, demo: Demo.authToken)],
      ["Twilio from", account.senders.map(\.address).joined(separator: ", ")],
      ["Twilio contentSid", account.contents.map(\.sid).joined(separator: ", ")],
    ].filter { $0[1] != "" }
  }

  private func rows(_ app: MetaApp) -> [[String]] {
    let phones = app.accounts.flatMap { account in
      account.phones.map { ["Meta phoneNumberId", "\($0.id) of wabaId \(account.id)"] }
    }
    let templates = app.accounts.flatMap(\.templates).map { "\($0.name) \($0.language)" }
    return [
      ["Meta baseURL", "\(base)/v24.0"],
      ["Meta accessToken", said(app.token, demo: Demo.accessToken)],
      ["Meta appSecret", said(app.secret, demo: Demo.appSecret)],
      ["Meta verifyToken", said(app.verifyToken, demo: Demo.verifyToken)],
    ] + phones
      + [
        ["Meta templates", templates.joined(separator: ", ")],
        ["Meta webhooks to", app.webhookURL ?? "nowhere: PUT \(base)/_sim/callbacks sets it"],
      ].filter { $0[1] != "" }
  }

  private func rows(_ assistant: AssistantSettings) -> [[String]] {
    [
      ["assistant url", "\(base)/v1/chat/completions"],
      ["assistant apiKey", said(assistant.key, demo: Demo.assistantKey)],
    ]
  }

  private func said(_ secret: String, demo: String) -> String {
    secret == demo ? secret : "as in \(file ?? "the settings")"
  }
}
