/// What is said by itself, in several languages.
package struct SetTexts: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Asks to wait until somebody answers.
    case waiting
    /// In its place outside of the hours.
    case away
    /// Before it, to who writes for the first time.
    case greeting
    /// To whom a person will answer in place of an assistant.
    case handover
  }

  /// By their languages.
  private let texts: [Kind: [String: String]]

  /// Whatever does not say how one is asked to wait, or told of a person, does so in the usual words.
  package init(_ texts: [Kind: [String: String]] = [:]) {
    self.texts = texts.merging(Self.usual) { own, _ in own }
  }

  /// In the first of the languages that there is, else in English, else in whichever comes first. nil where there is none.
  package func text(_ kind: Kind, in languages: [String]) -> String? {
    let known = texts[kind] ?? [:]
    for language in languages + ["en"] {
      if let text = known[language] { return text }
      let base = Self.base(language)
      if let text = known[base] { return text }
      if let other = known.keys.sorted().first(where: { Self.base($0) == base }) {
        return known[other]
      }
    }
    return known.min { $0.key < $1.key }?.value
  }

  /// Without its region.
  private static func base(_ language: String) -> String {
    String(language.prefix { $0 != "_" })
  }

  private static let usual = [Kind.waiting: waiting, .handover: handover]

  private static let waiting = [
    "de": "Vielen Dank für Ihre Nachricht. Bitte warten Sie: Wir antworten so bald wie möglich.",
    "en": "Thank you for your message. Please wait: we will answer as soon as possible.",
    "es": "Gracias por su mensaje. Espere, por favor: le responderemos lo antes posible.",
    "fr": "Merci pour votre message. Veuillez patienter : nous répondrons dès que possible.",
    "it": "Grazie per il messaggio. Attenda, per favore: risponderemo appena possibile.",
    "pt": "Obrigado pela mensagem. Aguarde, por favor: responderemos assim que possível.",
  ]

  private static let handover = [
    "de": "Ein Mensch wird Ihnen antworten. Bitte haben Sie einen Moment Geduld.",
    "en": "A person will answer you. Please bear with us for a moment.",
    "es": "Le responderá una persona. Espere un momento, por favor.",
    "fr": "Une personne va vous répondre. Veuillez patienter un instant.",
    "it": "Le risponderà una persona. Attenda un momento, per favore.",
    "pt": "Uma pessoa vai responder-lhe. Aguarde um momento, por favor.",
  ]
}
