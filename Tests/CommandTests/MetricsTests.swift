import Foundation
import HTTP
import Platform
import TestSupport
import Testing

/// `docs/metrics.md` against what a running postrider tells.
@Suite struct MetricsTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../..").standardizedFileURL

  struct Metric: Equatable {
    let kind: String
    /// With all their values where the document lists them.
    let labels: [String: Set<String>]
    let sentence: String
  }

  /// The rows of its tables: name, kind, labels, sentence.
  static func documented() throws -> [String: Metric] {
    let text = try String(
      contentsOf: root.appendingPathComponent("docs/metrics.md"), encoding: .utf8)
    var found: [String: Metric] = [:]
    for line in text.split(separator: "\n") {
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 6, let name = cells[1].wholeMatch(of: /`([a-z_]+)`/)?.1 else { continue }
      var labels: [String: Set<String>] = [:]
      for label in cells[3].matches(of: /`([a-z]+)`(?: \(([^)]*)\))?/) {
        let values = label.2?.split(separator: ", ").map(String.init) ?? []
        labels[String(label.1)] = Set(values)
      }
      #expect(found[String(name)] == nil, "\(name) stands there twice")
      found[String(name)] = Metric(kind: cells[2], labels: labels, sentence: cells[4])
    }
    return found
  }

  /// What was told, with all values of each label.
  static func told(_ text: String) -> [String: Metric] {
    var (helps, kinds): ([String: String], [String: String]) = ([:], [:])
    var labels: [String: [String: Set<String>]] = [:]
    for line in text.split(separator: "\n") {
      if let help = line.wholeMatch(of: /# HELP ([a-z_]+) (.*)/) {
        helps[String(help.1)] = String(help.2)
      } else if let type = line.wholeMatch(of: /# TYPE ([a-z_]+) ([a-z]+)/) {
        kinds[String(type.1)] = String(type.2)
      } else if let series = line.wholeMatch(of: /([a-z_]+)(?:\{(.*)\})? [^ ]+/) {
        let name = String(series.1).replacing(/_(bucket|sum|count)$/, with: "")
        let metric = kinds[name] == "histogram" ? name : String(series.1)
        for label in (series.2 ?? "").matches(of: /([a-z]+)="([^"]*)"/) where label.1 != "le" {
          labels[metric, default: [:]][String(label.1), default: []].insert(String(label.2))
        }
      }
    }
    return kinds.reduce(into: [:]) { told, kind in
      told[kind.key] = Metric(
        kind: kind.value, labels: labels[kind.key] ?? [:], sentence: helps[kind.key] ?? "")
    }
  }

  @Test("a running postrider tells each metric of the document, with its labels, and no other")
  func document() async throws {
    let documented = try Self.documented()
    #expect(documented.count > 60)
    try await onOwnThread {
      let text = try Self.scrape { Self.told($0).count >= documented.count }
      Self.compare(Self.told(text), documented)
    }
  }

  private static func compare(_ told: [String: Metric], _ documented: [String: Metric]) {
    let names = Set(told.keys)
    #expect(
      names.subtracting(documented.keys).isEmpty,
      "told, but missing in docs/metrics.md: \(names.subtracting(documented.keys).sorted())")
    #expect(
      Set(documented.keys).subtracting(names).isEmpty,
      "in docs/metrics.md, but not told: \(Set(documented.keys).subtracting(names).sorted())")
    for (name, metric) in told {
      guard let written = documented[name] else { continue }
      #expect(written.kind == metric.kind, "\(name)")
      #expect(Set(written.labels.keys) == Set(metric.labels.keys), "\(name)")
      #expect(written.sentence.hasPrefix(metric.sentence), "\(name): \(metric.sentence)")
      for (label, values) in written.labels where !values.isEmpty {
        // All of them are there from the start.
        #expect(metric.labels[label] == values, "\(label) of \(name)")
      }
    }
  }

  @Test(
    "the sources make no metric that the document has not, and those of the document are in them")
  func sources() throws {
    let folder = Self.root.appendingPathComponent("Sources")
    let files = try #require(FileManager.default.enumerator(atPath: folder.path))
    var made: Set<String> = []
    for case let file as String in files where file.hasSuffix(".swift") {
      let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      made.formUnion(text.matches(of: /"((?:postrider|process)_[a-z_]+)"/).map { String($0.1) })
    }
    #expect(made == Set(try Self.documented().keys))
  }

  // MARK: A running postrider

  /// Of all workers in one process, whose providers are not there.
  private static func scrape(until isComplete: (String) -> Bool) throws -> String {
    let folder = try TemporaryFolder()
    let port = try freePort()
    let file = folder.file("postrider.json5")
    try settings(folder, port).write(toFile: file, atomically: true, encoding: .utf8)
    let process = Process.postrider(["up", "--config", file])
    process.standardError = FileHandle.nullDevice
    try process.run()
    defer { process.end() }
    let client = try HTTPClient()
    defer { client.close() }
    let end = ContinuousClock.now + .seconds(60)
    var text = ""
    while ContinuousClock.now < end, !isComplete(text) {
      // It cannot tell when it has told all.
      _ = Gate().wait(for: .milliseconds(50))
      text = ask(client, "http://127.0.0.1:\(port)/metrics") ?? text
    }
    return text
  }

  private static func ask(_ client: HTTPClient, _ url: String) -> String? {
    let answer = Locked<String?>(nil)
    let done = Gate()
    client.send(HTTPCall(url: url)) { outcome in
      if case .answered(let received) = outcome {
        answer.withLock { $0 = String(decoding: received.body, as: UTF8.self) }
      }
      done.open()
    }
    _ = done.wait(for: .seconds(60))
    return answer.withLock { $0 }
  }

  /// One that was free a moment ago.
  private static func freePort() throws -> UInt16 {
    let server = try HTTPServer { _, responder in responder.cut() }
    defer { server.drain(within: .zero) }
    return server.port
  }

  private static func settings(_ folder: TemporaryFolder, _ port: UInt16) -> String {
    """
    {
      listen: "127.0.0.1:0", publicURL: "http://127.0.0.1:1", apiKeys: ["a-key-of-the-test"],
      log: "embedded:\(folder.file("log.db"))", store: "sqlite:\(folder.file("store.db"))",
      spool: { path: "\(folder.file("spool.db"))" },
      admin: { ingest: "127.0.0.1:\(port)", dispatch: "127.0.0.1:0", status: "127.0.0.1:0" },
      otlp: "http://127.0.0.1:1", relay: { sender: "meta", allowedFrom: ["+12025550123"] },
      actions: [{
        app: "crm", company: "acme", url: "http://127.0.0.1:1/", secret: "0123456789abcdef" }],
      senders: [
        {
          id: "twilio", provider: "twilio", from: "whatsapp:+14155238886",
          accountSid: "AC00000000000000000000000000000de0", authToken: "a-token-of-the-test",
          baseURL: "http://127.0.0.1:1",
        },
        {
          id: "meta", provider: "meta", phoneNumberId: "300000000000001",
          wabaId: "200000000000001", appId: "1", accessToken: "a-token-of-the-test",
          appSecret: "a-secret-of-the-test", verifyToken: "another-of-the-test",
          baseURL: "http://127.0.0.1:1/v24.0", app: "crm", company: "acme",
        },
      ],
    }
    """
  }
}
