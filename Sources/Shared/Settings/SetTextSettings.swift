internal import Domain
internal import Places
internal import Time

extension SettingsReader {
  /// What is said by itself: for each occasion a text in every language, or none.
  func setTexts() -> SetTexts {
    var texts: [SetTexts.Kind: [String: String]] = [:]
    for kind in SetTexts.Kind.allCases where mentions(kind.rawValue) {
      guard let reader = object(kind.rawValue) else { continue }
      texts[kind] = reader.textsByLanguage()
    }
    finish()
    return SetTexts(texts)
  }

  private func textsByLanguage() -> [String: String] {
    var texts: [String: String] = [:]
    for language in names {
      let text = text(language)
      if !language.isLanguageCode {
        fault(language, "is not a language such as it or pt_BR")
      } else if let text {
        let isReadable = text.contains { !$0.isWhitespace }
        if !isReadable || text.count > Self.mostText || text.utf8.contains(0) {
          fault(language, "must have 1 to \(Self.mostText) characters")
        }
        texts[language] = text
      }
    }
    finish()
    return texts
  }

  /// Two of them fit into one SMS of Twilio's.
  private static let mostText = 750

  /// When people are there: a zone, and for each day of the week its hours.
  func openingHours() -> OpeningHours? {
    let zone = zone("zone")
    var days: [Weekday: [OpeningHours.Span]] = [:]
    for day in Weekday.allCases where mentions(day.rawValue) {
      days[day] = texts(day.rawValue).compactMap { text in
        let span = OpeningHours.Span(text)
        if span == nil {
          fault(day.rawValue, "has \(text); expected are hours such as 09:00-18:00")
        }
        return span
      }
    }
    if days.isEmpty { fault("", "has no day: mon, tue, wed, thu, fri, sat, sun") }
    let closed = texts("closed").compactMap { text in
      let date = CivilDate(text)
      if date == nil { fault("closed", "has \(text); expected are dates such as 2026-12-25") }
      return date
    }
    finish()
    return zone.map { OpeningHours(in: $0, days, closed: Set(closed)) }
  }

  private func zone(_ name: String) -> ZoneRules? {
    guard let text = requiredText(name, "whose clocks count, such as Europe/Rome") else {
      return nil
    }
    do throws(ZoneBookFault) {
      let book = try ZoneBook()
      do throws(ZoneNameFault) { return try book.zone(named: text) } catch {
        fault(name, error.description)
      }
    } catch { fault(name, error.description) }
    return nil
  }
}
