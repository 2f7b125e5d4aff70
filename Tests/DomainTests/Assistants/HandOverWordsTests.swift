import Domain
import Testing

/// Whether what somebody wrote asks for a person.
@Suite struct HandOverWordsTests {
  private static let words = HandOverWords()

  @Test(
    "who asks for a person is heard, in each language",
    arguments: [
      "I want to talk to a human", "can I speak with a real person please?", "Operator", "agent",
      "HUMAN!!!", "please connect me to an agent", "I'd like to speak to someone",
      "Could you put me through to your support team?", "get me a representative",
      "I need a human being", "Why can't I talk to a human?", "is there a live agent?",
      "i dont want to talk to a bot", "Can I chat with one of your colleagues about my order 4432?",
      "let me speak to the manager",
      "Voglio parlare con un operatore", "Operatore", "vorrei parlare con una persona reale",
      "Posso parlare con qualcuno?", "mi passi un operatore per favore", "un umano, grazie",
      "Ho bisogno di un operatore umano", "C'è un operatore?", "VOGLIO UN ESSERE UMANO",
      "non voglio parlare con un bot", "mi metta in contatto con il servizio clienti",
      "Buongiorno, potrei parlare con un vostro consulente?", "fatemi parlare con l’assistenza",
      "basta bot", "perché non posso parlare con una persona?",
      "Quiero hablar con una persona", "páseme con un agente por favor", "Operador", "asesor",
      "necesito un humano", "¿Puedo hablar con alguien?", "quisiera hablar con servicio al cliente",
      "no quiero hablar con un robot", "una persona de carne y hueso por favor",
      "Ich möchte mit einem Menschen sprechen", "Kann ich mit jemandem reden?", "Mitarbeiter bitte",
      "Verbinden Sie mich bitte mit einem Mitarbeiter", "Ich brauche einen echten Menschen",
      "ICH WILL EINEN MITARBEITER", "Ich würde gerne mit dem Kundenservice sprechen",
      "Ein Mensch bitte",
      "Je voudrais parler à un conseiller", "puis-je parler à quelqu'un ?", "un humain svp",
      "passez-moi un agent", "Je veux parler avec une vraie personne", "conseiller",
      "je ne veux pas parler à un robot", "mettez-moi en relation avec le service client",
      "Quero falar com um atendente", "atendente", "posso falar com alguém?",
      "Gostaria de falar com uma pessoa", "preciso de um humano", "me transfere para um atendente",
      "não quero falar com um robô", "falar com atendente", "t a l k to a human, talk to a human",
    ])
  func asks(text: String) {
    #expect(Self.words.ask(in: text))
  }

  @Test(
    "who writes of people, operators and agents does not ask for one",
    arguments: [
      "", "👍", "Hello", "I am not a human error", "It was a human error", "My operator is Vodafone",
      "I don't want to talk to an agent", "I spoke to an agent yesterday and it was fine",
      "Are you a person?", "the agent fee is too high", "table for one person", "human resources",
      "I need a human rights lawyer", "We are four persons", "I want to talk about my order",
      "What time does the operator open the gates?", "there is nobody at the reception",
      "no, I won't need to speak to anyone", "a personal question",
      "È stato un errore umano", "il mio operatore telefonico è TIM", "Sono un operatore sanitario",
      "un tavolo per una persona", "non voglio parlare con un operatore", "corpo umano",
      "Vorrei cambiare operatore", "quanto costa a persona?", "il consulente mi ha già risposto",
      "vorrei parlare del mio ordine", "risorse umane", "ho parlato con qualcuno ieri",
      "El error humano es normal", "no quiero hablar con nadie", "somos dos personas",
      "mi operador es Movistar", "¿cuánto cuesta por persona?", "recursos humanos",
      "Menschen machen Fehler", "Ich bin auch nur ein Mensch", "zwei Personen bitte",
      "Der Mitarbeiter war freundlich", "Ich möchte nicht mit einem Mitarbeiter sprechen",
      "menschliches Versagen",
      "L'erreur est humaine", "une table pour une personne", "personne n'est venu",
      "je n'ai pas besoin de parler à un conseiller", "mon opérateur est Orange",
      "ressources humaines",
      "foi erro humano", "mesa para uma pessoa", "minha operadora é a Vivo",
      "não quero falar com atendente", "a pessoa não veio",
    ])
  func doesNotAsk(text: String) {
    #expect(!Self.words.ask(in: text))
  }

  @Test("the tenant's own words are heard too, as whole words and however they are written")
  func own() {
    var signs = HandOverSigns()
    signs.words = ["it": ["Pronto Soccorso", "  "], "de": ["Notfall"]]
    let words = HandOverWords(signs)
    #expect(words.ask(in: "ho bisogno del PRONTO soccorso"))
    #expect(words.ask(in: "Nótfall!"))
    #expect(!words.ask(in: "pronto, soccorsi"))
    #expect(words.ask(in: "operator"))
    #expect(!HandOverWords([""]).ask(in: "anything at all"))
  }

  @Test("a text without an end is read as far as anybody writes")
  func long() {
    let text = String(repeating: "talk to talk to ", count: 100_000)
    #expect(!Self.words.ask(in: text + "a human"))
  }
}
