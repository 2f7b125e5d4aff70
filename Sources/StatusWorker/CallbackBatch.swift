internal import Domain
internal import Providers
internal import SendStore
internal import Service

/// What stands in a stretch of the `callbacks` topic.
struct CallbackBatch {
  private(set) var callbacks: [ProviderCallback] = []
  private(set) var marks: [Mark] = []
  /// The reason for each place that nobody can make anything of.
  private(set) var refused: [Int: String] = [:]

  init(_ events: [LoggedEvent]) {
    callbacks.reserveCapacity(events.count)
    for (place, event) in events.enumerated() {
      do throws(EventUnreadable) { refused[place] = try add(event) } catch {
        refused[place] = error.description
      }
    }
  }

  /// Answers with the reason where it can be read and yet makes no sense.
  private mutating func add(_ event: LoggedEvent) throws(EventUnreadable) -> String? {
    guard event.event.type == ProviderCallback.type else {
      marks.append(Mark(try MarkEvent(data: event.event.data)))
      return nil
    }
    let callback = try ProviderCallback(data: event.event.data)
    guard callback.meaning != .nothing || Self.quiet.contains(callback.status) else {
      return "nobody here knows what the status \(callback.status) means"
    }
    callbacks.append(callback)
    return nil
  }

  /// Words that we know and that move no send.
  private static let quiet: Set<String> = ["deleted", "warning"]
}

extension Mark {
  fileprivate init(_ event: MarkEvent) {
    self.init(
      partition: event.partition, instance: event.instance, at: event.at, isLast: event.isLast)
  }
}
