extension Template {
  /// Places are `name`, `language`, `header`, `parameters/NAME` and `buttons/INDEX` under `/template`;
  /// whoever read the template knows where each of them stood.
  func check(onMeta: Bool, _ faults: inout FieldFaults) {
    if onMeta {
      checkMetaName(&faults)
      checkValues(&faults)
      checkOrder(&faults)
    }
    if !Self.isLanguage(language) {
      faults.add("/template/language", "must be a language code such as en, it or en_US")
    }
    faults.checkDistinct(
      parameters.map { ($0.name, "/template/parameters/\($0.name)") }, "names of parameters")
    header?.check(at: "/template/header", isOfTemplate: true, &faults)
    checkButtons(&faults)
  }

  /// Two or three small letters; then perhaps a script or a country.
  static func isLanguage(_ text: some StringProtocol) -> Bool {
    let parts = text.utf8.split(omittingEmptySubsequences: false) {
      $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
    guard let first = parts.first, (2...3).contains(first.count), parts.count <= 3 else {
      return false
    }
    return first.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
      && parts.dropFirst().allSatisfy { part in
        (2...8).contains(part.count)
          && part.allSatisfy { $0 < 0x80 && Character(Unicode.Scalar($0)).isAlphanumeric }
      }
  }

  package static func isMetaName(_ text: some StringProtocol) -> Bool {
    (1...512).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
      }
  }

  private func checkMetaName(_ faults: inout FieldFaults) {
    if !Self.isMetaName(name) {
      faults.add(
        "/template/name",
        "must be up to 512 small letters, digits and underscores, as Meta names templates")
    }
  }

  private func checkValues(_ faults: inout FieldFaults) {
    var total = 0
    for parameter in parameters {
      let pointer = "/template/parameters/\(parameter.name)"
      if parameter.name.isEmpty { faults.add(pointer, "must have a name") }
      faults.check(parameter.value, at: pointer, length: 1...1024)
      total += parameter.value.unicodeScalars.count
      if !Self.isOneLine(parameter.value) {
        faults.add(
          pointer, Self.notOneLine)
      }
    }
    if total > 1024 {
      faults.add(
        "/template/parameters", "\(Self.tooLong); they have \(total)")
    }
  }

  package static let notOneLine =
    "must have no line break, no tab and no more than four spaces in a row"
  package static let tooLong = "must leave the body within 1024 characters"

  private func checkOrder(_ faults: inout FieldFaults) {
    let positions = parameters.compactMap(\.position)
    if !positions.isEmpty, positions.count != parameters.count {
      faults.add("/template/parameters", "must be all numbered or all named")
    } else if positions.sorted() != Array(1..<(positions.count + 1)) {
      faults.add("/template/parameters", "must be numbered 1 to \(positions.count) without gaps")
    }
  }

  private func checkButtons(_ faults: inout FieldFaults) {
    for (place, button) in buttons.enumerated() {
      let pointer = "/template/buttons/\(place)"
      if !(0...9).contains(button.index) { faults.add(pointer, "must have an index from 0 to 9") }
      switch button.action {
      case .url(let suffix): faults.check(suffix, at: pointer, length: 1...2000)
      case .quickReply(let payload): faults.check(payload, at: pointer, length: 1...256)
      case .copyCode(let code): faults.check(code, at: pointer, length: 1...20)
      case .flow(let token, _): faults.check(token, at: pointer, length: 1...512)
      }
    }
    faults.checkDistinct(
      buttons.enumerated().map { (String($1.index), "/template/buttons/\($0)") },
      "indexes of buttons")
  }

  private static func isOneLine(_ text: String) -> Bool {
    var spaces = 0
    for scalar in text.unicodeScalars {
      spaces = scalar == " " ? spaces + 1 : 0
      if spaces > 4 || scalar == "\n" || scalar == "\r" || scalar == "\t" { return false }
    }
    return true
  }
}

extension Character {
  fileprivate var isAlphanumeric: Bool { isLetter || isNumber }
}
