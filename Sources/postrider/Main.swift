internal import Glibc

@main
enum Main {
  static func main() {
    let outcome = Command.run(Array(CommandLine.arguments.dropFirst()))
    exit(outcome.rawValue)
  }
}

/// As sysexits.h has them, so that whoever started the process can tell what to do.
enum Exit: Int32 {
  case done = 0
  case failed = 1
  case usage = 64
  /// What was handed over cannot be used.
  case refused = 65
  case unavailable = 69
  /// It goes on once a person has seen to it.
  case waits = 75
  case settings = 78
}
