internal import EventLog
package import Settings
internal import Platform

/// Settings read again while a process runs: each part takes up what concerns it, and nothing under way is
/// dropped.
package final class Reload: Sendable {
  package typealias Handler = @Sendable (Settings) throws -> Void

  private let handlers = Locked<[Handler]>([])
  private let applied = Locked<Settings?>(nil)

  package init() {}

  /// Why new settings are not taken up.
  package struct Failed: Error, CustomStringConvertible {
    package let description: String
  }

  package func onChange(_ handler: @escaping Handler) { handlers.withLock { $0.append(handler) } }

  /// Parts take it up in the order in which they came; where one cannot, those before it go back to what they
  /// had, so that no two parts of a process work by different settings. `first` are those of the start.
  package func apply(_ settings: Settings, over first: Settings) throws(Failed) {
    let before = applied.withLock { $0 } ?? first
    var done: [Handler] = []
    for handler in handlers.withLock({ $0 }) {
      do { try handler(settings) } catch {
        let reason = "\(error)"
        let left = done.reversed().compactMap { Self.failure(of: $0, before) }
        throw Failed(
          description: left.isEmpty
            ? "\(reason); the former settings are in force"
            : "\(reason); going back failed too (\(left.joined(separator: ", "))): restart the process"
        )
      }
      done.append(handler)
    }
    applied.withLock { $0 = settings }
  }

  private static func failure(of handler: Handler, _ settings: Settings) -> String? {
    do {
      try handler(settings)
      return nil
    } catch { return "\(error)" }
  }
}

extension Settings {
  /// Names of what differs and is only read at a start.
  package func fixedDifferences(from other: Settings) -> [String] {
    var names: [String] = []
    if listen != other.listen { names.append("listen") }
    if tls != other.tls { names.append("tls") }
    if !log.isSame(as: other.log) { names.append("log") }
    if store != other.store { names.append("store") }
    if spool != other.spool { names.append("spool") }
    if admin != other.admin { names.append("admin") }
    if console != other.console { names.append("console") }
    if strangersRoom != other.strangersRoom { names.append("strangersRoom") }
    if otlp != other.otlp { names.append("otlp") }
    return names
  }
}

extension LogSettings {
  fileprivate func isSame(as other: LogSettings) -> Bool {
    switch (self, other) {
    case (.embedded(let own), .embedded(let other)): own.path == other.path
    case (.kafka(let own), .kafka(let other)):
      own.bootstrap == other.bootstrap && own.prefix == other.prefix
        && own.properties == other.properties
    case (.embedded, .kafka), (.kafka, .embedded): false
    }
  }
}
