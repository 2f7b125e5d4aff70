/// What is said by itself where no assistant answers, in several languages.
package struct SetTexts: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Asks to wait until somebody answers.
    case waiting
    /// In its place outside of the hours.
    case away
    /// Before it, to who writes for the first time.
    case greeting
  }

  /// By their languages.
  private let texts: [Kind: [String: String]]

  /// Whatever does not say how one is asked to wait does so in the usual words.
  package init(_ texts: [Kind: [String: String]] = [:]) {
    self.texts = texts.merging([.waiting: Self.waiting]) { own, _ in own }
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

  private static let waiting = [
    "de": "Vielen Dank für Ihre Nachricht. Bitte warten Sie: Wir antworten so bald wie möglich.",
    "en": "Thank you for your message. Please wait: we will answer as soon as possible.",
    "es": "Gracias por su mensaje. Espere, por favor: le responderemos lo antes posible.",
    "fr": "Merci pour votre message. Veuillez patienter : nous répondrons dès que possible.",
    "it": "Grazie per il messaggio. Attenda, per favore: risponderemo appena possibile.",
    "pt": "Obrigado pela mensagem. Aguarde, por favor: responderemos assim que possível.",
  ]
}
