internal import Events
internal import EventLog
internal import Platform

/// Records on their way to the log, which the spool takes over when that lasts too long. Whoever takes a
/// load first answers for it.
final class WaitingAppends: Sendable {
  struct Load: Sendable {
    let records: [NewRecord]
    let done: @Sendable (Result<Void, LogError>) -> Void
  }

  /// Where a load waits. The place is used again afterwards; the number never is.
  struct Ticket: Sendable {
    fileprivate let place: Int
    fileprivate let number: Int64
  }

  private struct Place: Sendable {
    var load: Load?
    var number: Int64
    var deadline: RunningTime
  }

  private struct State: Sendable {
    var places: [Place] = []
    var free: [Int] = []
    var number: Int64 = 0

    mutating func take(_ place: Int) -> Load? {
      guard let load = places[place].load else { return nil }
      places[place].load = nil
      free.append(place)
      return load
    }
  }

  private let state = Locked(State())

  func add(_ load: Load, until deadline: RunningTime) -> Ticket {
    state.withLock { state in
      state.number += 1
      let place = Place(load: load, number: state.number, deadline: deadline)
      guard let free = state.free.popLast() else {
        state.places.append(place)
        return Ticket(place: state.places.count - 1, number: place.number)
      }
      state.places[free] = place
      return Ticket(place: free, number: place.number)
    }
  }

  /// nil where somebody else was first.
  func take(_ ticket: Ticket) -> Load? {
    state.withLock { state in
      guard state.places[ticket.place].number == ticket.number else { return nil }
      return state.take(ticket.place)
    }
  }

  var isEmpty: Bool { state.withLock { $0.free.count == $0.places.count } }

  /// All whose time is over, in the order that they came.
  func takeLate(at now: RunningTime) -> [Load] {
    state.withLock { state in
      let late = state.places.indices.filter { place in
        state.places[place].load != nil && state.places[place].deadline <= now
      }
      return late.sorted { state.places[$0].number < state.places[$1].number }
        .compactMap { state.take($0) }
    }
  }
}
