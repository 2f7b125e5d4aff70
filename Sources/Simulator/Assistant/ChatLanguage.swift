/// Languages in which the assistant answers, and how one is known.
enum ChatLanguage: String, Sendable, CaseIterable {
  case en, it, es, de, fr, pt, ar, ru, zh, ja

  /// By its script, or else by the small words that only it has.
  init(of text: String) {
    let signs = text.unicodeScalars
    func has(_ range: ClosedRange<UInt32>) -> Bool { signs.contains { range.contains($0.value) } }
    if has(0x3040...0x30FF) {
      self = .ja
    } else if has(0x3400...0x9FFF) {
      self = .zh
    } else if has(0x0600...0x06FF) {
      self = .ar
    } else if has(0x0400...0x04FF) {
      self = .ru
    } else {
      let words = FoldedText(text).folded.split { !$0.isOfWord }.map { word in
        String(String.UnicodeScalarView(word))
      }
      let counts = Self.smallWords.map { language, known in
        (language, words.count { known.contains($0) })
      }
      let best = counts.max { $0.1 < $1.1 }
      self = best.flatMap { $0.1 > 0 ? $0.0 : nil } ?? .en
    }
  }

  private static let smallWords: [(ChatLanguage, Set<String>)] = [
    (
      .pt,
      ["ola", "obrigado", "obrigada", "voce", "quero", "nao", "uma", "para", "meu", "minha", "bom"]
    ),
    (
      .fr,
      ["bonjour", "merci", "je", "vous", "est", "le", "les", "une", "pour", "mon", "ma", "avec"]
    ),
    (
      .de,
      ["hallo", "danke", "ich", "sie", "ist", "der", "die", "das", "und", "bitte", "mein", "wo"]
    ),
    (
      .es,
      ["hola", "gracias", "quiero", "el", "los", "donde", "esta", "mi", "por", "favor", "buenos"]
    ),
    (
      .it,
      ["ciao", "grazie", "vorrei", "il", "lo", "dove", "che", "sono", "mio", "buongiorno", "per"]
    ),
    (.en, ["hello", "hi", "the", "is", "my", "please", "thanks", "where", "what", "you", "i"]),
  ]

  /// `token` is what it is an answer to.
  func politeness(_ token: String) -> String {
    switch self {
    case .en: "Thank you for your message \(token). How can I help you?"
    case .it: "Grazie per il tuo messaggio \(token). Come posso aiutarti?"
    case .es: "Gracias por tu mensaje \(token). ¿Cómo puedo ayudarte?"
    case .de: "Danke für Ihre Nachricht \(token). Wie kann ich helfen?"
    case .fr: "Merci pour votre message \(token). Comment puis-je vous aider ?"
    case .pt: "Obrigado pela sua mensagem \(token). Como posso ajudar?"
    case .ar: "شكرا على رسالتك \(token). كيف يمكنني مساعدتك؟"
    case .ru: "Спасибо за ваше сообщение \(token). Чем могу помочь?"
    case .zh: "感谢您的消息 \(token)。有什么可以帮您？"
    case .ja: "メッセージ \(token) をありがとうございます。ご用件をどうぞ。"
    }
  }
}

/// What of a message tells it from others: `#17`, or else its last word with a digit, or else its longest.
func chatToken(of text: String) -> String {
  let words = text.split { $0.isWhitespace || betweenWords.contains($0) }
  let tagged = words.filter { $0.hasPrefix("#") && $0.count > 1 }.prefix(20)
  guard tagged.isEmpty else { return tagged.joined(separator: " ") }
  let word =
    words.last { $0.contains(where: \.isNumber) } ?? words.max { $0.count < $1.count }
  return word.map { String($0.prefix(40)) } ?? ""
}

private let betweenWords = Set(".,;:!?()[]{}<>\"'。、，！？")
