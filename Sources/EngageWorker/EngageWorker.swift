package import Platform
package import Running
internal import Telemetry

/// Looks after what goes on for longer than one send: campaigns, orders to send again, and conversations in which
/// nobody answers.
package enum EngageWorker {
  /// Each thread ends by itself once the context's stop is requested.
  package static func start(_ context: WorkerContext) -> [WorkerThread] {
    [
      WorkerThread("campaigns") { CampaignLoop(context).run() },
      WorkerThread("resends") { ResendLoop(context).run() },
      WorkerThread("conversations") { ConversationLoop(context).run() },
      WorkerThread("assistants") { runAssistants(context) },
    ]
  }

  private static func runAssistants(_ context: WorkerContext) {
    do { try AssistantLoop(context).run() } catch {
      context.health.part("assistants").notReady("\(error)")
      context.log.error("no assistant answers", ["reason": "\(error)"])
    }
  }
}
