internal import Running
internal import Settings
internal import Platform
internal import Simulator
internal import Time

/// `postrider simulate`
struct SimulateCommand: Subcommand {
  static let name = "simulate"
  static let summary = "stand in for Twilio and Meta, with faults on request"
  static let options: Set<String> = ["settings", "listen", "seed", "assistant-delay"]
  static let flags: Set<String> = ["assistant"]
  static let help = """
    usage: postrider simulate [--settings FILE] [--listen HOST:PORT] [--seed N]
                              [--assistant] [--assistant-delay DURATION]

    Stands in for Twilio and Meta on one address, as strict as they are, with faults on request. Without a file
    it simulates one demo account of each. SIGTERM or Ctrl-C ends it with a summary of what it has seen.

      --settings FILE      what to simulate, as JSON; docs/simulator.md has the keys
      --listen HOST:PORT   127.0.0.1:8090 unless said here or in the file; port 0 takes any free one
      --seed N             the same seed repeats the same outcomes; 1 unless said here or in the file
      --assistant          also answers for a model, at /v1/chat/completions, and does whatever a message tells it
      --assistant-delay D  between its question and its answer, such as 2s; none unless said here or in the file
    """

  private let file: String?
  private let address: Address?
  private let seed: UInt64?
  private let hasAssistant: Bool
  private let delay: Duration?

  init(_ options: Options) throws(UsageFault) {
    guard options.words.isEmpty else { throw UsageFault("simulate takes no arguments") }
    file = options["settings"]
    address = options["listen"].flatMap(Address.init)
    if options["listen"] != nil, address == nil {
      throw UsageFault("--listen needs HOST:PORT")
    }
    let number = try options.count("seed", in: 0...Int.max, default: 1)
    seed = options["seed"] == nil ? nil : UInt64(number)
    delay = options["assistant-delay"].flatMap { Duration(written: $0) }
    if options["assistant-delay"] != nil, delay == nil {
      throw UsageFault("--assistant-delay needs a duration such as 2s")
    }
    hasAssistant = options.has("assistant") || delay != nil
  }

  func run() -> Exit {
    let settings: SimulatorSettings
    do throws(SettingsRefused) { settings = try read() } catch {
      Terminal.error(error.description)
      return .settings
    }
    let stop = StopSignal()
    let signals = SignalWatch(stop: stop)
    defer { withExtendedLifetime(signals) {} }
    do {
      let simulator = try Simulator(settings)
      Terminal.show(SimulatorGreeting(settings, port: simulator.port, file: file).text)
      stop.wait()
      simulator.stop()
      Terminal.show(simulator.summary())
      return .done
    } catch {
      Terminal.error("postrider: \(error)")
      return .unavailable
    }
  }

  /// The command line goes before the file.
  private func read() throws(SettingsRefused) -> SimulatorSettings {
    var settings = SimulatorSettings()
    settings.port = 8090
    if let file { settings = try Self.read(file, over: settings) }
    if let address { (settings.address, settings.port) = (address.host, address.port) }
    if let seed { settings.seed = seed }
    if hasAssistant {
      var assistant = settings.assistant ?? AssistantSettings()
      if let delay { assistant.delay = Delay(delay) }
      settings.assistant = assistant
    }
    return settings
  }

  private static func read(
    _ file: String, over defaults: SimulatorSettings
  ) throws(SettingsRefused) -> SimulatorSettings {
    guard let text = Platform.content(ofFile: file) else {
      throw SettingsRefused([SettingsFault("", "\(file) cannot be read")])
    }
    do throws(SettingsFaults) {
      return try SimulatorSettings(json: text, over: defaults)
    } catch {
      throw SettingsRefused(error.faults.map { SettingsFault("", $0) })
    }
  }
}
