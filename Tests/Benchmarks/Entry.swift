@main
enum Entry {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch arguments.first {
    case "store": try StoreBenchmark.run(arguments.dropFirst())
    case "simulator": try SimulatorBenchmark.run(arguments.dropFirst())
    default:
      print("usage: script/bench store [sqlite|postgres] [SENDS] | simulator [MESSAGES|serve]")
    }
  }
}
