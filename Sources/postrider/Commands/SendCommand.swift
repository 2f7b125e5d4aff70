internal import Settings
internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Time

/// `postrider send`
struct SendCommand: Subcommand {
  static let name = "send"
  static let summary = "send one message, and wait for it if asked to"
  static let options: Set<String> = [
    "config", "to", "body", "template", "language", "sender", "campaign", "wait", "timeout", "url",
  ]
  static let flags: Set<String> = ["follow"]
  static let help = """
    usage: postrider send --to NUMBER --body TEXT [OPTIONS]
           postrider send --to NUMBER --template NAME [OPTIONS]

    Sends one message through the API of a running system, with a key of the settings, and prints its id.
    Where it is waited for and takes more than a few seconds, says what it waits for, and if it fails, why.

      --sender ID       which of several senders
      --language CODE   of the template
      --campaign NAME   counts it to a campaign
      --wait STATE      waits until it is there, or has ended, and prints its state as well
      --follow          prints each step with its time, until it is delivered, unless --wait says otherwise
      --timeout N       waits at most so many seconds, 60 unless said
      --url URL         where the API is, unless it is where the settings listen
      --config FILE
    """

  private let options: Options
  private let to: String
  private let state: SendState?
  private let timeout: Int

  init(_ options: Options) throws(UsageFault) {
    guard options.words.isEmpty else { throw UsageFault("send takes no arguments") }
    guard let to = options["to"] else { throw UsageFault("send needs --to") }
    guard options["body"] != nil || options["template"] != nil else {
      throw UsageFault("send needs --body or --template")
    }
    if let word = options["wait"] {
      guard let state = SendState(name: word) else {
        throw UsageFault("--wait needs a state of a send, such as delivered")
      }
      self.state = state
    } else {
      state = options.has("follow") ? .delivered : nil
    }
    timeout = try options.count("timeout", in: 1...86_400, default: 60)
    self.options = options
    self.to = to
  }

  func run() -> Exit {
    let loaded: LoadedSettings
    do throws(SettingsRefused) { loaded = try LoadedSettings.find(options) } catch {
      Terminal.error(error.description)
      return .settings
    }
    do throws(APICaller.Failed) {
      let caller = try APICaller(loaded, url: options["url"])
      defer { caller.close() }
      return try send(caller)
    } catch {
      Terminal.error("postrider: \(error.description)")
      return error.exit
    }
  }

  private func send(_ caller: APICaller) throws(APICaller.Failed) -> Exit {
    let answer = try caller.call("POST", "/api/whatsapp/send", body)
    guard answer.status == 202, let id = answer.json?["id"]?.string else {
      throw APICaller.Failed(answer)
    }
    Terminal.show(id)
    guard let state else { return .done }
    return try SendWatch(id, for: state, follows: options.has("follow"), caller)
      .run(within: .seconds(timeout))
  }

  private var body: [UInt8] {
    JSONWriter.object { writer in
      writer.field("to", to)
      writer.field("body", options["body"])
      writer.field("template_name", options["template"])
      writer.field("language_code", options["language"])
      writer.field("sender", options["sender"])
      writer.field("campaign", options["campaign"])
    }
  }
}
