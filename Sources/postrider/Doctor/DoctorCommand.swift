internal import Domain
internal import HTTP
internal import JSON
internal import Settings

/// `postrider doctor`
struct DoctorCommand: Subcommand {
  static let name = "doctor"
  static let summary =
    "look at settings, clock, disk, log, store, senders and webhooks; change nothing"
  static let options: Set<String> = ["config"]
  static let flags: Set<String> = ["json", "offline"]
  static let help = """
    usage: postrider doctor [--offline] [--json] [--config FILE]

    Looks at everything that sending stands on and says of each thing whether it is as it should be, and what
    to do if not: the settings, this machine's clock and disk, the log and its topics, the store, each
    sender's account at its provider, the endpoints of assistants, whether our webhooks answer at publicURL, and
    whether somebody looks after campaigns and people who wait for an answer. It changes nothing and
    sends nothing, and may be run beside workers at any time.

      --offline   leave out what asks the providers and publicURL
      --json      the findings as JSON, for scripts

    Ends with 0 if nothing is wrong, with 1 if something is, with 78 if the settings cannot be read.
    """

  private let options: Options

  init(_ options: Options) throws(UsageFault) {
    guard options.words.isEmpty else { throw UsageFault("doctor takes no arguments") }
    self.options = options
  }

  func run() -> Exit {
    let loaded: LoadedSettings
    do throws(SettingsRefused) { loaded = try LoadedSettings.find(options) } catch {
      report(
        error.faults.map {
          .bad("settings", $0.description, "mend it; `postrider config check` says whether it is")
        })
      return .settings
    }
    let findings = Self.findings(loaded, isOffline: options.has("offline")) { finding in
      if !options.has("json") { Terminal.show(finding.text) }
    }
    if options.has("json") { report(findings) }
    let bad = findings.count { $0.verdict == .bad }
    if !options.has("json") {
      Terminal.show(
        bad == 0 ? "Nothing is wrong." : "\(bad) thing\(bad == 1 ? " is" : "s are") wrong.")
    }
    return bad == 0 ? .done : .failed
  }

  private func report(_ findings: [Finding]) {
    guard options.has("json") else {
      for finding in findings { Terminal.show(finding.text) }
      return
    }
    let json = JSONWriter.object { writer in
      writer.field("ok", !findings.contains { $0.verdict == .bad })
      writer.name("findings")
      writer.array { list in
        for finding in findings { list.object { finding.write(to: &$0) } }
      }
    }
    Terminal.show(String(decoding: json, as: UTF8.self))
  }

  /// Each is told as soon as it is found: some take seconds.
  private static func findings(
    _ loaded: LoadedSettings, isOffline: Bool, _ tell: (Finding) -> Void
  ) -> [Finding] {
    let settings = loaded.settings
    var parts: [() -> [Finding]] = [
      { settingsFindings(loaded) }, { MachineCheckUp(settings).findings },
      { LogCheckUp(settings).findings }, { StoreCheckUp(settings).findings },
    ]
    if !isOffline {
      parts.append { SenderCheckUp(StoreCheckUp(settings).whole).findings }
      parts.append { AssistantCheckUp(settings).findings }
    }
    return parts.flatMap { part in
      let found = part()
      for finding in found { tell(finding) }
      return found
    }
  }

  private static func settingsFindings(_ loaded: LoadedSettings) -> [Finding] {
    if loaded.isNothingSet {
      return [
        .warning(
          "settings", "nothing is set: `postrider up` runs the demo",
          "write a file from deploy/postrider.example.json5, or set WHATSAPP_PROVIDER and its variables"
        )
      ]
    }
    let warnings = loaded.settings.warnings.map { Finding.warning("settings", $0) }
    return warnings.isEmpty ? [.good("settings", "\(loaded.origin) has no fault")] : warnings
  }
}
