internal import Foundation

/// Something that `postrider` can be asked to do.
protocol Subcommand: SendableMetatype {
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
  private static let all: [String: any Subcommand.Type] = [
    "up": UpCommand.self, "ingest": IngestCommand.self, "dispatch": DispatchCommand.self,
    "status": StatusCommand.self, "simulate": SimulateCommand.self, "topics": TopicsCommand.self,
    "config": ConfigCommand.self, "lane": LaneCommand.self, "doubt": DoubtCommand.self,
    "send": SendCommand.self, "trace": TraceCommand.self, "dead": DeadCommand.self,
    "prune": PruneCommand.self, "store": StoreCommand.self,
  ]

  static func run(_ arguments: [String]) -> Exit {
    let name = arguments.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
    let wantsHelp = arguments.contains("--help") || arguments.contains("-h") || name == "help"
    if arguments.first == "--version" { return show("postrider \(postriderVersion)") }
    do throws(UsageFault) {
      guard let name, name != "help" else {
        guard wantsHelp else { throw UsageFault("say what to run") }
        return help()
      }
      guard let command = all[name] else { throw UsageFault("there is no command \(name)") }
      if wantsHelp { return show(command.help) }
      return try command.init(
        Options(arguments.dropFirst(), command.options, flags: command.flags)
      ).run()
    } catch {
      Terminal.error("postrider: \(error.sentence)\nSee postrider --help.")
      return .usage
    }
  }

  private static func help() -> Exit {
    show(
      """
      postrider sends WhatsApp and SMS messages in bulk through Twilio and Meta, and knows what became of
      each.

      usage: postrider COMMAND [OPTIONS]

        up             run everything in one process, on this machine alone or against Kafka
        ingest         run only what takes in webhooks and requests
        dispatch       run only what sends
        status         run only what follows up what was sent
        send           send one message, and wait for it if asked to
        trace          show one send's life
        lane           say how each sender's lane stands; pause and resume it
        doubt          say which sends may have gone out; decide about them
        dead           show what could not be processed; put it back or drop it
        prune          forget now what the retention allows
        store          say that the store came back from a backup; bind it to a log
        config check   say everything that is wrong with a settings file
        topics         make Kafka's topics
        simulate       stand in for Twilio and Meta, with faults on request

      Every command explains itself with --help; --version says which version this is. All but
      simulate take --config FILE (or POSTRIDER_CONFIG). Without a file the environment is enough for one
      sender; see deploy/postrider.example.json5 for every setting.
      """)
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
