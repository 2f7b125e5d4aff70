internal import Domain
internal import Events
internal import Platform
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry
internal import Time

/// Takes the rows of campaigns from the log into the store. They have a topic of their own, so that no single send stands
/// behind a million of them, and they leave the store free for half of the time while single sends come in.
final class BulkIntake {
  private let context: WorkerContext
  private let doors: DoorBook
  private let pace: IntakePace
  private let taken: Counter
  private let duplicates: Counter
  private let folded: Counter

  init(_ context: WorkerContext, doors: DoorBook, pace: IntakePace) {
    (self.context, self.doors, self.pace) = (context, doors, pace)
    let metrics = context.metrics
    taken = metrics.counter(
      "postrider_campaign_rows_total", "Rows of campaigns taken into the store.")
    duplicates = metrics.counter(
      "postrider_campaign_duplicates_total",
      "Rows left out as their person is in the campaign already.")
    folded = metrics.counter(
      "postrider_campaign_rows_folded_total", "Rows that came again and were there already.")
  }

  /// Of 256 rows each.
  private static let batch = 4

  private struct Part {
    let rows: CampaignBatch
    let place: (partition: Int, offset: Int64)
  }

  /// A batch, and the places in it of what is no part of a campaign.
  private struct Prepared {
    var parts: [Part] = []
    var unusable: [Int: String] = [:]
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  func run() {
    RecordLoop<Prepared>(
      context.eventLog, context.store, worker: context.worker, kind: .dispatch,
      group: ReadingGroup.bulk.rawValue, topic: .bulk, types: [BulkRows.type], log: context.log,
      health: context.health.part("bulk-intake"), metrics: context.metrics, stop: context.stop,
      batch: Self.batch, prepare: { [doors] in Self.prepare($0, doors) }
    ) { [self] prepared throws(HandlerFailure) in
      do throws(StoreError) { try take(prepared.parts) } catch { throw HandlerFailure(error) }
      return prepared.unusable
    }.run()
  }

  private static func prepare(_ events: [LoggedEvent], _ doors: DoorBook) -> Prepared {
    var prepared = Prepared()
    for (place, event) in events.enumerated() {
      do throws(EventUnreadable) {
        let rows = try BulkRows(data: event.data)
        let record = event.record
        prepared.parts.append(
          Part(
            rows: CampaignBatch(rows, doors),
            place: (record.partition.number, record.offset)))
      } catch { prepared.unusable[place] = error.description }
    }
    return prepared
  }

  private func take(_ parts: [Part]) throws(StoreError) {
    guard !parts.isEmpty else { return }
    let doubtful = try context.store.doubtfulBulk()
    let batch = parts.map { part in
      var rows = part.rows
      rows.isDoubtful = part.place.offset < doubtful[part.place.partition] ?? 0
      return rows
    }
    let start = RunningTime.now
    let loaded = try context.store.load(batch)
    taken.add(loaded.new)
    duplicates.add(loaded.duplicates)
    folded.add(loaded.folded)
    if pace.isBusy { context.stop.wait(for: min(.seconds(1), RunningTime.now - start)) }
  }
}

extension CampaignBatch {
  fileprivate init(_ rows: BulkRows, _ doors: DoorBook) {
    let attempts = rows.senders.map { doors[$0]?.settings.sender.maxAttempts ?? 10 }
    self.init(
      campaign: rows.campaign, load: rows.load, priority: rows.priority,
      isByRecipient: rows.isByRecipient, due: rows.receivedAt,
      rows: rows.rows.map { row in
        var made = Row(
          line: row.line, sender: rows.senders[row.sender], recipient: row.to,
          content: row.request, template: row.template, maxAttempts: attempts[row.sender],
          region: row.region, zone: row.zone, variant: row.variant)
        made.others = row.others
        return made
      }, isEnd: rows.isEnd)
    senders = rows.senders
  }
}
