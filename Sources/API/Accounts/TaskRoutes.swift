internal import Domain
internal import HTTP
internal import JSON
internal import SendStore
internal import Settings
internal import Time

/// What runs by the clock, and when it did last.
struct TaskRoutes: Sendable {
  let context: APIContext

  func add(to router: inout Router) {
    router.at(
      "GET", context.prefix + "/api/tasks",
      context.requests.door(.read) { _, _, _, responder in
        context.requests.desk.answer(responder) { store in
          let runs = Dictionary(try store.taskRuns().map { ($0.name, $0) }) { $1 }
          return HTTPAnswer(
            json: JSONWriter.object { writer in
              writer.name("tasks")
              writer.array { list in
                for task in TimedTask.allCases {
                  list.object { Self.write(task, runs[task.rawValue], to: &$0) }
                }
              }
            })
        }
      })
  }

  private static func write(_ task: TimedTask, _ run: TaskRun?, to writer: inout JSONWriter) {
    writer.field("name", task.rawValue)
    writer.field("summary", task.summary)
    writer.field("everySeconds", task.interval.components.seconds)
    guard let run else { return }
    writer.field("ranAt", run.ranAt.description)
    writer.field("tookMilliseconds", run.took.microseconds / 1000)
    writer.field("worker", run.worker.text)
    if let done = run.done { writer.field("done", done) }
    if !run.failure.isEmpty { writer.field("failure", run.failure) }
    writer.field("failingSince", run.failingSince?.description)
  }
}
