internal import Domain
internal import JSON
internal import Time

/// The form in which it waits with a parked callback.
extension Consequence {
  func write(to writer: inout JSONWriter) {
    switch self {
    case .stopLane(let reason):
      writer.field("does", "stopLane")
      writer.field("reason", reason)
    case .hold(let holding, let span, let reason):
      writer.field("does", "hold")
      writer.field("what", holding.rawValue)
      writer.field("span", span.microseconds)
      writer.field("reason", reason)
    case .optOut(let optOut):
      writer.field("does", "optOut")
      writer.field("from", optOut.rawValue)
    case .closeWindow: writer.field("does", "closeWindow")
    case .restFromMarketing: writer.field("does", "restFromMarketing")
    }
  }

  init?(_ value: JSONValue) {
    let reason = value["reason"]?.string ?? ""
    switch value["does"]?.string {
    case "stopLane": self = .stopLane(because: reason)
    case "closeWindow": self = .closeWindow
    case "restFromMarketing": self = .restFromMarketing
    case "hold":
      guard let holding = value["what"]?.string.flatMap(Holding.init(rawValue:)),
        let span = value["span"]?.integer
      else { return nil }
      self = .hold(holding, for: .microseconds(span), because: reason)
    case "optOut":
      guard let optOut = value["from"]?.string.flatMap(OptOut.init(rawValue:)) else { return nil }
      self = .optOut(optOut)
    default: return nil
    }
  }
}
