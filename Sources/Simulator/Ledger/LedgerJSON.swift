internal import JSON
internal import Time

extension JSONWriter {
  mutating func list<Element>(
    _ name: StaticString, _ elements: [Element], _ write: (inout JSONWriter, Element) -> Void
  ) {
    self.name(name)
    array { writer in
      for element in elements { writer.object { write(&$0, element) } }
    }
  }

  mutating func counts(_ name: StaticString, _ counts: [String: Int]) {
    self.name(name)
    object { writer in
      for key in counts.keys.sorted() {
        writer.name(key)
        writer.value(counts[key] ?? 0)
      }
    }
  }

  mutating func samples(_ name: StaticString, _ samples: [Totals.Sample]) {
    self.name(name)
    array { writer in
      for sample in samples {
        writer.object { writer in
          writer.field("at", Timestamp(microseconds: sample.at).description)
          writer.field("text", sample.text)
        }
      }
    }
  }

  mutating func field(_ name: StaticString, _ number: Double) {
    self.name(name)
    value(number)
  }
}
