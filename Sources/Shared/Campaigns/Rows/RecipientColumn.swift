/// Which column of an upload says to whom each row goes.
package struct RecipientColumn: Hashable, Sendable {
  package let place: Int
  package let name: String

  /// `said` is the column that the campaign names. Without it the header must have exactly one of the usual names; `to`,
  /// which is our own, goes before the others.
  package init(in header: UploadHeader, said: String? = nil) throws(UploadRefusal) {
    if let said {
      guard let place = header.place(of: said) else {
        let hint = header.nearest(to: said).map { "; did you mean \"\($0)\"?" } ?? ""
        throw UploadRefusal(
          line: 1, "the campaign's recipient column \"\(said)\" is not in the header\(hint)")
      }
      self.init(place, header)
      return
    }
    if let place = header.place(of: "to") {
      self.init(place, header)
      return
    }
    let found = header.names.indices.filter { Self.usual.contains(Self.plain(header.names[$0])) }
    guard let only = found.first else { throw Self.noColumn(header) }
    guard found.count == 1 else {
      let names = found.map { "\"\(header.names[$0])\"" }.joined(separator: ", ")
      throw UploadRefusal(
        line: 1,
        "several columns may have the recipient: \(names); say which in the campaign's recipient")
    }
    self.init(only, header)
  }

  private init(_ place: Int, _ header: UploadHeader) {
    (self.place, name) = (place, header.names[place])
  }

  private static func noColumn(_ header: UploadHeader) -> UploadRefusal {
    if let number = header.names.first(where: looksLikeNumber) {
      return UploadRefusal(
        line: 1,
        "the first line has \(number) where the names of the columns are expected; put a line such as to,name before it"
      )
    }
    return UploadRefusal(
      line: 1,
      "no column has the name of a recipient; name it to, or say which it is in the campaign's recipient"
    )
  }

  private static func looksLikeNumber(_ name: String) -> Bool {
    let digits = name.utf8.count { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return digits >= 6 && digits * 2 > name.utf8.count
  }

  /// `Phone Number`, `phone_number` and `PHONE-NUMBER` are one name, and `Téléphone` has no accents.
  static func plain(_ name: String) -> String {
    let folded = name.lowercased().unicodeScalars.compactMap { scalar -> Character? in
      switch scalar {
      case "à", "á", "â", "ã", "ä": "a"
      case "è", "é", "ê", "ë": "e"
      case "ì", "í", "î", "ï": "i"
      case "ò", "ó", "ô", "õ", "ö": "o"
      case "ù", "ú", "û", "ü": "u"
      case "º", "°": "o"
      default: scalar.properties.isAlphabetic || "0"..."9" ~= scalar ? Character(scalar) : nil
      }
    }
    return String(folded)
  }

  static let usual: Set<String> = [
    "to", "recipient", "phone", "phoneno", "phonenr", "phonenumber", "phones", "number", "mobile",
    "mobileno", "mobilenumber", "mobilephone", "mobilephonenumber", "cell", "cellphone",
    "cellnumber", "msisdn", "whatsapp", "whatsappnumber", "whatsappid", "waid", "tel", "telno",
    "telephone", "telephonenumber", "phone1value", "contactnumber", "sms", "e164",
    // Italian, German, French, Spanish, Portuguese, Dutch, Polish, Turkish.
    "numero", "numeroditelefono", "numerotelefono", "telefono", "numerocellulare", "cellulare",
    "telefonocellulare", "cell", "cel", "destinatario", "handy", "handynummer", "mobil",
    "mobilnummer", "mobiltelefon", "telefon", "telefonnummer", "rufnummer", "nummer", "empfaenger",
    "empfanger", "numerodetelephone", "portable", "numeroportable", "telephoneportable",
    "telephonemobile", "gsm", "destinataire", "numerodetelefono", "movil", "numerodemovil",
    "telefonomovil", "celular", "numerodecelular", "telefone", "numerodetelefone", "telemovel",
    "telefoonnummer", "telefoon", "mobiel", "komorka", "numertelefonu", "ceptelefonu",
  ]
}
