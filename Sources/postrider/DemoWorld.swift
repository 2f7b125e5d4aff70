internal import Settings
internal import Domain
internal import Simulator

/// What runs where nothing is set: both providers simulated on this machine, and a sender of each.
struct DemoWorld {
  let settings: Settings
  /// What they were read from.
  let text: String
  private let simulator: Simulator

  static let key = Secret("demo")

  init(listen: Address?) throws {
    simulator = try Simulator(DemoPeople.settings)
    text = Self.text(port: simulator.port, listen: listen ?? Settings().listen)
    var settings = try Settings.read(text: text)
    settings.isDemo = true
    self.settings = settings
    let webhooks = "http://\(settings.listen)/api/whatsapp/webhook"
    simulator.report(inboundTo: webhooks, webhooksTo: webhooks)
  }

  /// Where the simulator's own interface is.
  var address: String { "http://127.0.0.1:\(simulator.port)/_sim/summary" }

  func stop() { simulator.stop(within: .seconds(2)) }

  /// 127.0.0.1:8088 beside 127.0.0.1:8080. Whoever listens for others shows the console to this machine alone.
  private static func console(beside listen: Address) -> Address {
    let port = listen.port == 0 ? 0 : listen.port > 65_527 ? listen.port - 8 : listen.port + 8
    return Address(host: "127.0.0.1", port: port)
  }

  private static func text(port: UInt16, listen: Address) -> String {
    """
    {
      listen: "\(listen)", publicURL: "http://\(listen)", console: "\(console(beside: listen))",
      // Apart from what a real start will write.
      log: "embedded:data/demo/log.db", store: "sqlite:data/demo/store.db",
      spool: { path: "data/demo/spool.db" },
      apiKeys: ["\(key.exposed)"],
      defaultSender: "demo-meta", agents: [{ name: "alice" }, { name: "bob" }],
      senders: [
        {
          id: "demo-twilio", provider: "twilio", from: "\(Demo.sandboxAddress)",
          accountSid: "\(Demo.accountSid)", authToken: "\(Demo.authToken)",
          baseURL: "http://127.0.0.1:\(port)",
        },
        {
          id: "demo-meta", provider: "meta", phoneNumberId: "\(Demo.phoneNumberID)",
          wabaId: "\(Demo.wabaID)", accessToken: "\(Demo.accessToken)",
          appSecret: "\(Demo.appSecret)", verifyToken: "\(Demo.verifyToken)",
          baseURL: "http://127.0.0.1:\(port)/v24.0", portfolio: "\(Demo.portfolio)",
        },
      ],
    }
    """
  }
}
