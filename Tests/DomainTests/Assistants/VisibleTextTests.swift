import Domain
import Testing

/// What nobody sees is shown, and what a script or an emoji needs stays.
@Suite struct VisibleTextTests {
  @Test(
    "hidden characters are written out, others stay as they are",
    arguments: [
      ("plain text,\nwith a line and a\ttab", nil),
      ("caffè, naïve, ñ, ß, Ελλάδα, Привет, 你好, こんにちは, 안녕", nil),
      ("a\u{0}b", "a⟨U+0000⟩b"), ("a\u{7F}b", "a⟨U+007F⟩b"), ("a\u{85}b", "a⟨U+0085⟩b"),
      ("\u{1B}[31mred", "⟨U+001B⟩[31mred"), ("pay\u{202E}gpj.exe", "pay⟨U+202E⟩gpj.exe"),
      ("\u{2066}x\u{2069}", "⟨U+2066⟩x⟨U+2069⟩"), ("a\u{200B}b", "a⟨U+200B⟩b"),
      ("a\u{200D}b", "a⟨U+200D⟩b"), ("a\u{200C}b", "a⟨U+200C⟩b"), ("\u{FEFF}a", "⟨U+FEFF⟩a"),
      ("so\u{AD}ft", "so⟨U+00AD⟩ft"), ("a\u{2028}b", "a⟨U+2028⟩b"), ("a\u{2060}b", "a⟨U+2060⟩b"),
      ("a\u{E0041}\u{E0042}", "a⟨U+E0041⟩⟨U+E0042⟩"), ("\u{3164}", "⟨U+3164⟩"),
      ("a\u{E0100}", "a⟨U+E0100⟩"), ("a\u{FE0F}", "a⟨U+FE0F⟩"), ("\u{E000}", "⟨U+E000⟩"),
      ("❤️ 1️⃣ 👨‍👩‍👧 👩🏽‍💻 🏳️‍🌈", nil),
      ("🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}", nil),
      (
        "🏴\u{E0068}\u{E0069}\u{E007F}",
        "🏴⟨U+E0068⟩⟨U+E0069⟩⟨U+E007F⟩"
      ),
      ("می\u{200C}خواهم", nil), ("क्\u{200D}ष", nil),
    ] as [(String, String?)])
  func shown(text: String, shown: String?) {
    #expect(VisibleText(text).description == shown ?? text)
    #expect(HiddenCharacters.isFound(in: text) == (shown != nil))
  }

  @Test("a text has an end, and its marks count")
  func bounded() {
    #expect(VisibleText("abcdef", most: 6).wasCut == false)
    let cut = VisibleText("abcdefg", most: 6)
    #expect(cut.wasCut && cut.description == "abcdef⟨…⟩")
    let hidden = VisibleText(String(repeating: "\u{200B}", count: 10_000), most: 100)
    #expect(hidden.wasCut && hidden.description.count < 120)
  }
}
