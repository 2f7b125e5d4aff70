import Foundation
import HTTP
import JSON
import Platform
import TestSupport
import Testing

/// A fresh clone shows something in the same minute, and says that it is a demo.
@Suite struct DemoTests {
  @Test("with nothing set people write, a campaign runs and sends go, all marked as a demo")
  func living() async throws {
    let folder = try TemporaryFolder()
    let port = try freePort()
    let process = Process.postrider(
      ["up"], environment: ["POSTRIDER_LISTEN": "127.0.0.1:\(port)"])
    process.currentDirectoryURL = URL(fileURLWithPath: folder.file(""))
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    defer { process.end(by: SIGTERM) }
    var log = ""
    while !log.contains("\"event\":\"ready\""),
      case let data = errors.fileHandleForReading.availableData, !data.isEmpty
    { log += String(decoding: data, as: UTF8.self) }
    let console = "http://127.0.0.1:\(port + 8)"
    #expect(log.contains("\"console\":\"\(console)\""), "\(log)")
    let client = try HTTPClient()
    defer { client.close() }
    func get(_ path: String) -> JSONValue? {
      let outcome = client.ask(
        HTTPCall(
          method: "GET", url: "http://127.0.0.1:\(port)\(path)",
          headers: [HTTPHeader("Authorization", "Bearer demo")], body: []))
      guard case .answered(let answer) = outcome else { return nil }
      return JSONValue(whole: answer.body)
    }
    waitUntil("the people of the demo") {
      let all = get("/api/conversations")?["conversations"]?.items ?? []
      return all.count >= 3 && all.allSatisfy { $0["name"]?.string?.hasSuffix("(demo)") == true }
    }
    waitUntil("the campaign of the demo") {
      let all = get("/api/campaigns")?["campaigns"]?.items ?? []
      return all.first?["name"]?.string == "Demo campaign, simulated"
        && ["running", "done"].contains(all.first?["state"]?.string ?? "")
    }
    // What it runs with stands in no file, so the process that rehearses is told it.
    let campaign = get("/api/campaigns")?["campaigns"]?.items?.first?["id"]?.string ?? ""
    let rehearsal = "/api/campaigns/\(campaign)/rehearsal"
    let asked = client.ask(
      HTTPCall(
        method: "POST", url: "http://127.0.0.1:\(port)\(rehearsal)",
        headers: [HTTPHeader("Authorization", "Bearer demo")], body: []))
    guard case .answered(let begun) = asked, begun.status == 202 else {
      Issue.record("the campaign of the demo is not rehearsed: \(asked)")
      return
    }
    waitUntil("the rehearsal") { get(rehearsal)?["state"]?.string != "running" }
    #expect(get(rehearsal)?["state"]?.string == "done")
    waitUntil("the orders of the demo") {
      get("/api/sends?campaign=demo-orders")?["sends"]?.items?.isEmpty == false
    }
    #expect(get("/api/objects")?["objects"]?.items?.isEmpty == false)
    let session = client.ask(
      HTTPCall(
        method: "POST", url: "\(console)/session",
        headers: [HTTPHeader("X-Postrider", "1"), HTTPHeader("Origin", console)],
        body: Array(#"{"key":"demo"}"#.utf8)))
    guard case .answered(let opened) = session,
      let cookie = opened.headers.first(named: "Set-Cookie")?.prefix(while: { $0 != ";" })
    else {
      Issue.record("nobody can log in: \(session)")
      return
    }
    let shown = client.ask(
      HTTPCall(
        method: "GET", url: "\(console)/session",
        headers: [HTTPHeader("X-Postrider", "1"), HTTPHeader("Cookie", String(cookie))], body: []))
    guard case .answered(let answer) = shown else { return }
    #expect(JSONValue(whole: answer.body)?["demo"]?.bool == true)
  }

  /// With one that is free eight further, where the console is.
  private func freePort() throws -> UInt16 {
    for _ in 0..<50 {
      let port = UInt16.random(in: 20_000...60_000)
      if [port, port + 8].allSatisfy(isFree) { return port }
    }
    throw NoPort()
  }

  private struct NoPort: Error {}

  private func isFree(_ port: UInt16) -> Bool {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
