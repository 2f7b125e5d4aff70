internal import Settings
internal import Domain
internal import Forms
internal import HTTP
internal import JSON
internal import Platform
internal import Running
internal import Time

/// Asks the API of a running system, with a key of the settings.
struct APICaller {
  private let client: HTTPClient
  private let base: String
  private let key: Secret

  struct Failed: Error, CustomStringConvertible {
    let description: String
    var exit = Exit.failed

    init(_ description: String, _ exit: Exit = .failed) {
      (self.description, self.exit) = (description, exit)
    }

    /// A refusal in its own words.
    init(_ answer: Answer) {
      let faults = answer.json?["errors"]?.items ?? []
      let said = faults.map { fault in
        "\(fault["pointer"]?.string ?? "") \(fault["detail"]?.string ?? "")"
      }
      let text = said.isEmpty ? answer.json?["detail"]?.string ?? "" : said.joined(separator: "; ")
      self.init("the API answered \(answer.status): \(text)")
    }
  }

  struct Answer {
    let status: Int
    var headers: [HTTPHeader] = []
    var body: [UInt8] = []
    let json: JSONValue?

    var isDone: Bool { (200...299).contains(status) }
  }

  /// A longer answer is given up: a table of all faults of an upload may have tens of megabytes.
  private static let answerSize = 256 << 20

  init(
    _ loaded: LoadedSettings, url: String?, scopes: [APIKey.Scope] = [.send, .read]
  ) throws(Failed) {
    let settings = loaded.settings
    let own =
      settings.apiKeys.first { $0.tenant == nil && $0.scopes.isSuperset(of: scopes) }
      ?? settings.apiKeys.first { $0.scopes.isSuperset(of: scopes) }
    guard let key = own?.key ?? (loaded.isNothingSet ? DemoWorld.key : nil) else {
      let names = scopes.map(\.rawValue).joined(separator: " and ")
      throw Failed("the settings have no API key with the scopes \(names)", .settings)
    }
    self.key = key
    base = url ?? Self.base(settings)
    var configuration = HTTPClient.Configuration()
    configuration.maximumAnswerSize = Self.answerSize
    do { client = try HTTPClient(configuration) } catch {
      throw Failed(error.description, .unavailable)
    }
  }

  func close() { client.close() }

  /// For a command that is nothing but questions to the API, with the settings that the options name. What fails is told.
  static func with(
    _ options: Options, scopes: [APIKey.Scope], _ body: (APICaller) throws(Failed) -> Void
  ) -> Exit {
    let loaded: LoadedSettings
    do throws(SettingsRefused) { loaded = try LoadedSettings.find(options) } catch {
      Terminal.error(error.description)
      return .settings
    }
    do throws(Failed) {
      let caller = try APICaller(loaded, url: options["url"], scopes: scopes)
      defer { caller.close() }
      try body(caller)
      return .done
    } catch {
      Terminal.error("postrider: \(error.description)")
      return error.exit
    }
  }

  /// A name in a path.
  static func segment(_ name: String) -> String {
    String(decoding: percentEncoded(name), as: UTF8.self)
  }

  /// The answer's object; anything but a success is told.
  func done(_ method: String, _ path: String, _ body: [UInt8] = []) throws(Failed) -> JSONValue {
    let answer = try call(method, path, body)
    guard (200...299).contains(answer.status), let json = answer.json else { throw Failed(answer) }
    return json
  }

  func call(
    _ method: String, _ path: String, _ body: [UInt8] = [], type: String = "application/json",
    headers: [HTTPHeader] = []
  ) throws(Failed) -> Answer {
    var call = HTTPCall(
      method: method, url: base + path,
      headers: [
        HTTPHeader("Authorization", "Bearer \(key.exposed)"),
        HTTPHeader("Content-Type", type),
      ] + headers, body: body)
    call.totalTimeout = .seconds(90)
    guard case .answered(let answer) = client.ask(call) else { throw isAway }
    return Answer(
      status: answer.status, headers: answer.headers, body: answer.body,
      json: JSONValue(whole: answer.body))
  }

  var isAway: Failed {
    Failed(
      "no answer at \(base): is `postrider ingest` or `postrider up` running there?", .unavailable)
  }

  /// A stream of the API for as long as it lasts, told on another thread as it comes; false ends it.
  func follow(
    _ path: String, headers: [HTTPHeader], until stop: StopSignal,
    _ take: @escaping @Sendable ([UInt8]) -> Bool
  ) -> HTTPOutcome {
    var call = HTTPCall(
      url: base + path,
      headers: [HTTPHeader("Authorization", "Bearer \(key.exposed)")] + headers)
    call.totalTimeout = Self.longestStream
    call.stream = HTTPCall.Stream(silence: Self.longestSilence, take: take)
    let outcome = Platform.Answer<HTTPOutcome>()
    client.send(call) { outcome.give($0) }
    while true {
      if let outcome = outcome.wait(for: .milliseconds(100)) { return outcome }
      if stop.isRequested { client.cancelAll() }
    }
  }

  /// A new connection costs nothing, and one of months may be nobody's any more.
  private static let longestStream = Duration.seconds(6 * 3600)
  /// Of the signs of life that a stream gives every 15 seconds, three are missing.
  private static let longestSilence = Duration.seconds(60)

  /// Who listens everywhere listens here as well.
  static func base(_ settings: Settings) -> String {
    let host = ["0.0.0.0": "127.0.0.1", "::": "::1"][settings.listen.host] ?? settings.listen.host
    let address = Address(host: host, port: settings.listen.port)
    return "\(settings.tls == nil ? "http" : "https")://\(address)\(settings.publicURL?.path ?? "")"
  }
}
