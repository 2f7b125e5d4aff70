internal import Foundation

/// The first words of the command line choose what runs.
enum Command {
  static func run(_ arguments: [String]) -> Exit {
    let words = arguments.prefix { !$0.hasPrefix("-") }
    let wantsHelp = arguments.contains("--help") || arguments.contains("-h")
    do throws(UsageFault) {
      switch words.first {
      case nil where wantsHelp, "help": return help()
      case nil: throw UsageFault("say what to run")
      case "up" where wantsHelp: return show(UpCommand.help)
      case "up": return try UpCommand(Options(arguments.dropFirst(), UpCommand.options)).run()
      case "simulate" where wantsHelp: return show(SimulateCommand.help)
      case "simulate":
        return try SimulateCommand(Options(arguments.dropFirst(), SimulateCommand.options)).run()
      case "topics" where wantsHelp: return show(TopicsCommand.help)
      case "topics":
        return try TopicsCommand(Options(arguments.dropFirst(), TopicsCommand.options)).run()
      case "config" where wantsHelp: return show(ConfigCommand.help)
      case "config":
        return try ConfigCommand(Options(arguments.dropFirst(), ConfigCommand.options)).run()
      case let word?: throw UsageFault("there is no command \(word)")
      }
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
        config check   say everything that is wrong with a settings file
        topics         make Kafka's topics
        simulate       stand in for Twilio and Meta, with faults on request

      Every command explains itself with --help. All but simulate take --config FILE (or POSTRIDER_CONFIG).
      Without a file the environment is enough for one sender; see deploy/postrider.example.json5 for every
      setting.
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
