internal import Events
internal import Running
internal import Domain
internal import Platform
internal import Providers
internal import SendStore

/// What stands in a stretch of the `callbacks` topic.
struct CallbackBatch: Sendable {
  private(set) var callbacks: [ProviderCallback] = []
  private(set) var marks: [Mark] = []
  /// The reason for each place that nobody can make anything of.
  private(set) var refused: [Int: String] = [:]
  /// What the store is to make of the callbacks; nil where that needs a look at their sends first.
  private(set) var reports: [CallbackReport]?

  /// The fields as they came are read for those who are told of them.
  init(_ events: [LoggedEvent], withRaw: Bool = false) {
    callbacks.reserveCapacity(events.count)
    for (place, event) in events.enumerated() {
      switch Item(event, withRaw: withRaw) {
      case .callback(let callback): callbacks.append(callback)
      case .mark(let mark): marks.append(mark)
      case .refused(let reason): refused[place] = reason
      }
    }
    let needsLook = callbacks.contains {
      $0.isUnnamedFailure || $0.isForClosedWindow || $0.mayBeDrop
    }
    if !needsLook { reports = reports(by: CallbackJudge([:])) }
  }

  /// Without those that move nothing.
  func reports(by judge: CallbackJudge) -> [CallbackReport] {
    var judge = judge
    return callbacks.compactMap { judge.report($0) }
  }

  private enum Item: Sendable {
    case callback(ProviderCallback)
    case mark(Mark)
    case refused(String)

    init(_ logged: LoggedEvent, withRaw: Bool) {
      do throws(EventUnreadable) { self = try Item(reading: logged, withRaw) } catch {
        self = .refused(error.description)
      }
    }

    private init(reading logged: LoggedEvent, _ withRaw: Bool) throws(EventUnreadable) {
      guard logged.type == ProviderCallback.type else {
        self = .mark(Mark(try MarkEvent(data: logged.data)))
        return
      }
      let data = logged.data
      let callback =
        try withRaw ? ProviderCallback(data: data) : ProviderCallback(withoutRaw: data)
      guard callback.meaning != .nothing || Self.quiet.contains(callback.status) else {
        self = .refused("nobody here knows what the status \(callback.status) means")
        return
      }
      self = .callback(callback)
    }

    /// Words that we know and that move no send.
    private static let quiet: Set<String> = ["deleted", "warning"]
  }
}

extension ProviderCallback {
  private var isFailure: Bool {
    if case .failed = meaning { true } else { false }
  }

  var isUnnamedFailure: Bool { isFailure && attempt == nil }

  var isForClosedWindow: Bool {
    guard isFailure, let code else { return false }
    return ErrorTable.shared.row(provider, code)?.advice.contains(.useTemplate) ?? false
  }
}

extension ProviderCallback {
  /// It failed since its template is paused, so it may have been held.
  var mayBeDrop: Bool {
    guard isFailure, provider == .meta, let code else { return false }
    return ErrorTable.shared.row(provider, code)?.holding == .template
  }
}

extension Mark {
  fileprivate init(_ event: MarkEvent) {
    self.init(
      partition: event.partition, instance: event.instance, at: event.at, isLast: event.isLast)
  }
}
