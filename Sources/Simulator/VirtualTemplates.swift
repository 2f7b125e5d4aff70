package import JSON

extension MetaApp.Phone {
  /// So many per span, with a burst; nil: no limit.
  package mutating func limit(
    rate: (count: Int, span: Duration, burst: Int)?, pair: (count: Int, span: Duration, burst: Int)?
  ) {
    self.rate =
      rate.map { Rate($0.count, per: $0.span, burst: $0.burst) }
      ?? Rate(1_000_000_000, per: .seconds(1))
    self.pair = pair.map { Rate($0.count, per: $0.span, burst: $0.burst) }
  }
}

extension MetaApp.Template {
  /// An approved one that takes what a message gives it; nil where that uses none.
  package init?(asUsedIn message: JSONValue, isMarketing: Bool) {
    guard let use = message["template"], let name = use["name"]?.string,
      let language = use["language"]?["code"]?.string
    else { return nil }
    self.init(name, language)
    category = isMarketing ? "MARKETING" : "UTILITY"
    for component in use["components"]?.items ?? [] {
      let given = component["parameters"]?.items ?? []
      switch component["type"]?.string?.lowercased() {
      case "body":
        let names = given.compactMap { $0["parameter_name"]?.string }
        isNamed = !names.isEmpty
        parameters = isNamed ? names : given.indices.map { "\($0 + 1)" }
      case "header": header = given.first?["type"]?.string?.uppercased()
      case "button":
        let index = component["index"]
        let place = index?.integer.map { Int($0) } ?? index?.string.flatMap { Int($0) }
        if let place { buttons[place] = component["sub_type"]?.string }
      default: break
      }
    }
  }
}

/// Faults that a rehearsal knows.
extension Simulator {
  package static var expiredToken: Fault { Fault(.tokenExpired) }
  package static var pausedTemplate: Fault { Fault(.templatePaused) }

  package static func outage(lasting: Duration) -> Fault {
    var fault = Fault(.outage)
    fault.lasting = lasting
    return fault
  }
}
