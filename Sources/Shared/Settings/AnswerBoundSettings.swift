internal import Domain

extension SettingsReader {
  /// What an assistant's answers may be like.
  func answerBounds(_ defaultPrefix: DialPrefix) -> AnswerBounds {
    var bounds = AnswerBounds()
    bounds.messages = count("maxMessages", in: 1...10) ?? bounds.messages
    bounds.length = count("maxLength", in: 1...4096) ?? bounds.length
    bounds.tokens = count("maxTokens", in: 50...100_000) ?? bounds.tokens
    if has("kinds") { bounds.kinds = kinds }
    bounds.linkDomains = domains("linkDomains")
    bounds.mailDomains = domains("mailDomains")
    bounds.numbers = texts("numbers").compactMap { text in
      do throws(PhoneNumberFault) {
        return try PhoneNumber(text, defaultPrefix: defaultPrefix)
      } catch {
        fault("numbers", "\(text) \(error)")
        return nil
      }
    }
    return bounds
  }

  private var kinds: Set<AssistantMessage.Kind> {
    let found = texts("kinds").compactMap { text -> AssistantMessage.Kind? in
      let kind = AssistantMessage.Kind(rawValue: text)
      if kind == nil {
        let known = AssistantMessage.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        fault("kinds", "has \(text.prefix(40)); kinds are \(known)")
      }
      return kind
    }
    if found.isEmpty { fault("kinds", "must have one at least") }
    return Set(found)
  }

  /// In small letters, without what stands around it in an address.
  private func domains(_ name: String) -> [String] {
    texts(name).map { text in
      let domain = text.lowercased()
      let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
      let isDomain =
        labels.count >= 2
        && labels.allSatisfy { label in
          (1...63).contains(label.utf8.count)
            && label.utf8.allSatisfy { byte in
              (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
            }
        }
      if !isDomain {
        fault(
          name, "has \(text.prefix(80)); expected are domains such as acme.it, without https://")
      }
      return domain
    }
  }

  var handOverSigns: HandOverSigns {
    var signs = HandOverSigns()
    guard let own = object("handover") else { return signs }
    if let words = own.object("words") {
      for language in words.names {
        let phrases = words.texts(language)
        if !language.isLanguageCode {
          words.fault(language, "is not a language such as it or pt_BR")
        }
        if phrases.contains(where: { !$0.contains { $0.isLetter || $0.isNumber } }) {
          words.fault(language, "must be words or phrases, each with a letter or a digit")
        }
        signs.words[language] = phrases
      }
      words.finish()
    }
    signs.buttons = Set(own.texts("buttons"))
    own.finish()
    return signs
  }
}
