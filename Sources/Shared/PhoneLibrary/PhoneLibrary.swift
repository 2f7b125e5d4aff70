internal import CPhoneNumber

/// libphonenumber's judgement of a number's length. Its data age, so it may refuse a length that no
/// country uses; whether a number is in service it cannot know.
package func numberIsPossible(_ e164: String) -> Bool {
  var e164 = e164
  return e164.withUTF8 { bytes in
    bytes.withMemoryRebound(to: CChar.self) { characters in
      guard let start = characters.baseAddress else { return false }
      return postrider_number_is_possible(start, characters.count)
    }
  }
}
