private import Platform
package import Time

package struct EmbeddedLogSettings: Sendable {
  package var path: String
  /// Of each topic, fixed when the file is made.
  package var partitions = 8
  /// Records on their way; more are refused.
  package var queueLimit = 100_000
  /// Bytes of key, headers and value.
  package var recordLimit = 1_000_000
  /// Bytes that records may take on the disk; nil is as many as there are.
  package var sizeLimit: Int?
  /// Whether other processes may write to the file, so that it is to be looked at for what they have committed.
  package var isShared = true
  /// How old a record gets at least, and then until every group has passed it.
  package var retention: Duration = .seconds(7 * 24 * 3600)
  /// How long a member may be silent before another takes its place.
  package var lease: Duration = .seconds(3)
  package var renewal: Duration = .seconds(1)
  /// The calendar, for the age of records.
  package var now: @Sendable () -> CalendarTime = { .now }
  /// The clock of the leases: it must be the same for all processes of the machine.
  package var bootTime: @Sendable () -> Int64 = { bootMicroseconds() }

  /// SQLite's `max_page_count`: a disk that is full when a test wants it.
  var pageLimit: Int?

  package init(path: String) { self.path = path }
}
