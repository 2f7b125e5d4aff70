/// An AI that does whatever people tell it, so that one sees what an assistant lets happen.
package struct AssistantSettings: Sendable {
  /// What `Authorization: Bearer` has to bring.
  package var key = Demo.assistantKey
  /// Between a question and its answer.
  package var delay = Delay.none
  /// Where the links lead that people make it send.
  package var domain = "attacker.example"
  /// So many questions can still be looked at, with their answers.
  package var kept = 1000

  package init() {}

  mutating func read(_ fields: FieldReader) {
    change(fields)
    fields.integer("kept", into: &kept, 1...100_000)
  }

  /// What may change while it runs.
  mutating func change(_ fields: FieldReader) {
    fields.string("key", into: &key)
    if key.isEmpty { fields.fault("key", "must not be empty") }
    fields.delay("delay", into: &delay)
    fields.string("domain", into: &domain)
  }
}
