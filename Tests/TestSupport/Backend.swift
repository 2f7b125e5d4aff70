package import Store
package import EventLog
package import SendStore

/// The stores and logs that are promised, as they go together.
package enum Backend: String, CaseIterable, Sendable, CustomStringConvertible {
  case oneMachine = "SQLite and the embedded log"
  case scaledOut = "PostgreSQL and Kafka"

  package var description: String { rawValue }
}

/// A fresh, empty store, which may be opened more than once.
package struct TestStore: Sendable {
  /// The file, or a connection string.
  package let url: String
  private let backend: Backend

  /// `name` is the file's in that folder, which is to be kept.
  package init(
    _ backend: Backend, in folder: TemporaryFolder, _ name: String = "store.db",
    server: PostgresServer? = nil
  ) throws {
    self.backend = backend
    url =
      switch backend {
      case .oneMachine: folder.file(name)
      case .scaledOut:
        try (try server ?? PostgresServer.shared()).database() + PostgresServer.patience
      }
  }

  /// As it stands in settings.
  package var address: String { backend == .oneMachine ? "sqlite:\(url)" : url }

  /// `more` is put behind a connection string.
  package func location(_ clock: ManualClock? = nil, more: String = "") -> StoreLocation {
    switch backend {
    case .oneMachine: .sqlite(path: url, clock: clock?.storeClock ?? .system)
    case .scaledOut:
      .postgres(url: url + more, clock: clock.map { clock in { @Sendable in clock.now } })
    }
  }

  package func open(_ clock: ManualClock? = nil) throws -> SendStore {
    try SendStore(location(clock))
  }
}

/// A fresh, empty log, which may be opened more than once. It is there as long as this is.
package struct TestLog: Sendable {
  private enum Place: Sendable {
    case embedded(EmbeddedLogSettings)
    case kafka(TestKafka)
  }

  private let place: Place

  /// The embedded log has as many partitions as it has by itself, unless told otherwise; `properties` are Kafka's.
  package init(
    _ backend: Backend, in folder: TemporaryFolder, partitions: Int? = nil,
    mock: TestKafka.Mock = .shared, properties: [String: String] = [:]
  ) throws {
    switch backend {
    case .oneMachine:
      var settings = EmbeddedLogSettings(path: folder.file("log.db"))
      settings.partitions = partitions ?? settings.partitions
      place = .embedded(settings)
    case .scaledOut:
      place = .kafka(
        try TestKafka(partitions: partitions ?? 4, mock: mock, properties: properties))
    }
  }

  /// The Kafka that it is on, if it is.
  package var kafka: TestKafka? {
    guard case .kafka(let kafka) = place else { return nil }
    return kafka
  }

  package func open(
    recordLimit: Int? = nil, messageTimeout: Duration? = nil
  ) throws -> any EventLog {
    switch place {
    case .embedded(var settings):
      settings.recordLimit = recordLimit ?? settings.recordLimit
      return try EmbeddedLog(settings)
    case .kafka(let kafka):
      var settings = kafka.settings
      settings.recordLimit = recordLimit ?? settings.recordLimit
      settings.messageTimeout = messageTimeout ?? settings.messageTimeout
      return try KafkaLog(settings)
    }
  }

  /// Its address as it stands in settings, and what else stands there.
  package var settingsText: (log: String, more: String) {
    switch place {
    case .embedded(let settings): ("embedded:\(settings.path)", "")
    case .kafka(let kafka): (kafka.settingsText.log, kafka.settingsText.properties)
    }
  }
}
