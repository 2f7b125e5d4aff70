internal import HTTP
internal import JSON
internal import Platform
internal import Settings

/// `postrider ready`
struct ReadyCommand: Subcommand {
  static let name = "ready"
  static let summary = "ask a running worker whether it is ready, for health checks without curl"
  static let options: Set<String> = ["config"]
  static let flags: Set<String> = ["alive"]
  static let help = """
    usage: postrider ready [--alive] [URL] [--config FILE]

    Ends with 0 if the worker at URL, such as http://127.0.0.1:8082, says that it is ready, and with 1 if it
    does not, or says nothing. With --alive it is asked whether it still moves, which is what a restart should
    hang on. Without URL the address is `listen` of the settings.
    """

  private let options: Options

  init(_ options: Options) throws(UsageFault) {
    guard options.words.count <= 1 else { throw UsageFault("ready takes one URL") }
    self.options = options
  }

  func run() -> Exit {
    let base: String
    if let given = options.words.first {
      base = given.hasSuffix("/") ? String(given.dropLast()) : given
    } else {
      do throws(SettingsRefused) {
        base = APICaller.base(try LoadedSettings.find(options).settings)
      } catch {
        Terminal.error(error.description)
        return .settings
      }
    }
    do throws(HTTPClientError) {
      let client = try HTTPClient()
      defer { client.close() }
      return ask("\(base)/\(options.has("alive") ? "healthz" : "readyz")", client)
    } catch {
      Terminal.error("postrider: \(error.description)")
      return .failed
    }
  }

  private func ask(_ url: String, _ client: HTTPClient) -> Exit {
    var call = HTTPCall(url: url)
    call.totalTimeout = .seconds(5)
    guard case .answered(let answer) = client.ask(call) else {
      Terminal.error("postrider: no answer at \(url)")
      return .failed
    }
    let parts = JSONValue(whole: answer.body)?["parts"]?.fields ?? []
    for (name, trouble) in parts { Terminal.error("\(name): \(trouble.string ?? "")") }
    print(answer.status == 200 ? "ready" : "not ready")
    return answer.status == 200 ? .done : .failed
  }
}
