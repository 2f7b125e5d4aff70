package import Domain
package import Events
package import HTTP
internal import Platform
package import SendStore
internal import Store
package import Telemetry

/// Makes the spans of what a process does with sampled sends. Where `otlp` is not set there is none of these, and
/// tracing costs a look whether there is.
///
/// A send's trace goes from the request through the log to intake, which keeps it beside the send; from there whoever
/// has something to tell of the send looks it up.
package final class Tracer: Sendable {
  private let buffer: SpanBuffer
  /// The share of traces that are begun here and recorded.
  private let sample: Double

  package init(_ buffer: SpanBuffer, sample: Double) {
    self.buffer = buffer
    self.sample = sample
  }

  /// A step under way.
  package struct Step: Sendable {
    /// Its own: what follows from it is its child.
    package let trace: Traceparent
    package let parent: String?
    package let start: Int64
  }

  /// The caller's trace goes on where there is one, and says itself whether it is recorded.
  package func begin(_ request: HTTPRequest, since start: Int64) -> Step {
    guard let caller = request.headers.first("traceparent").flatMap({ Traceparent($0) }) else {
      let trace = Traceparent.random()
      return Step(
        trace: trace.sampled(trace.belongs(toShare: sample)), parent: nil, start: start)
    }
    return Step(trace: caller.child(), parent: caller.spanID, start: start)
  }

  /// What follows from a step whose traceparent came along; nil where that is not recorded.
  package func begin(under parent: Traceparent?, since start: Int64) -> Step? {
    guard let parent, parent.isSampled else { return nil }
    return Step(trace: parent.child(), parent: parent.spanID, start: start)
  }

  /// The traces of sends that are recorded, as intake kept them. Where the store cannot tell, there are none: what was
  /// to be told of them is left out, and the work goes on.
  package func parents(
    of sends: [SendID], in store: SendStore, _ log: Log
  ) -> [SendID: Traceparent] {
    do throws(StoreError) {
      return try store.traceparents(of: Set(sends).sorted()).compactMapValues { Traceparent($0) }
    } catch {
      log.warning("traces could not be looked up", ["reason": error.description])
      return [:]
    }
  }

  package func end(_ steps: [(step: Step, told: Told)], at end: Int64) {
    buffer.add(
      steps.filter { $0.step.trace.isSampled }.map { step, told in
        Span(
          trace: step.trace.traceID, id: step.trace.spanID, parent: step.parent, name: told.name,
          kind: told.kind, start: step.start, end: max(step.start, end),
          attributes: told.attributes, failure: told.failure)
      })
  }

  package func end(_ step: Step, _ told: Told, at end: Int64 = wallMicroseconds()) {
    self.end([(step, told)], at: end)
  }

  /// What is told of a step once it has ended.
  package struct Told: Sendable {
    let name: String
    let kind: Span.Kind
    let attributes: [Span.Attribute]
    let failure: String?

    package init(
      _ name: String, _ kind: Span.Kind, _ attributes: [Span.Attribute] = [],
      failure: String? = nil
    ) {
      self.name = name
      self.kind = kind
      self.attributes = attributes
      self.failure = failure
    }
  }
}
