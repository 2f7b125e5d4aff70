internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Running
internal import SendStore
internal import Settings
internal import Telemetry
internal import Time

/// How many sends came to which state, minute by minute, and how the house stands that they go through.
struct OverviewRoutes: Sendable {
  let context: APIContext

  func add(to router: inout Router) {
    router.at(
      "GET", context.prefix + "/api/overview",
      context.requests.door(.read) { request, _, key, responder in
        context.requests.desk.answer(responder) { store in
          let asked: Asked
          do throws(FieldFaults) { asked = try Asked(request) } catch {
            return SendAnswer.refused(error).answer
          }
          return try answer(asked, key, store)
        }
      })
  }

  /// A stretch of the last day.
  private struct Asked {
    let minutes: Int
    let step: Int

    init(_ request: HTTPRequest) throws(FieldFaults) {
      try request.refuseOthers(than: ["minutes", "step"])
      minutes = try Self.number("minutes", request, 1...1440) ?? 180
      step = try Self.number("step", request, 1...60) ?? 1
    }

    private static func number(
      _ name: String, _ request: HTTPRequest, _ range: ClosedRange<Int>
    ) throws(FieldFaults) -> Int? {
      guard let text = request.queryValue(name) else { return nil }
      guard let number = Int(text), range.contains(number) else {
        throw FieldFaults(
          "/\(name)", "must be a number of minutes from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
  }

  private func answer(_ asked: Asked, _ key: APIKey, _ store: SendStore) throws -> HTTPAnswer {
    let now = try store.now()
    let tallies = try store.tallies(
      of: key.tenant, since: now - .seconds(asked.minutes * 60), minutes: asked.step)
    let standing = try store.standing(of: key.tenant, since: now - SendStore.standingsKept)
    let house = key.tenant == nil ? try house(store) : nil
    return HTTPAnswer(
      json: JSONWriter.object(capacity: 8192) { writer in
        writer.field("at", now.description)
        writer.field("stepSeconds", asked.step * 60)
        writer.name("changes")
        writer.array { list in Self.write(tallies, to: &list) }
        writer.name("lastDay")
        writer.object { counts in
          for (state, count) in standing {
            counts.name(state.name)
            counts.value(count)
          }
        }
        guard let house else { return }
        writer.name("house")
        writer.object { house.write(to: &$0) }
      })
  }

  /// One item a stretch in which something happened.
  private static func write(_ tallies: [StateTally], to list: inout JSONWriter) {
    var rest = tallies[...]
    while let first = rest.first {
      let same = rest.prefix { $0.at == first.at }
      rest = rest.dropFirst(same.count)
      list.object { item in
        item.field("at", first.at.description)
        item.name("counts")
        item.object { counts in
          for tally in same {
            counts.name(tally.state.name)
            counts.value(tally.count)
          }
        }
      }
    }
  }

  /// As far as this process knows, which has the spool of its own.
  private func house(_ store: SendStore) throws -> HouseStanding {
    let metrics = context.door.metrics
    func gauge(_ name: String) -> Double { metrics.present(name) ?? 0 }
    var house = HouseStanding()
    house.isLogAway = gauge("postrider_log_away") > 0
    house.spoolBytes = Int(gauge("postrider_spool_bytes"))
    house.spoolRecords = Int(gauge("postrider_spool_records"))
    house.spoolLimit = context.settings.spool.limit
    house.parked = try store.parkedCount()
    house.parkedLimit = context.settings.parkedLimit
    house.isClockKept = isClockKept
    return house
  }
}

extension HouseStanding {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.field("logAway", isLogAway)
    writer.field("spoolBytes", spoolBytes)
    writer.field("spoolLimitBytes", spoolLimit)
    writer.field("spoolRecords", spoolRecords)
    writer.field("unmatchedCallbacks", parked)
    writer.name("alerts")
    writer.array { list in
      for alert in alerts { list.value(alert) }
    }
  }
}
