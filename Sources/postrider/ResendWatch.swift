internal import JSON
internal import Platform
internal import Time

/// An order to send again, as the API tells of it.
struct ResendLook {
  let id: String
  let state: String
  let isCounted: Bool
  let found: Int
  let resent: Int
  let leftOut: Int
  let failure: String?

  init(_ json: JSONValue) throws(APICaller.Failed) {
    guard let id = json["id"]?.string, let state = json["state"]?.string else {
      throw APICaller.Failed(
        "the server answered with something that is no order; is it of this version?")
    }
    (self.id, self.state) = (id, state)
    isCounted = json["counted"]?.bool ?? false
    func count(_ name: String) -> Int { json[name]?.integer.map { Int(clamping: $0) } ?? 0 }
    (found, resent, leftOut) = (count("found"), count("resent"), count("leftOut"))
    failure = json["failure"]?.string
  }

  var hasEnded: Bool { state == "done" || state == "stopped" }

  var line: String {
    let rest = leftOut > 0 ? ", \(leftOut) left out" : ""
    switch state {
    case "waiting":
      return isCounted ? "\(found) will be sent again" : "\(found) found so far"
    case "running":
      let bar = ProgressDisplay.bar(resent + leftOut, of: found)
      return "\(bar): \(resent) of \(found) sent again\(rest)"
    default:
      let why = failure.map { ": \($0)" } ?? ""
      return "\(state): \(resent) of \(found) sent again\(rest)\(why)"
    }
  }
}

/// Stays with an order until it has ended, and says how far it is.
struct ResendWatch {
  private let id: String
  private let caller: APICaller

  private static let pause = Duration.milliseconds(500)

  init(_ id: String, _ caller: APICaller) { (self.id, self.caller) = (id, caller) }

  func run() throws(APICaller.Failed) -> Exit {
    var display = ProgressDisplay()
    var state = ""
    while true {
      let look = try ResendLook(try caller.done("GET", "/api/resends/\(APICaller.segment(id))"))
      let hint =
        look.state == "waiting" ? " (postrider sends resend --undo \(id) takes it back)" : ""
      display.show(
        [look.line + hint], line: look.line + hint, isNews: look.state != state || look.hasEnded)
      state = look.state
      if look.hasEnded { return look.state == "done" ? .done : .failed }
      Platform.pause(for: Self.pause)
    }
  }
}
