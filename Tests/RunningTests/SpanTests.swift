@testable import Running
@testable import Settings
import Domain
import Events
import Foundation
import HTTP
import JSON
import Platform
import Telemetry
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(5))) struct SpanTests {
  static func span(_ number: Int, failure: String? = nil) -> Span {
    Span(
      trace: "4bf92f3577b34da6a3ce929d0e0e4736", id: "00f067aa0ba902b\(number)",
      parent: number == 0 ? nil : "00f067aa0ba902b0", name: "attempt", kind: .client,
      start: 1_700_000_000_000_000, end: 1_700_000_000_250_001,
      attributes: [
        Span.Attribute("server.address", "graph.facebook.com"),
        Span.Attribute("postrider.attempt", number),
      ], failure: failure)
  }

  /// What `deploy/check/otlp.py` reads by the published schema.
  @Test("the body of a request is the one that the published schema was held against")
  func body() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../deploy/check/spans.json").path
    let body = Span.request(
      [Self.span(0), Self.span(1, failure: "It said no.")],
      resource: [Span.Attribute("service.name", "postrider")])
    let kept = try String(contentsOfFile: path, encoding: .utf8)
    #expect(String(decoding: body, as: UTF8.self) + "\n" == kept)
  }

  /// A collector that answers with that status; nil: never.
  private static func exporter(
    _ status: Int?, _ metrics: Metrics, lines: Locked<[String]> = Locked([])
  ) throws -> (exporter: SpanExporter, server: HTTPServer, bodies: Monitor<[Int]>) {
    let bodies = Monitor<[Int]>([])
    let server = try HTTPServer { request, responder in
      let groups = JSONValue(whole: request.body)?["resourceSpans"]?.items ?? []
      let spans = groups.first?["scopeSpans"]?.items?.first?["spans"]?.items ?? []
      bodies.change { $0.append(spans.count) }
      if let status { responder.answer(HTTPAnswer(status: status)) }
    }
    let settings = OTLPSettings(
      url: try #require(WebAddress("http://127.0.0.1:\(server.port)")))
    let exporter = try SpanExporter(
      settings, resource: [],
      log: Log(
        worker: "test",
        write: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }),
      metrics: metrics)
    return (exporter, server, bodies)
  }

  @Test("spans go out in batches, and what is there at the end goes out as well")
  func batches() async throws {
    try await onOwnThread {
      let metrics = Metrics()
      let (exporter, server, bodies) = try Self.exporter(200, metrics)
      defer { withExtendedLifetime(server) {} }
      exporter.buffer.add((0..<1300).map { Self.span($0 % 10) })
      bodies.wait(for: .seconds(30)) { $0.reduce(0, +) == 1300 }
      exporter.buffer.add([Self.span(1)])
      exporter.close()
      let sizes = bodies.peek { $0 }
      #expect(sizes.reduce(0, +) == 1301 && sizes.allSatisfy { $0 <= SpanBuffer.batch })
      #expect(exporter.buffer.sent.value == 1301 && exporter.buffer.dropped.value == 0)
    }
  }

  @Test("what a collector refuses is dropped, counted and told once", arguments: [400, 429, 503])
  func refused(status: Int) async throws {
    try await onOwnThread {
      let lines = Locked<[String]>([])
      let (exporter, server, bodies) = try Self.exporter(status, Metrics(), lines: lines)
      defer { withExtendedLifetime(server) {} }
      exporter.buffer.add((0..<600).map { Self.span($0 % 10) })
      bodies.wait(for: .seconds(30)) { $0.reduce(0, +) == 600 }
      exporter.close()
      #expect(exporter.buffer.dropped.value == 600 && exporter.buffer.sent.value == 0)
      #expect(lines.withLock { $0.first }?.contains("it answered \(status)") == true)
    }
  }

  @Test("a collector that does not answer costs spans, and nobody who brings some waits for it")
  func slow() async throws {
    try await onOwnThread {
      let (exporter, server, bodies) = try Self.exporter(nil, Metrics())
      defer { withExtendedLifetime(server) {} }
      exporter.buffer.add((0..<SpanBuffer.batch).map { Self.span($0 % 10) })
      bodies.wait(for: .seconds(30)) { !$0.isEmpty }
      let start = RunningTime.now
      for _ in 0..<40 { exporter.buffer.add((0..<500).map { Self.span($0 % 10) }) }
      #expect(RunningTime.now - start < .seconds(5))
      // All but what fits into the buffer.
      #expect(exporter.buffer.dropped.value == 40 * 500 - 16 * SpanBuffer.batch)
      exporter.close()
      #expect(RunningTime.now - start < .seconds(10))
    }
  }

  @Test("a trace that is begun here is recorded by the share of its id, and a caller's by its flag")
  func sampling() throws {
    let traces = (0..<4000).map { _ in Traceparent.random() }
    #expect(traces.allSatisfy { $0.belongs(toShare: 1) && !$0.belongs(toShare: 0) })
    let count = traces.count { $0.belongs(toShare: 0.25) }
    #expect((800...1200).contains(count))
    let caller = try #require(
      Traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
    #expect(
      caller.traceID == "4bf92f3577b34da6a3ce929d0e0e4736" && caller.spanID == "00f067aa0ba902b7")
    #expect(caller.isSampled && !caller.sampled(false).isSampled)
    #expect(caller.child().traceID == caller.traceID && caller.child().isSampled)
    let tracer = Tracer(SpanBuffer(Metrics()), sample: 1)
    #expect(tracer.begin(under: caller.sampled(false), since: 0) == nil)
    #expect(tracer.begin(under: nil, since: 0) == nil)
    #expect(tracer.begin(under: caller, since: 0)?.parent == caller.spanID)
  }

  @Test(
    "where spans go is an address, or an object with one",
    arguments: [
      ("{otlp: 'http://c:4318'}", OTLPSettings.defaultSample, 0),
      ("{otlp: {url: 'http://c:4318', sample: 0.5, headers: {'X-Key': 'secret-of-c'}}}", 0.5, 1),
    ])
  func settings(text: String, sample: Double, headers: Int) throws {
    let settings = try Settings.read(text: text)
    #expect(settings.otlp?.url.description == "http://c:4318")
    #expect(settings.otlp?.sample == sample && settings.otlp?.headers.count == headers)
    #expect(settings.secrets.contains(Secret("secret-of-c")) == (headers == 1))
  }

  @Test(
    "a fault in it is told",
    arguments: [
      ("{otlp: 'c:4318'}", "otlp: must be an http or https address"),
      ("{otlp: {sample: 0.5}}", "otlp.url: is missing: where the collector is"),
      ("{otlp: {url: 'http://c', sample: 2}}", "otlp.sample: must be a number from 0 to 1"),
      (
        "{otlp: {url: 'http://c', headers: {'a b': 'x'}}}",
        "otlp.headers.a b: is no name of a header"
      ),
    ])
  func faults(text: String, sentence: String) {
    do {
      _ = try Settings.read(text: text)
      Issue.record("no fault was told")
    } catch {
      #expect("\(error)".contains(sentence), "\(error)")
    }
  }
}
