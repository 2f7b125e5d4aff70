internal import Domain
internal import SendStore
internal import Store
internal import Time

/// `postrider tasks`
struct TasksCommand: Subcommand {
  static let name = "tasks"
  static let summary = "say what runs by the clock, and when it did last"
  static let options: Set<String> = ["config"]
  static let help = """
    usage: postrider tasks [--config FILE]

    What workers do by the clock: nobody has to set up a timer. One worker at a time does each; which one, when, how long
    it took and why it failed, if it did. A run is written down at most once a minute.
    """

  private let options: Options

  init(_ options: Options) throws(UsageFault) {
    guard options.words.isEmpty else { throw UsageFault("tasks takes no words") }
    self.options = options
  }

  func run() -> Exit {
    StoreAccess.with(options) { access in
      let runs = Dictionary(try access.store.taskRuns().map { ($0.name, $0) }) { $1 }
      let rows = TimedTask.allCases.map { task in
        let run = runs[task.rawValue]
        let done = run?.done.map { ", \($0) done" } ?? ""
        let state = run.map { $0.failure.isEmpty ? "ok\(done)" : "failing: \($0.failure)" } ?? ""
        return [
          task.rawValue, "every \(task.interval.components.seconds) s",
          run?.ranAt.description ?? "never",
          state, task.summary,
        ]
      }
      print(Terminal.table([["task", "looks", "ran last", "state", "what it does"]] + rows))
      return .done
    }
  }
}
