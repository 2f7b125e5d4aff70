internal import Domain
internal import HTTP
internal import JSON
internal import Providers
internal import Settings

/// People who may not write to a number. Meta blocks only who wrote within a day.
struct BlockedRoutes: Sendable {
  let context: APIContext

  func add(to router: inout Router, _ path: String) {
    router.at("GET", path, context.asking(.read) { try list($0) })
    router.at("POST", path, context.asking(.admin) { try change($0, isBlocking: true) })
    router.at("DELETE", path, context.asking(.admin) { try change($0, isBlocking: false) })
  }

  private func list(_ request: NumberRequest) throws -> HTTPAnswer {
    let after = request.request.queryValue("after").flatMap { $0.isEmpty ? nil : $0 }
    let answer = try request.ask(BlockedPeople.list(of: request.number.meta, after: after))
    let blocked: BlockedPeople
    do { blocked = try BlockedPeople(answer) } catch { throw ProviderAsking.refused(error) }
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("blocked")
        writer.array { list in for person in blocked.people { list.value(person) } }
        writer.field("next", blocked.after)
      })
  }

  private static let limit = 100

  private func change(_ request: NumberRequest, isBlocking: Bool) throws -> HTTPAnswer {
    let people = try people(request)
    let answer = try request.ask(
      BlockedPeople.change(people, isBlocking: isBlocking, of: request.number.meta))
    let changed: BlockedPeople.Changed
    do { changed = try BlockedPeople.Changed(answer) } catch {
      throw ProviderAsking.refused(error)
    }
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("done")
        writer.array { list in for person in changed.done { list.value(person) } }
        writer.name("failed")
        writer.array { list in
          for failed in changed.failed {
            list.object { writer in
              writer.field("user", failed.person)
              writer.field("reason", failed.reason)
            }
          }
        }
      })
  }

  private func people(_ request: NumberRequest) throws -> [String] {
    var faults = FieldFaults()
    let items = try KeyedRequests.object(request.request)?["users"]?.items
    if items.map({ !(1...Self.limit).contains($0.count) }) ?? true {
      faults.add("/users", "must be a list of 1 to \(Self.limit) numbers")
    }
    var people: [String] = []
    for (place, item) in (items ?? []).prefix(Self.limit).enumerated() {
      guard let text = item.string, (1...64).contains(text.utf8.count) else {
        faults.add("/users/\(place)", "must be a number with + and its country, in quotes")
        continue
      }
      people.append(text)
    }
    guard faults.isEmpty else { throw NumberRequest.refuse(faults) }
    return people
  }
}
