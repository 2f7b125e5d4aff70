import Testing
import Time

@Suite struct DurationTextTests {
  @Test(
    "a span of time is written as a number and its unit",
    arguments: [
      ("500ms", Duration.milliseconds(500)), ("30s", .seconds(30)), ("1.5m", .seconds(90)),
      ("12h", .seconds(43200)), ("7d", .seconds(604_800)), ("0s", .zero),
      ("0.000001s", .microseconds(1)),
    ])
  func spans(text: String, span: Duration) { #expect(Duration(written: text) == span) }

  @Test(
    "what is no span of time is not read",
    arguments: [
      "", "s", "5", "5 s", "-5s", "+5s", "5x", "1.2.3s", "٣s", "1e3s", "99999999999d", ".s",
    ])
  func none(text: String) { #expect(Duration(written: text) == nil) }
}
