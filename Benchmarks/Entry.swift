@main
enum Entry {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch arguments.first {
    case "store": try StoreBenchmark.run(arguments.dropFirst())
    case "status": try StatusBenchmark.run(arguments.dropFirst())
    case "log": try LogBenchmark.run()
    case "http": try HTTPBenchmark.run()
    case "dispatch": try DispatchBenchmark.run(arguments.dropFirst())
    case "ingest": try IngestBenchmark.run(arguments.dropFirst())
    case "simulator": try SimulatorBenchmark.run(arguments.dropFirst())
    case "rows": try RowsBenchmark.run(arguments.dropFirst())
    case "forecast": try ForecastBenchmark.run(arguments.dropFirst())
    case "conversations": try ConversationsBenchmark.run(arguments.dropFirst())
    case "takeover": try TakeoverBenchmark.run(arguments.dropFirst())
    case "assistants": try AssistantsBenchmark.run(arguments.dropFirst())
    case "doors": try DoorsBenchmark.run()
    case "kannel-provider": try KannelProvider.serve(Array(arguments.dropFirst()))
    case "broker": try LogBenchmark.broker()
    case "serve": try HTTPBenchmark.serve(Array(arguments.dropFirst()))
    case "serve-conversations": try ConversationsService.serve(Array(arguments.dropFirst()))
    case "serve-doors": try DoorsService.serve()
    case "serve-ingest": try IngestService.serve(Array(arguments.dropFirst()))
    default:
      print(
        """
        usage: script/bench store|status [sqlite|postgres] [SENDS] | log | http | ingest [REQUESTS]
               | dispatch [sqlite|postgres] [SECONDS] [rate|latency|handover|budgets|backlog|steady|kannel]
               | simulator [MESSAGES|serve] | rows [ROWS] | forecast [PEOPLE]
               | conversations [sqlite|postgres] [CONVERSATIONS]
               | takeover [sqlite|postgres] [assistant] [CONVERSATIONS]
               | assistants [sqlite|postgres] [CONVERSATIONS] | doors
        """
      )
    }
  }
}
