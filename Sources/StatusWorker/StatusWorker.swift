internal import Telemetry
package import Running
internal import Settings
internal import Domain
internal import HTTP
package import Platform

/// Finds the send of every callback, and tells tenants what became of theirs.
package enum StatusWorker {
  /// Each thread ends by itself once the context's stop is requested and its work under way is done.
  package static func start(_ context: WorkerContext) -> [WorkerThread] {
    let burial = ParkedBurial(
      context.store, context.eventLog, bound: context.settings.parkedLimit, log: context.log,
      metrics: context.metrics)
    let senders = LiveSenders(context.settings.senders)
    context.reload.onChange { senders.replace(by: $0.senders) }
    return loops(context, burial, senders) + upkeep(context, burial, senders)
  }

  private static func loops(
    _ context: WorkerContext, _ burial: ParkedBurial, _ senders: LiveSenders
  ) -> [WorkerThread] {
    let (store, log, metrics) = (context.store, context.log, context.metrics)
    let actions = ActionBook(context.settings)
    let sightings = WebhookSightings(store)
    let inboxes = LiveInboxes(context.settings.inboxes)
    context.reload.onChange {
      actions.apply($0)
      inboxes.replace(by: $0.inboxes)
    }
    return [
      WorkerThread("callbacks") {
        StatusLoop(
          store, burial, actions: actions, log: log, metrics: metrics, tracer: context.tracer,
          sightings: sightings
        ).run(
          context.eventLog, worker: context.worker,
          health: context.health.part("callbacks", patience: patience),
          metrics: metrics, stop: context.stop)
      },
      WorkerThread("inbound") {
        InboundLoop(
          store, senders, inboxes, actions: actions, metrics: metrics, sightings: sightings
        ).run(
          context.eventLog, worker: context.worker, log: log,
          health: context.health.part("inbound", patience: patience),
          metrics: metrics, stop: context.stop)
      },
      WorkerThread("actions") { tell(actions, context) },
      WorkerThread("account") {
        AccountLoop(store, inboxes, log: log, metrics: metrics, sightings: sightings).run(
          context.eventLog, worker: context.worker,
          health: context.health.part("account", patience: patience),
          metrics: metrics, stop: context.stop)
      },
    ]
  }

  /// A batch may have to wait for a store that others write to, and for its records' dead letters.
  private static let patience = Duration.seconds(120)

  private static func upkeep(
    _ context: WorkerContext, _ burial: ParkedBurial, _ senders: LiveSenders
  ) -> [WorkerThread] {
    [
      WorkerThread("parked") {
        ParkedSweep(
          context.store, burial, log: context.log, health: context.health.part("parked"),
          metrics: context.metrics, stop: context.stop, task: TaskLog(.joinCallbacks, context)
        ).run()
      },
      WorkerThread("clock") {
        ClockWatch(
          context.store, log: context.log, metrics: context.metrics, stop: context.stop
        ).run()
      },
      WorkerThread("silence") { watchSilence(context, senders) },
      WorkerThread("templates") {
        do throws(HTTPClientError) { try TemplateMirror(context, senders).run() } catch {
          context.log.error("cannot read templates", ["reason": error.description])
        }
      },
      WorkerThread("signups") {
        do throws(HTTPClientError) { try SignupCare(context).run() } catch {
          context.log.error("cannot go on with signups", ["reason": error.description])
        }
      },
      WorkerThread("twilio-senders") {
        do throws(HTTPClientError) { try TwilioCare(context, senders).run() } catch {
          context.log.error("cannot ask how senders stand", ["reason": error.description])
        }
      },
      WorkerThread("tokens") {
        do throws(HTTPClientError) { try TokenCare(context, senders).run() } catch {
          context.log.error("cannot look after tokens", ["reason": error.description])
        }
      },
      WorkerThread("phones") {
        do throws(HTTPClientError) { try PhoneCare(context, senders).run() } catch {
          context.log.error("cannot look after numbers", ["reason": error.description])
        }
      },
      WorkerThread("upkeep") {
        Upkeep(
          context.store, retention: context.settings.retention, log: context.log,
          stop: context.stop, task: TaskLog(.forgetOldSends, context)
        ).run()
      },
    ]
  }

  private static func tell(_ actions: ActionBook, _ context: WorkerContext) {
    let health = context.health.part("actions", patience: patience)
    do throws(HTTPClientError) {
      let client = try HTTPClient(ActionLoop.client)
      defer { client.close() }
      ActionLoop(
        context.store, context.eventLog, actions, client, worker: context.worker,
        log: context.log, health: health, metrics: context.metrics, stop: context.stop,
        tracer: context.tracer
      ).run()
    } catch {
      health.notReady(error.description)
      context.log.error("cannot tell tenants", ["reason": error.description])
    }
  }

  private static func watchSilence(_ context: WorkerContext, _ senders: LiveSenders) {
    let health = context.health.part("silence", patience: patience)
    do throws(HTTPClientError) {
      let client = try HTTPClient()
      defer { client.close() }
      SilenceWatch(
        context.store, senders, client, log: context.log, health: health,
        metrics: context.metrics, stop: context.stop, task: TaskLog(.askAboutSilentSends, context)
      ).run()
    } catch {
      health.notReady(error.description)
      context.log.error("cannot look after silent sends", ["reason": error.description])
    }
  }
}
