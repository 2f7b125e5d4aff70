internal import EventLog
internal import Platform
internal import Settings
internal import Telemetry

/// Tells how full the spool is. Used by one thread.
struct SpoolFill {
  private let disk: EmbeddedLog
  private let bytes: Gauge
  private let records: Gauge
  /// At the last look.
  private var wasClear = false
  private var lookedAt = RunningTime.distantPast

  static let group = "drain"
  private static let pause = Duration.seconds(1)
  /// Where nothing is in it, only the retention changes anything.
  private static let longPause = Duration.seconds(10)

  init(_ disk: EmbeddedLog, _ settings: SpoolSettings, _ metrics: Metrics) {
    self.disk = disk
    bytes = metrics.gauge("postrider_spool_bytes", "What the spool takes on the disk.")
    records = metrics.gauge(
      "postrider_spool_records", "Records in the spool that are not in the log yet.")
    metrics.gauge(
      "postrider_spool_limit_bytes", "What the spool may take: `spool.limit` of the settings."
    ).set(Double(settings.limit))
  }

  /// At most once a second, since it opens the file.
  mutating func look(isClear: Bool) throws(LogError) {
    let isSettled = isClear && wasClear
    guard (lookedAt + (isSettled ? Self.longPause : Self.pause)).hasPassed else { return }
    lookedAt = .now
    wasClear = isClear
    let content = try disk.content(unreadBy: Self.group)
    bytes.set(Double(content.bytes))
    records.set(Double(content.records))
  }
}
