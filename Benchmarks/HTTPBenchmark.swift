import Events
import Domain
import EventLog
import Foundation
import HTTP
import Platform
import TestSupport
import Time

/// The HTTP server under wrk: an answer at once, an answer after an append to a broker, and nginx that
/// answers nothing as fast as anybody can.
enum HTTPBenchmark {
  static func run() throws {
    let folder = try TemporaryFolder(onDisk: true)
    let broker = try Child(["broker"])
    let trivial = try Child(["serve", "trivial"])
    let appending = try Child(["serve", "append", broker.address()])
    let nginx = try Nginx(folder)
    let body = String(repeating: "x", count: 514)
    let wrk = try Wrk("wrk.method = 'POST'\nwrk.body = '\(body)'", in: folder)
    let targets: [(name: String, url: String, child: Child?)] = [
      ("nginx", nginx.url, nil), ("trivial", trivial.address(), trivial),
      ("append", appending.address(), appending),
    ]
    for connections in [64, 256] {
      var race = Race()
      for _ in 0..<3 {
        for target in targets {
          try measure(target.name, target.url, target.child, connections, wrk, &race)
        }
      }
      print("\(connections) connections:")
      race.report()
      // A bare server in C-like code made these shares of its own trivial rate on the same kind of work.
      race.compare("append", with: "trivial", atLeast: 0.8 * (connections == 64 ? 0.253 : 0.486))
    }
  }

  private static func measure(
    _ name: String, _ url: String, _ child: Child?, _ connections: Int, _ wrk: Wrk,
    _ race: inout Race
  ) throws {
    let before = child?.processorSeconds ?? 0
    let rate = try wrk.run(url, connections: connections)
    race.add(name, rate: rate.perSecond)
    if let child {
      let microseconds = (child.processorSeconds - before) / Double(rate.requests) * 1e6
      print("  \(name), \(connections): \(Int(rate.perSecond))/s, \(Int(microseconds)) us CPU each")
    }
  }

  /// A server in a process of its own.
  static func serve(_ arguments: [String]) throws {
    let answer = HTTPAnswer(status: 204).prepared()
    let log = try arguments.dropFirst().first.map { try KafkaLog(KafkaLogSettings(bootstrap: $0)) }
    let event = CloudEvent(
      id: "0190b5c2-7e11-7cc0-8d1f-100000000000", source: "postrider/ingest",
      type: "postrider.callback.v1", time: Timestamp(seconds: 1_763_654_400), data: [])
    let server = try HTTPServer(configuration: HTTPServer.Configuration()) { request, responder in
      guard let log else { return responder.answer(answer) }
      var event = event
      event.data = request.body
      log.append([NewRecord(topic: .callbacks, key: "key", event: event)]) { result in
        if case .failure = result {
          responder.answer(HTTPAnswer(status: 503))
        } else {
          responder.answer(answer)
        }
      }
    }
    Child.serve("http://127.0.0.1:\(server.port)/")
  }
}
