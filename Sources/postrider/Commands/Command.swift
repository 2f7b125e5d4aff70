/// Something that `postrider` can be asked to do.
protocol Subcommand: SendableMetatype {
  static var name: String { get }
  /// A line of the list of commands.
  static var summary: String { get }
  /// Those with a value.
  static var options: Set<String> { get }
  /// Those that stand alone.
  static var flags: Set<String> { get }
  static var help: String { get }
  init(_ options: Options) throws(UsageFault)
  func run() throws(UsageFault) -> Exit
}

extension Subcommand {
  static var flags: Set<String> { [] }
}

/// The first word of the command line chooses what runs.
enum Command {
  /// In the order of the list.
  private static let all: [any Subcommand.Type] = [
    UpCommand.self, IngestCommand.self, DispatchCommand.self, StatusCommand.self,
    EngageCommand.self,
    SendCommand.self, SendsCommand.self, CampaignCommand.self, InboxCommand.self,
    ContactCommand.self,
    ObjectCommand.self,
    TraceCommand.self, EventsCommand.self, LaneCommand.self, DoubtCommand.self,
    DeadCommand.self, PruneCommand.self, AccountCommand.self, PhoneCommand.self, TasksCommand.self,
    TemplateCommand.self,
    StoreCommand.self, ConfigCommand.self, DoctorCommand.self, ReadyCommand.self,
    TopicsCommand.self,
    SimulateCommand.self,
  ]

  static func run(_ arguments: [String]) -> Exit {
    let name = arguments.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
    let isHelp = ["--help", "-h"].contains(where: arguments.prefix { $0 != "--" }.contains)
    if arguments.first == "--version" { return show("postrider \(postriderVersion)") }
    do throws(UsageFault) {
      guard let name, name != "help" else {
        guard isHelp || name == "help" else { throw UsageFault("a command is needed") }
        return try arguments.count > 1 && name == "help"
          ? show(command(arguments[1]).help) : show(help)
      }
      let command = try command(name)
      if isHelp { return show(command.help) }
      return try command.init(
        Options(arguments.dropFirst(), command.options, flags: command.flags)
      ).run()
    } catch {
      Terminal.error("postrider: \(error.sentence)\nSee postrider --help.")
      return .usage
    }
  }

  private static func command(_ name: String) throws(UsageFault) -> any Subcommand.Type {
    guard let command = all.first(where: { $0.name == name }) else {
      throw UsageFault("there is no command \(name)")
    }
    return command
  }

  private static var help: String {
    let width = (all.map { $0.name.count }.max() ?? 0) + 3
    let list = all.map { command in
      "  " + command.name + String(repeating: " ", count: width - command.name.count)
        + command.summary
    }
    return """
      postrider sends WhatsApp and SMS messages in bulk through Twilio and Meta, and knows what became of
      each.

      usage: postrider COMMAND [OPTIONS]

      \(list.joined(separator: "\n"))

      `postrider COMMAND --help` explains a command; --version says which version this is. All commands but
      simulate take --config FILE (or POSTRIDER_CONFIG). Without a file the environment is enough for one
      sender; see deploy/postrider.example.json5 for every setting.
      """
  }

  private static func show(_ text: String) -> Exit {
    print(text)
    return .done
  }
}

struct UsageFault: Error {
  let sentence: String

  init(_ sentence: String) { self.sentence = sentence }
}
