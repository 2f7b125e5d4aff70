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

/// The region of a number in E.164 form by libphonenumber, as ISO's two letters. nil where it belongs to none, as +800,
/// or the library's data know none.
package func numberRegion(_ e164: String) -> String? {
  letters(of: e164) { postrider_number_region($0, $1) }
}

/// The same without what was found for numbers like it.
package func uncachedNumberRegion(_ e164: String) -> String? {
  letters(of: e164) { postrider_number_region_uncached($0, $1) }
}

private func letters(
  of e164: String, by lookUp: (UnsafePointer<CChar>, Int) -> UInt16
) -> String? {
  var e164 = e164
  let region = e164.withUTF8 { bytes in
    bytes.withMemoryRebound(to: CChar.self) { characters in
      characters.baseAddress.map { lookUp($0, characters.count) } ?? 0
    }
  }
  return region == 0 ? nil : text(ofRegion: region)
}

/// The regions of a calling code, as ISO's letters, the main one first; none for codes that no region has.
package func regions(ofCallingCode code: Int) -> [String] {
  let regions = [UInt16](unsafeUninitializedCapacity: 64) { buffer, count in
    guard let start = buffer.baseAddress, let code = Int32(exactly: code) else { return }
    count = min(buffer.count, postrider_regions_of_code(code, start, buffer.count))
  }
  return regions.map(text(ofRegion:))
}

private func text(ofRegion region: UInt16) -> String {
  String(unsafeUninitializedCapacity: 2) { letters in
    letters[0] = UInt8(region >> 8)
    letters[1] = UInt8(region & 0xFF)
    return 2
  }
}
