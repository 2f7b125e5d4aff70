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
    let folder = try TemporaryFolder()
    let broker = try Child(["broker"])
    let trivial = try Child(["serve", "trivial"])
    let appending = try Child(["serve", "append", broker.address()])
    let nginx = try Nginx(folder)
    let targets: [(name: String, url: String, child: Child?)] = [
      ("nginx", nginx.url, nil), ("trivial", trivial.address(), trivial),
      ("append", appending.address(), appending),
    ]
    for connections in [64, 256] {
      var race = Race()
      for _ in 0..<3 {
        for target in targets {
          try measure(target.name, target.url, target.child, connections, folder, &race)
        }
      }
      print("\(connections) connections:")
      race.report()
      // A bare server in C-like code made these shares of its own trivial rate on the same kind of work.
      race.compare("append", with: "trivial", atLeast: 0.8 * (connections == 64 ? 0.253 : 0.486))
    }
  }

  private static func measure(
    _ name: String, _ url: String, _ child: Child?, _ connections: Int, _ folder: TemporaryFolder,
    _ race: inout Race
  ) throws {
    let before = child?.processorSeconds ?? 0
    let rate = try wrk(url, connections, folder)
    race.add(name, rate: rate.perSecond)
    if let child {
      let microseconds = (child.processorSeconds - before) / Double(rate.requests) * 1e6
      print("  \(name), \(connections): \(Int(rate.perSecond))/s, \(Int(microseconds)) us CPU each")
    }
  }

  private static func wrk(
    _ url: String, _ connections: Int, _ folder: TemporaryFolder
  ) throws -> (perSecond: Double, requests: Int) {
    let script = folder.file("post.lua")
    let body = String(repeating: "x", count: 514)
    try "wrk.method = 'POST'\nwrk.body = '\(body)'".write(
      toFile: script, atomically: true, encoding: .utf8)
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["wrk", "-t1", "-c\(connections)", "-d3s", "-s", script, url]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let rate = text.firstMatch(of: /Requests\/sec: +([0-9.]+)/).flatMap { Double($0.1) }
    let requests = text.firstMatch(of: /([0-9]+) requests in/).flatMap { Int($0.1) }
    guard let rate, let requests else { throw Unmeasured(said: text) }
    return (rate, requests)
  }

  struct Unmeasured: Error { let said: String }

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

/// nginx with one worker that answers 204.
private final class Nginx {
  let url: String
  private let process = Process()

  init(_ folder: TemporaryFolder) throws {
    let port = 18_204
    url = "http://127.0.0.1:\(port)/"
    try """
    daemon off; worker_processes 1; pid \(folder.file("nginx.pid")); error_log /dev/null;
    events { worker_connections 4096; }
    http { access_log off; client_body_temp_path \(folder.path); keepalive_requests 100000000;
      server { listen 127.0.0.1:\(port); location / { return 204; } } }
    """.write(toFile: folder.file("nginx.conf"), atomically: true, encoding: .utf8)
    process.executableURL = URL(fileURLWithPath: "/usr/sbin/nginx")
    process.arguments = ["-c", folder.file("nginx.conf"), "-p", folder.path]
    try process.run()
    let listening = Process()
    listening.executableURL = URL(fileURLWithPath: "/bin/bash")
    listening.arguments = [
      "-c",
      "for i in {1..200}; do (: >/dev/tcp/127.0.0.1/\(port)) 2>/dev/null && exit; sleep 0.02; done",
    ]
    try listening.run()
    listening.waitUntilExit()
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
  }
}
