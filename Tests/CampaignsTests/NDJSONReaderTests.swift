import Campaigns
import Testing

@Suite struct NDJSONReaderTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let text: String
    let lines: [String]
    var testDescription: String { name }

    init(_ name: String, _ text: String, _ lines: [String]) {
      (self.name, self.text, self.lines) = (name, text, lines)
    }
  }

  static let cases: [Case] = [
    .init(
      "objects", #"{"to":"+39","name":"Anna"}"# + "\n" + #"{"to":"+40","name":"Bo"}"#,
      ["1: +39|Anna", "2: +40|Bo"]),
    .init(
      "any order, and fields that are not there",
      #"{"to":"1","name":"A"}"# + "\r\n"
        + #"{"name":"B","to":"2"}"# + "\n\n" + #"{"TO":"3"}"# + "\n" + #"{"to":"4","zone":"x"}"#,
      ["1: 1|A|", "2: 2|B|", "4: 3||", "5: 4||x"]),
    .init(
      "numbers, truth and null", #"{"to":393331234567,"a":true,"b":null,"c":1.5}"#,
      ["1: 393331234567|true||1.5"]),
    .init(
      "what is no JSON", #"{"to":"1"}"# + "\n{\"to\":\n" + "[1]\n" + #"{"to":"2"}"#,
      ["1: 1", "2: !not-json", "3: !not-json", "4: 2"]),
    .init(
      "objects inside", #"{"to":"1","a":{}}"# + "\n" + #"{"to":"2","a":[1]}"#,
      ["1: a !nested-value", "2: a !nested-value"]),
    .init(
      "numbers that lost their digits",
      #"{"to":3.93333E+11,"a":"1"}"# + "\n" + #"{"to":393331234567.0,"a":"2e5 \"e"}"#,
      ["1: to !shortened-number", "2: 393331234567.0|2e5 \"e"]),
    .init("a field twice", #"{"to":"1","To":"2"}"#, ["1: To !doubled-field"]),
    .init("escapes", #"{"to":"\u00e0 \"x\"\n"}"#, ["1: à \"x\"\n"]),
  ]

  @Test("reads objects, one a line", arguments: cases)
  func reads(row: Case) {
    let whole = Readings.of(row.text, .objects)
    #expect(whole.refusal == nil)
    #expect(whole.lines == row.lines)
    for length in 1...3 {
      #expect(Readings.goingOn(Array(row.text.utf8), .objects, parts: [length]) == whole)
    }
  }

  @Test(
    "an upload without objects is refused with its sentence",
    arguments: [
      ("", "line 1: no line of the first megabyte is a JSON object, such as {\"to\": \"+39…\"}"),
      ("to,name\n1,2", "line 1: no line of the first megabyte is a JSON object"),
      (" \n[{\"to\":1},\n", "line 1: the upload is one JSON list; write its objects one a line"),
    ])
  func refused(text: String, sentence: String) {
    #expect(Readings.of(text, .objects).refusal?.hasPrefix(sentence) == true)
  }

  @Test("a line and a field that are too long are faults, and not held")
  func limits() {
    let long = String(repeating: "x", count: 64 * 1_024 + 1)
    let text =
      "{\"to\":\"1\"}\n{\"to\":\"\(long)\"}\n{\"to\":\""
      + String(repeating: "y", count: 3 << 20) + "\"}\n{\"to\":\"4\"}\n"
    let readings = Readings.of(text, .objects, parts: [100_000])
    #expect(readings.lines == ["1: 1", "2: to !field-too-long", "3: !row-too-long", "4: 4"])
    #expect(readings.mostHeld <= 2 << 20)
  }
}
