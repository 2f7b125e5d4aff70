import Domain
import Testing

@Suite struct SMSSegmentsTests {
  private static func many(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
  }

  @Test(
    "a text is counted in septets where GSM-7 has all of it, else in units of UTF-16",
    arguments: [
      ("", .gsm7, 1), ("ciao", .gsm7, 1), (many("a", 160), .gsm7, 1), (many("a", 161), .gsm7, 2),
      (many("a", 306), .gsm7, 2), (many("a", 307), .gsm7, 3), (many("è", 160), .gsm7, 1),
      // Two septets each.
      (many("€", 80), .gsm7, 1), (many("€", 81), .gsm7, 2), (many("[", 76) + "a", .gsm7, 1),
      // 76 of them fill 152 of the 153 septets of a part: the next is not divided.
      (many("€", 152), .gsm7, 2), (many("€", 153), .gsm7, 3),
      (many("a", 153) + "€" + many("a", 5), .gsm7, 1),
      (many("a", 152) + "€" + many("a", 150), .gsm7, 2),
      (many("a", 152) + "€" + many("a", 152), .gsm7, 3),
      ("ciao ’", .ucs2, 1), (many("ç", 70), .ucs2, 1), (many("ç", 71), .ucs2, 2),
      (many("я", 134), .ucs2, 2), (many("я", 135), .ucs2, 3),
      (many("😀", 35), .ucs2, 1), (many("😀", 36), .ucs2, 2),
      // 33 of them fill 66 of the 67 units of a part.
      (many("😀", 66), .ucs2, 2), (many("😀", 67), .ucs2, 3),
      (many("a", 69) + "ç", .ucs2, 1), ("Ç\r\nÄÖÑÜ§¿", .gsm7, 1), ("`", .ucs2, 1),
    ] as [(String, SMSSegments.Encoding, Int)])
  func counts(text: String, encoding: SMSSegments.Encoding, count: Int) {
    let segments = SMSSegments(text)
    #expect(segments.encoding == encoding && segments.count == count, "\(segments)")
  }
}
