import Domain
import Testing
import Time

/// What is said by itself to somebody who waits.
@Suite struct WaitingContactTests {
  private static let now = Timestamp(seconds: 1_800_000_000)

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout WaitingContact, inout Inbox) -> Void
    let text: String?

    init(
      _ description: String, _ text: String?,
      _ change: @escaping @Sendable (inout WaitingContact, inout Inbox) -> Void
    ) {
      (testDescription, self.text, self.change) = (description, text, change)
    }
  }

  private static let texts = SetTexts([
    .waiting: ["en": "wait", "it": "attenda", "pt_BR": "espere"],
    .away: ["en": "away", "it": "chiuso"], .greeting: ["it": "ciao"],
  ])

  private static let wrote = ServiceWindow(lastInbound: now - .seconds(60))

  @Test(
    "who waits is told so once, in the right language, and nobody else is",
    arguments: [
      Case("nobody said a language", "wait") { _, _ in },
      Case("the agent's language", "attenda") { contact, _ in contact.standing.agent = "bea" },
      Case("a region's text for the language", "espere") { contact, _ in
        contact.standing.agent = "carl"
      },
      Case("an agent who is no more", "wait") { contact, _ in contact.standing.agent = "gone" },
      Case("no texts in the settings", nil) { _, inbox in inbox.texts = nil },
      Case(
        "texts without words of their own",
        "Thank you for your message. Please wait: we will answer as soon as possible."
      ) {
        _, inbox in inbox.texts = SetTexts()
      },
      Case("a text that is taken away", nil) { _, inbox in inbox.texts = SetTexts([.waiting: [:]])
      },
      Case("a first message is greeted before", "ciao\n\nwait") { contact, _ in
        contact.isFirst = true
      },
      Case("outside of the hours", "away") { _, inbox in inbox.hours = WaitingContactTests.never },
      Case("outside of them without a text of its own", "wait") { _, inbox in
        inbox.hours = WaitingContactTests.never
        inbox.texts = SetTexts([.waiting: ["en": "wait"]])
      },
      Case("they were asked already", nil) { contact, _ in
        contact.standing.apply(.askedToWait(at: WaitingContactTests.now))
      },
      Case("a person has taken over", nil) { contact, _ in
        contact.standing.apply(.setMode(.manual))
      },
      Case("an assistant answers", nil) { contact, _ in
        contact.standing.apply(.setAssistant("helper"))
      },
      Case("an assistant that is off does not", "wait") { contact, _ in
        contact.standing.apply(.setAssistant("helper"))
        contact.standing.apply(.switchAssistant(on: false))
      },
      Case("they want nothing more", nil) { contact, _ in contact.optOut = .everything },
      Case("they want no marketing, which this is not", "wait") { contact, _ in
        contact.optOut = .marketing
      },
      Case("they wrote more than a day ago", nil) { contact, _ in
        contact.window = ServiceWindow(lastInbound: WaitingContactTests.now - .seconds(86_400))
      },
      Case("the provider takes no free text", nil) { contact, _ in
        contact.window = ServiceWindow(
          lastInbound: WaitingContactTests.now - .seconds(60),
          lastRefusal: WaitingContactTests.now - .seconds(30))
      },
    ])
  func answer(item: Case) throws {
    var inbox = Inbox(agents: [Agent("bea", language: "it"), Agent("carl", language: "pt")])
    inbox.texts = Self.texts
    var standing = ConversationStanding()
    standing.apply(.received(at: Self.now - .seconds(60)))
    var contact = WaitingContact(standing, window: Self.wrote)
    item.change(&contact, &inbox)
    #expect(contact.answer(by: inbox, senderLanguage: "en", at: Self.now) == item.text)
  }

  /// Nobody is ever there.
  private static var never: OpeningHours? {
    do throws(ZoneFault) {
      return OpeningHours(in: try ZoneRules(tzif: TestZone(rule: "UTC0").bytes), [:])
    } catch { return nil }
  }

  @Test("the languages of the sender, English and whatever there is follow one another")
  func languages() {
    let texts = SetTexts([.away: ["de": "zu", "fr_CA": "fermé"]])
    #expect(texts.text(.away, in: ["it", "fr"]) == "fermé")
    #expect(texts.text(.away, in: ["de_AT"]) == "zu")
    #expect(texts.text(.away, in: ["it"]) == "zu")
    #expect(texts.text(.greeting, in: ["it"]) == nil)
    for language in ["it", "en", "es", "de", "fr", "pt"] {
      #expect(texts.text(.waiting, in: [language])?.isEmpty == false)
    }
    #expect(texts.text(.waiting, in: ["pt_BR"]) == texts.text(.waiting, in: ["pt"]))
  }
  @Test("who is handed over is told so in six languages, or in one's own words, or not at all")
  func handover() {
    for language in ["de", "en", "es", "fr", "it", "pt"] {
      let text = SetTexts().text(.handover, in: [language])
      #expect(text != nil && text != SetTexts().text(.handover, in: language == "en" ? ["it"] : []))
    }
    let own = SetTexts([.handover: ["en": "Bea is coming"]])
    #expect(own.text(.handover, in: ["it"]) == "Bea is coming")
    #expect(own.text(.waiting, in: ["en"])?.hasPrefix("Thank you") == true)
    #expect(SetTexts([.handover: [:]]).text(.handover, in: ["en"]) == nil)
  }
}
