import Events
import Forms
import Domain
import Testing
import Time

@Suite struct CloudEventBindingTests {
  @Test("attributes are the headers that the Kafka binding names")
  func names() {
    var full = event("1")
    full.subject = "s"
    full.extensions = ["b": "2", "a": "1"]
    let headers = RecordHeaders(full).map { header in
      let value = header.value.map { String(decoding: $0, as: UTF8.self) }
      return [String(decoding: header.name, as: UTF8.self), value]
    }
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    #expect(
      headers == [
        ["ce_specversion", "1.0"], ["ce_id", "1"], ["ce_source", "urn:test"],
        ["ce_type", "test.happened"], ["ce_time", "2023-11-14T22:13:20.000Z"],
        ["ce_subject", "s"], ["content-type", "application/json"], ["traceparent", trace],
        ["ce_traceparent", trace], ["ce_a", "1"], ["ce_b", "2"],
      ])
  }

  static let valid: [(String, String?)] = [
    ("ce_specversion", "1.0"), ("ce_id", "1"), ("ce_source", "urn:test"), ("ce_type", "t"),
    ("ce_time", "2026-01-01T00:00:00Z"), ("content-type", "application/json"),
  ]

  @Test(
    "a header that is missing, empty or wrong is named",
    arguments: [
      ("ce_specversion", nil, .missing("ce_specversion")),
      ("ce_specversion", "0.3", .unknownVersion("0.3")),
      ("ce_id", nil, .missing("ce_id")), ("ce_id", "", .missing("ce_id")),
      ("ce_source", nil, .missing("ce_source")), ("ce_type", nil, .missing("ce_type")),
      ("ce_time", nil, .missing("ce_time")), ("ce_time", "yesterday", .badTime("yesterday")),
      ("content-type", nil, .missing("content-type")),
      ("content-type", "text/plain", .contentType("text/plain")),
      (
        "content-type", "application/cloudevents+json",
        .contentType("application/cloudevents+json")
      ),
    ] as [(String, String?, MalformedRecord)])
  func refused(_ name: String, _ value: String?, _ reason: MalformedRecord) {
    var headers = RecordHeaders()
    for (known, text) in Self.valid {
      if let text = known == name ? value : text { headers.add(known, text) }
    }
    #expect(throws: reason) { try CloudEvent(headers: headers, value: []) }
  }

  @Test(
    "an invalid trace is left out, a charset does no harm",
    arguments: [
      ("traceparent", "00-nonsense"), ("content-type", "application/json; charset=utf-8"),
    ])
  func tolerated(_ name: String, _ value: String) throws {
    var headers = RecordHeaders()
    for case (let known, let text?) in Self.valid { headers.add(known, text) }
    headers.add(name, value)
    #expect(try CloudEvent(headers: headers, value: [1]).traceparent == nil)
  }

  @Test("text that is not UTF-8 is refused by the header's name", arguments: valid.map(\.0))
  func notUTF8(_ name: String) {
    var headers = RecordHeaders()
    for (known, text) in Self.valid {
      headers.add(known, bytes: known == name ? [0xC3, 0x28] : text.map { Array($0.utf8) })
    }
    #expect(throws: MalformedRecord.notUTF8(header: name)) {
      try CloudEvent(headers: headers, value: [])
    }
  }

  @Test("no garbage stops the reader", arguments: 0..<64)
  func garbage(_ seed: UInt64) {
    var random = SplitMix(state: seed)
    for _ in 0..<200 {
      var block = RecordHeaders(event("1")).block
      for _ in 0..<Int.random(in: 0...8, using: &random) {
        block[Int.random(in: block.indices, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      block.removeLast(Int.random(in: 0...block.count, using: &random))
      let headers = RecordHeaders(block: block)
      #expect(headers.reduce(0) { $0 + $1.name.count + ($1.value?.count ?? 0) } <= block.count)
      do { #expect(try !CloudEvent(headers: headers, value: []).id.isEmpty) } catch {}
    }
  }
}

private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
