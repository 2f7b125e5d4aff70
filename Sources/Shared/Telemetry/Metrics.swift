internal import Platform

/// The process's numbers, as Prometheus reads them. A metric is made once and kept; counting costs one
/// atomic addition.
package final class Metrics: Sendable {
  private let families = Locked<[String: Family]>([:])
  private let looks = Locked<[@Sendable () -> Void]>([])

  package init() {}

  /// For numbers that are looked up rather than kept: called each time somebody asks for the text, so it must not
  /// block.
  package func beforeEachText(_ look: @escaping @Sendable () -> Void) {
    looks.withLock { $0.append(look) }
  }

  private struct Family {
    let help: String
    let kind: String
    var series: [Labels: any Series]
  }

  /// A name ends in `_total`.
  package func counter(_ name: String, _ help: String, _ labels: Labels = [:]) -> Counter {
    series(name, help, "counter", labels) { Counter() }
  }

  package func gauge(_ name: String, _ help: String, _ labels: Labels = [:]) -> Gauge {
    series(name, help, "gauge", labels) { Gauge() }
  }

  /// What a gauge without labels stands at; nil where nobody has made it.
  package func present(_ name: String) -> Double? {
    (families.withLock { $0[name]?.series[[:]] } as? Gauge)?.value
  }

  /// A counter that somebody else keeps: it is set to what that one says.
  func total(_ name: String, _ help: String, _ labels: Labels = [:]) -> Gauge {
    series(name, help, "counter", labels) { Gauge() }
  }

  /// A name ends in `_seconds` or `_bytes`. The bounds are the same for every label.
  package func histogram(
    _ name: String, _ help: String, _ labels: Labels = [:], bounds: [Double] = Histogram.durations
  ) -> Histogram {
    series(name, help, "histogram", labels) { Histogram(bounds: bounds) }
  }

  /// Text format 0.0.4.
  package func text() -> String {
    for look in looks.withLock({ $0 }) { look() }
    let families = families.withLock { $0 }
    var lines: [String] = []
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      lines.append("# HELP \(name) \(family.help)")
      lines.append("# TYPE \(name) \(family.kind)")
      for (labels, series) in family.series.sorted(by: { $0.key.text < $1.key.text }) {
        lines += series.lines(name, labels)
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func series<Kind: Series>(
    _ name: String, _ help: String, _ kind: String, _ labels: Labels, _ make: () -> Kind
  ) -> Kind {
    families.withLock { families in
      if let known = families[name]?.series[labels] as? Kind { return known }
      let made = make()
      // In its place: a copy of thousands of series for each new one would take minutes.
      families[name, default: Family(help: help, kind: kind, series: [:])].series[labels] = made
      return made
    }
  }
}

protocol Series: Sendable {
  func lines(_ name: String, _ labels: Labels) -> [String]
}

/// Of bounded number: a sender yes, a recipient never.
package struct Labels: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  let text: String

  package init(dictionaryLiteral elements: (String, String)...) {
    text = elements.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
  }

  private static func escaped(_ value: String) -> String {
    guard value.utf8.contains(where: { #"\""#.utf8.contains($0) || $0 == UInt8(ascii: "\n") })
    else {
      return value
    }
    return value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
      "\n", with: "\\n")
  }

  /// With one more label, for the parts of a histogram.
  func braces(and more: String = "") -> String {
    let parts = [text, more].filter { !$0.isEmpty }
    return parts.isEmpty ? "" : "{" + parts.joined(separator: ",") + "}"
  }
}
