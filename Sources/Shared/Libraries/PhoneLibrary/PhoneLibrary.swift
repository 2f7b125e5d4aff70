internal import CPhoneNumber

/// libphonenumber's judgement of a number's country and length. Its data age, so it may refuse what no
/// country has; whether a number is in service it cannot know.
package func numberIsImpossible(_ e164: String) -> Bool {
  var e164 = e164
  return e164.withUTF8 { bytes in
    bytes.withMemoryRebound(to: CChar.self) { characters in
      guard let start = characters.baseAddress else { return true }
      return postrider_number_is_impossible(start, characters.count)
    }
  }
}
