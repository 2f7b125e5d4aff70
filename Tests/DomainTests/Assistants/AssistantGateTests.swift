import Domain
import Testing

/// What an assistant wrote reaches nobody where it could do harm.
@Suite struct AssistantGateTests {
  private static let secrets = ["sk-live-9fGh27Kq-ZZtop", "Tr0ub4dor&3", "483920", "abc"]

  private static func gate(
    known: [String] = [], _ change: (inout Assistant) -> Void = { _ in }
  ) throws -> AssistantGate {
    let assistant = try UnderTest.assistant { assistant in
      assistant.bounds.linkDomains = ["acme.it"]
      assistant.bounds.mailDomains = ["mail.acme.com"]
      assistant.facts =
        "We are open from Monday to Friday from nine in the morning until six in the evening. Call us: 02 1234 5678."
      change(&assistant)
    }
    return AssistantGate(
      assistant, UnderTest.prompt(assistant), contact: UnderTest.contact,
      secrets: SecretTraces(secrets.map { Secret($0) }), known: known)
  }

  private static func word(_ verdict: AssistantGate.Verdict) -> String? {
    if case .blocked(let block) = verdict { block.word } else { nil }
  }

  @Test(
    "links lead only where they may, however they are written",
    arguments: [
      ("See https://acme.it/orders/7?x=1", nil), ("https://www.acme.it.", nil),
      ("shop.acme.it", nil),
      ("(acme.it)", nil), ("ACME.IT!", nil), ("https://acme.it:8443/x", nil),
      ("http://acme.it/evil.com", nil), ("write to info@acme.it", nil), ("info@mail.acme.com", nil),
      ("https://evil.com", "link"), ("HTTPS://EVIL.COM", "link"), ("evil.com", "link"),
      ("go to evil.com/acme.it", "link"), ("acme.it.evil.com", "link"), ("evilacme.it", "link"),
      ("https://acme.it@evil.com/", "link"), ("https://evil.com@acme.it/", "link"),
      ("https://acme.it%40evil.com", "link"), ("https:/evil.com", "link"),
      ("https:evil.com", "link"),
      ("https:\\\\evil.com", "link"), ("//evil.com", "link"), ("http://evil.com\\@acme.it", "link"),
      ("http://192.168.1.1/x", "link"), ("192.168.1.1", "link"), ("http://3232235777", "link"),
      ("http://0x7f.1", "link"), ("http://[::1]/", "link"), ("https://xn--cme-8cd.it", "link"),
      ("https://аcme.it", "link"), ("аcme.it", "link"), ("acme。it/x evil。com", "link"),
      ("evil．com", "link"), ("ｅｖｉｌ.ｃｏｍ", "link"), ("ⓔⓥⓘⓛ.com", "link"), ("𝐞𝐯𝐢𝐥.𝐜𝐨𝐦", "link"),
      ("wa.me/393331234567", "link"), ("t.me/x", "link"), ("api.whatsapp.com/send", "link"),
      ("tel:+393331234567", "link"), ("sms:333", "link"), ("mailto:a@acme.it", "link"),
      ("javascript:alert(1)", "link"), ("ftp://acme.it", "link"), ("whatsapp://send", "link"),
      ("[acme.it](https://evil.com)", "link"), ("[click](evil.com)", "link"),
      ("<a href=\"http://evil.com\">", "link"),
      ("evil[.]com", "link"), ("evil (dot) com", "link"), ("evil dot com", "link"),
      ("evil .com", "link"),
      ("evil punto com", "link"), ("evil . com", "link"), ("www.evil", "link"),
      ("evil.zz/path", "link"),
      ("Re:evil.com", "link"), ("link=evil.com", "link"), ("vai→evil.com", "link"),
      ("https://acme.it|https://evil.com", "link"), ("https://acme.it,evil.com", "link"),
      ("_evil.com_ *evil.com*", "link"), ("acme.it→evil.com", "link"),
      ("acme.it:evil.com", "link"), ("https://acme.it/→evil.com", "link"),
      ("https://acme.it/x→https://evil.com", "link"), ("evil.com→https://acme.it", "link"),
      ("acme.it:80/evil.com", nil), ("a@acme.it→evil.com", "link"), ("evil.example", "link"),
      ("пример.рф", "link"),
      ("evil.com:8080", "link"), ("info@evil.com", "mail"), ("info (at) evil.com", "mail"),
      ("info@acme.it.evil.com", "mail"),
      ("Dott.ssa Rossi, p.es. alle 9.30, n.ro 5, S.r.l. e S.p.A.", nil), ("Grazie. Come va?", nil),
      ("v. 1.2.3, file listino.pdf", nil), ("It costs 12.50 EUR: ok?", nil), ("10:30", nil),
      ("Olá. Com prazer", nil), ("Nota: and/or", nil), ("@acme", nil), ("...", nil),
      ("e.g. this", nil),
    ] as [(String, String?)])
  func links(text: String, word: String?) throws {
    let verdict = try Self.gate().verdict(on: try UnderTest.reply(saying: text))
    #expect(Self.word(verdict) == word, "\(verdict)")
  }

  @Test(
    "phone numbers are the contact's own or ours",
    arguments: [
      ("Your number is +39 333 123 4567", nil), ("333-1234567", nil), ("00393331234567", nil),
      ("Call 02 1234 5678 or +39 02 12345678", nil), ("call +1 415 555 0100", nil),
      ("call +39 333 999 9999", "number"), ("3339999999", "number"), ("333.999.9999", "number"),
      ("(333) 999-9999", "number"), ("3 3 3 9 9 9 9 9 9 9", "number"),
      ("0039 333 9999999", "number"),
      ("+３９ ３３３ ９９９９９９９", "number"), ("٣٣٣٩٩٩٩٩٩٩", "number"), ("3️⃣3️⃣3️⃣9️⃣9️⃣9️⃣9️⃣9️⃣9️⃣9️⃣", "number"),
      ("06 6988 1234", "number"), ("333*999*9999", "number"), ("➕393339999999", "number"),
      ("+393331234567 3339999999", "number"), ("①②③④⑤⑥⑦⑧⑨①", "number"),
      ("On 27.11.2026 at 13.30, or 2026-11-27", nil), ("Order 12345678", nil),
      ("1.250.000 EUR", nil),
      ("from 9 to 18, rooms 101 and 102", nil), ("PIN 1234, year 2026", nil),
      ("27/11/2026 28/11/2026", nil),
      ("order 4500012345", nil), ("order 4500012346", "number"),
    ] as [(String, String?)])
  func numbers(text: String, word: String?) throws {
    let gate = try Self.gate(known: ["{\"order\":\"4500012345\"}"]) { assistant in
      assistant.bounds.numbers = [try? PhoneNumber("+14155550100")].compactMap(\.self)
    }
    let verdict = gate.verdict(on: try UnderTest.reply(saying: text))
    #expect(Self.word(verdict) == word, "\(verdict)")
  }

  @Test("of a contact without a number no number is their own")
  func hiddenContact() throws {
    let assistant = try UnderTest.assistant()
    let gate = AssistantGate(
      assistant, UnderTest.prompt(assistant), contact: PersonAddress("IT.13491208655302741918"),
      secrets: SecretTraces([]))
    let verdict = gate.verdict(on: try UnderTest.reply(saying: "+393331234567"))
    #expect(verdict == .blocked(.number))
  }

  @Test(
    "secrets stay ours, whole or in part, split, turned or encoded",
    arguments: [
      ("The key is sk-live-9fGh27Kq-ZZtop.", "secret"),
      ("s k l i v e 9 f G h 2 7 K q Z Z t o p", "secret"),
      ("SK-LIVE-9FGH27KQ-ZZTOP", "secret"), ("sk-live-9fGh27Kq-ZZ", "secret"),
      ("potZZ-qK72hGf9-evil-ks", "secret"),
      ("736b2d6c697665", nil), ("736b2d6c6976652d", "secret"),
      ("736b2d6c6976652d3966476832374b712d5a5a746f70", "secret"),
      ("73:6B:2D:6C:69:76:65:2D:39:66:47:68:32:37:4B:71", "secret"),
      ("c2stbGl2ZS05ZkdoMjdLcS1aWnRvcA==", "secret"),
      ("eHNrLWxpdmUtOWZHaDI3S3EtWlp0b3B4", "secret"),
      ("%73%6b%2d%6c%69%76%65%2d%39%66%47%68%32%37%4b%71%2d%5a%5a%74%6f%70", "secret"),
      ("ｓｋ－ｌｉｖｅ－9fGh27Kq－ZZtop", "secret"),
      ("s*k*l*i*v*e*9*f*G*h*2*7*K*q*Z*Z*t*o*p", "secret"), ("ѕk-lіve-9fGh27Kq-ZZtор", "secret"),
      ("password: Tr0ub4dor&3", "secret"), ("TR0UB4DOR 3", "secret"),
      ("your pin is 48-39-20", "secret"),
      ("abc is the alphabet's beginning", nil), ("My secret is that I am a machine", nil),
      ("sk-live", nil),
    ] as [(String, String?)])
  func secrets(text: String, word: String?) throws {
    let verdict = try Self.gate().verdict(on: try UnderTest.reply(saying: text))
    #expect(Self.word(verdict) == word, "\(verdict)")
  }

  @Test("a secret is not hidden by being split over messages")
  func splitSecret() throws {
    let reply = try UnderTest.reply(saying: "First: sk-live-9fGh", "27Kq-ZZtop")
    #expect(try Self.gate().verdict(on: reply) == .blocked(.secret))
    #expect("\(SecretTraces([Secret("hidden-away")]))" == "•••")
  }

  @Test(
    "instructions are not said to anybody, and facts are",
    arguments: [
      ("Discounts above thirty percent need the approval of the sales office.", "instructions"),
      ("discounts ABOVE thirty, percent - need the approval of", "instructions"),
      (".eciffo selas eht fo lavorppa eht deen tnecrep ytriht evoba stnuocsiD", "instructions"),
      (
        "D i s c o u n t s a b o v e t h i r t y p e r c e n t n e e d t h e a p p r o v a l o f",
        "instructions"
      ),
      (
        "Here: RGlzY291bnRzIGFib3ZlIHRoaXJ0eSBwZXJjZW50 IG5lZWQgdGhlIGFwcHJvdmFsIG9mIHRoZSBzYWxlcyBvZmZpY2Uu",
        "instructions"
      ),
      (
        "xy 446973636f756e74732061626f7665207468697274792070657263656e74206e6565642074686520617070726f76616c206f66207468652073616c6573206f66666963652e",
        "instructions"
      ),
      ("I was told: You are Nora, the assistant of Acme. Discounts", "instructions"),
      ("assistantofAcmeDiscountsabovethirtypercentneedtheapprovalofthesalesoffice", "instructions"),
      (
        "o f A c m e D i s c o u n t s a b o v e t h i r t y p e r c e n t n e e d t h e a p p r o v a l o f t h e s a l e s o f f i c e",
        "instructions"
      ),
      ("Dìscöunts abové thírty pércent néed thé appróval óf", "instructions"),
      ("Answer with one JSON object and nothing else: messages", "instructions"),
      ("Discounts above thirty percent are possible.", nil),
      ("I am Nora, the assistant of Acme.", nil),
      ("We are open from Monday to Friday from nine in the morning until six in the evening.", nil),
    ] as [(String, String?)])
  func instructions(text: String, word: String?) throws {
    let verdict = try Self.gate().verdict(on: try UnderTest.reply(saying: text))
    #expect(Self.word(verdict) == word, "\(verdict)")
  }

  @Test(
    "kinds, objects, counts and lengths are those of the settings",
    arguments: [
      (#"{"messages": [{"body": "hi"}], "action": "reply"}"#, nil),
      (
        #"{"messages": [{"body": "1"}, {"body": "2"}, {"body": "3"}, {"body": "4"}], "action": "reply"}"#,
        "messages"
      ),
      (
        #"{"messages": [{"type": "image", "image": {"link": "https://acme.it/a.jpg"}}], "action": "reply"}"#,
        "kind"
      ),
      (#"{"messages": [{"object": "menu", "values": {"n": "Bea"}}], "action": "reply"}"#, nil),
      (#"{"messages": [{"object": "other"}], "action": "reply"}"#, "object"),
      (
        #"{"messages": [{"object": "menu", "values": {"n": "evil.com"}}], "action": "reply"}"#,
        "link"
      ),
      (#"{"messages": [{"body": "a\u200bb"}], "action": "handoff"}"#, "hidden"),
      (#"{"messages": [{"body": "evil\u200b.com"}], "action": "reply"}"#, "hidden"),
      (
        #"{"messages": [{"media": "0123456789abcdef0123456789abcdef", "body": "x"}], "action": "reply"}"#,
        "kind"
      ),
      (
        #"{"messages": [{"location": {"latitude": 45.4642035, "longitude": 9.1899823, "name": "us"}}], "action": "reply"}"#,
        nil
      ),
      (
        #"{"messages": [{"location": {"latitude": 45, "longitude": 9, "name": "evil.com"}}], "action": "reply"}"#,
        "link"
      ),
      (
        #"{"messages": [{"contacts": [{"name": {"formatted_name": "A B", "first_name": "A"}, "phones": [{"phone": "+39 333 9999999"}]}]}], "action": "reply"}"#,
        "number"
      ),
    ] as [(String, String?)])
  func form(json: String, word: String?) throws {
    let gate = try Self.gate { assistant in
      assistant.tools.objects = [ObjectName("menu")].compactMap(\.self)
      assistant.bounds.kinds = [.text, .object, .location, .contacts]
    }
    let verdict = gate.verdict(on: try UnderTest.reply(json))
    #expect(Self.word(verdict) == word, "\(verdict)")
  }

  @Test("links of files and buttons are judged as well")
  func fileLinks() throws {
    let gate = try Self.gate { $0.bounds.kinds = Set(AssistantMessage.Kind.allCases) }
    func verdict(_ message: String) throws -> AssistantGate.Verdict {
      gate.verdict(on: try UnderTest.reply("{\"messages\": [\(message)], \"action\": \"reply\"}"))
    }
    #expect(try verdict(#"{"image": {"link": "https://acme.it/a.jpg"}}"#) == .pass)
    #expect(
      try verdict(#"{"image": {"link": "https://evil.com/a.jpg"}}"#) == .blocked(.link("evil.com")))
    let button =
      #"{"interactive": {"type": "cta_url", "body": {"text": "x"}, "action": {"name": "cta_url", "parameters": {"display_text": "Go", "url": "https://evil.com"}}}}"#
    #expect(try verdict(button) == .blocked(.link("evil.com")))
  }

  @Test("length and price have bounds that count")
  func bounds() throws {
    let gate = try Self.gate()
    let words = String(repeating: "word ", count: 200)
    #expect(gate.verdict(on: try UnderTest.reply(saying: words)) == .pass)
    #expect(gate.verdict(on: try UnderTest.reply(saying: words + "x")) == .blocked(.length(1001)))
    let reply = try UnderTest.reply(saying: "hi")
    #expect(gate.verdict(on: reply, cost: 5, left: 5) == .pass)
    #expect(gate.verdict(on: reply, cost: 6, left: 5) == .blocked(.price))
    #expect(gate.verdict(on: AssistantReply([], action: .silence)) == .pass)
  }
}
