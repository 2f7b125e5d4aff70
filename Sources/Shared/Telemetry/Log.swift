package import Domain
package import JSON
internal import Platform
package import Time

/// One line of JSON per event, on standard error. Texts that are secrets are taken out of every line. A line
/// that cannot be written is counted, and told of once writing works again.
package final class Log: Sendable {
  package enum Level: Int, Comparable, Sendable, CaseIterable {
    case debug, info, warning, error

    package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  private let least: Level
  private let worker: String
  private let secrets = Locked(SecretTexts())
  private let write: @Sendable ([UInt8]) -> Bool
  private let lost = Locked(Lost())
  private let now: @Sendable () -> CalendarTime

  private struct Lost {
    var untold = 0
    var counter: Counter?
  }

  package convenience init(
    worker: String, least: Level = .info, secrets: [Secret] = [],
    now: @escaping @Sendable () -> CalendarTime = { .now },
    write: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.init(
      worker: worker, least: least, secrets: secrets, now: now,
      trying: { line in
        write(line)
        return true
      })
  }

  /// `write` tells whether the line was written; it neither throws nor waits for ever.
  package init(
    worker: String, least: Level = .info, secrets: [Secret] = [],
    now: @escaping @Sendable () -> CalendarTime = { .now },
    trying write: @escaping @Sendable ([UInt8]) -> Bool = LineWriter().write
  ) {
    self.worker = worker
    self.least = least
    self.now = now
    self.write = write
    keepOut(secrets)
  }

  /// Also those that were lost before.
  package func countLost(in metrics: Metrics) {
    let counter = metrics.counter(
      "postrider_log_lines_lost_total", "Lines of the log that could not be written.")
    lost.withLock { lost in
      guard lost.counter == nil else { return }
      lost.counter = counter
      if lost.untold > 0 { counter.add(lost.untold) }
    }
  }

  /// Takes these out of all lines from now on. What is shorter than a secret would be taken out of ordinary
  /// words.
  package func keepOut(_ more: [Secret]) {
    secrets.withLock { $0.add(more.map(\.exposed)) }
  }

  package func debug(_ event: String, _ fields: KeyValuePairs<String, any Loggable> = [:]) {
    line(.debug, event, fields)
  }

  package func info(_ event: String, _ fields: KeyValuePairs<String, any Loggable> = [:]) {
    line(.info, event, fields)
  }

  package func warning(_ event: String, _ fields: KeyValuePairs<String, any Loggable> = [:]) {
    line(.warning, event, fields)
  }

  package func error(_ event: String, _ fields: KeyValuePairs<String, any Loggable> = [:]) {
    line(.error, event, fields)
  }

  private func line(
    _ level: Level, _ event: String, _ fields: KeyValuePairs<String, any Loggable>
  ) {
    guard level >= least else { return }
    guard write(text(level, event, fields)) else {
      return lost.withLock { lost in
        lost.untold += 1
        lost.counter?.add()
      }
    }
    let untold = lost.withLock { lost in
      defer { lost.untold = 0 }
      return lost.untold
    }
    guard untold > 0 else { return }
    if !write(text(.warning, "lines of the log were lost", ["lines": untold])) {
      lost.withLock { $0.untold += untold }
    }
  }

  private func text(
    _ level: Level, _ event: String, _ fields: KeyValuePairs<String, any Loggable>
  ) -> [UInt8] {
    let secrets = secrets.withLock { $0 }
    var line = JSONWriter.object { writer in
      writer.field("at", now().description)
      writer.field("level", "\(level)")
      writer.field("worker", worker)
      writer.field("event", secrets.clean(event))
      for (name, value) in fields {
        writer.name(name)
        value.write(to: &writer) { secrets.clean($0) }
      }
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }
}

/// What may stand in a line of the log.
package protocol Loggable: Sendable {
  /// `clean` takes secrets out of a text.
  func write(to writer: inout JSONWriter, clean: (String) -> String)
}

extension String: Loggable {
  package func write(to writer: inout JSONWriter, clean: (String) -> String) {
    writer.value(clean(self))
  }
}

extension Int: Loggable {
  package func write(to writer: inout JSONWriter, clean: (String) -> String) { writer.value(self) }
}

extension Int64: Loggable {
  package func write(to writer: inout JSONWriter, clean: (String) -> String) { writer.value(self) }
}

extension Double: Loggable {
  package func write(to writer: inout JSONWriter, clean: (String) -> String) { writer.value(self) }
}

extension Bool: Loggable {
  package func write(to writer: inout JSONWriter, clean: (String) -> String) { writer.value(self) }
}
