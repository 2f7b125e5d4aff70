internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Running
internal import Settings
internal import Telemetry
internal import Time

/// What goes on in the demo so that there is something to see: an object, a small campaign, and a message now and then. All of it
/// comes by the API, as from a system of the user's, and goes to the simulator alone.
struct DemoTraffic {
  private let settings: Settings
  private let log: Log
  private let stop: StopSignal

  private static let pause = Duration.seconds(5)
  private static let rows = 200

  init(_ settings: Settings, log: Log, stop: StopSignal) {
    (self.settings, self.log, self.stop) = (settings, log, stop)
  }

  /// Blocks until asked to stop; to be called on a thread of its own.
  func run() {
    do throws(APICaller.Failed) {
      let caller = try APICaller(
        LoadedSettings(settings: settings, origin: "the demo", isNothingSet: true), url: nil)
      defer { caller.close() }
      guard isOpen(caller) else { return }
      try begin(caller)
      var number = 0
      while !stop.wait(for: Self.pause) {
        number += 1
        _ = try caller.done("POST", "/api/whatsapp/send", Self.order(number))
      }
    } catch {
      // It is a show: what stands goes on without it.
      log.warning("the demo goes on without traffic", ["reason": error.description])
    }
  }

  /// False where it is stopped before.
  private func isOpen(_ caller: APICaller) -> Bool {
    while !stop.wait(for: .milliseconds(300)) {
      do throws(APICaller.Failed) {
        if try caller.call("GET", "/api/lanes").isDone { return true }
      } catch { continue }
    }
    return false
  }

  private func begin(_ caller: APICaller) throws(APICaller.Failed) {
    _ = try caller.call("PUT", "/api/objects/demo_opening_hours", Array(Self.object.utf8))
    let campaign = try caller.done("POST", "/api/campaigns", Array(Self.campaign.utf8))
    guard let id = campaign["id"]?.string else { return }
    let path = "/api/campaigns/\(id)"
    let list = "to,name\n" + (1...Self.rows).map { "+39333556\(1000 + $0),Person \($0)\n" }.joined()
    let loaded = try caller.call("PUT", path + "/recipients", Array(list.utf8), type: "text/csv")
    guard loaded.isDone else { throw APICaller.Failed(loaded) }
    _ = try caller.done("POST", path + "/start", Array("{\"anyway\":true}".utf8))
  }

  private static let object = """
    { "name": "demo_opening_hours", "about": "Demo: asks which day.",
      "message": { "type": "interactive", "interactive": { "type": "button",
        "body": { "text": "Hello {{name}}, on which day will you come?" },
        "action": { "buttons": [
          { "type": "reply", "reply": { "id": "today", "title": "Today" } },
          { "type": "reply", "reply": { "id": "tomorrow", "title": "Tomorrow" } } ] } } } }
    """

  private static let campaign = """
    { "name": "Demo campaign, simulated", "sender": "demo-meta", "pace": "1/s",
      "message": { "type": "text", "body": "Hello {{name}}, this is a demo." } }
    """

  private static func order(_ number: Int) -> [UInt8] {
    JSONWriter.object { writer in
      writer.field("to", "+39333557\(1000 + number % 1000)")
      writer.field("body", "Demo: your order \(number) is on its way.")
      writer.field("campaign", "demo-orders")
    }
  }
}
