/// What the first bytes of a file say that it is, whatever it is called.
package enum FileSignature: Hashable, Sendable {
  case jpeg, png, webp, pdf
  /// Of the older programs of Office, which all begin alike.
  case office
  case word, sheet, slides
  /// An archive that is none of these.
  case archive
  case amr, aac, mpeg
  /// The first stream of an Ogg file: WhatsApp plays Opus only.
  case opus, ogg
  case mp4, threeGP
  case text
  case unknown

  package static func of(_ bytes: [UInt8]) -> FileSignature {
    if let known = begun(bytes) { return known }
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return inArchive(bytes) }
    if bytes.starts(with: Array("OggS".utf8)) {
      return contains("OpusHead", bytes.prefix(256)) ? .opus : .ogg
    }
    if let brand = brand(of: bytes) { return brand.hasPrefix("3g") ? .threeGP : .mp4 }
    if let audio = frame(bytes) { return audio }
    return isText(bytes) ? .text : .unknown
  }

  private static func begun(_ bytes: [UInt8]) -> FileSignature? {
    let known: [(FileSignature, [UInt8])] = [
      (.jpeg, [0xFF, 0xD8, 0xFF]), (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
      (.pdf, Array("%PDF-".utf8)), (.amr, Array("#!AMR".utf8)), (.mpeg, Array("ID3".utf8)),
      (.office, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
    ]
    if let found = known.first(where: { bytes.starts(with: $0.1) }) { return found.0 }
    let isWebP =
      bytes.starts(with: Array("RIFF".utf8))
      && bytes.dropFirst(8).starts(with: Array("WEBP".utf8))
    return isWebP ? .webp : nil
  }

  /// The names of what is in an archive stand in clear: at its beginning, and all of them at its end.
  private static func inArchive(_ bytes: [UInt8]) -> FileSignature {
    let places: [(FileSignature, String)] = [
      (.word, "word/"), (.sheet, "xl/"), (.slides, "ppt/"),
    ]
    let ends = [bytes.prefix(looked), bytes.suffix(looked)]
    guard ends.contains(where: { contains("[Content_Types].xml", $0) }) else { return .archive }
    return places.first { _, name in ends.contains { contains(name, $0) } }?.0 ?? .archive
  }

  private static let looked = 64 << 10

  private static func brand(of bytes: [UInt8]) -> String? {
    guard bytes.count >= 12, bytes[4..<8].elementsEqual("ftyp".utf8) else { return nil }
    return String(decoding: bytes[8..<12], as: UTF8.self)
  }

  /// Eleven bits that are set begin a frame of MPEG audio; its layer tells AAC from the rest.
  private static func frame(_ bytes: [UInt8]) -> FileSignature? {
    guard bytes.count >= 2, bytes[0] == 0xFF, bytes[1] & 0xE0 == 0xE0 else { return nil }
    if bytes[1] & 0xF6 == 0xF0 { return .aac }
    return bytes[1] & 0x06 == 0 ? nil : .mpeg
  }

  private static func isText(_ bytes: [UInt8]) -> Bool {
    !bytes.isEmpty
      && bytes.prefix(looked).allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
  }

  private static func contains(_ text: String, _ bytes: ArraySlice<UInt8>) -> Bool {
    let wanted = Array(text.utf8)
    guard let first = wanted.first else { return true }
    var rest = bytes
    while let next = rest.firstIndex(of: first) {
      rest = rest[next...]
      if rest.starts(with: wanted) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}

extension FileSignature {
  /// What such a file may be called to be; the first is likely.
  package var contentTypes: [String] {
    switch self {
    case .jpeg: ["image/jpeg"]
    case .png: ["image/png"]
    case .webp: ["image/webp"]
    case .pdf: ["application/pdf"]
    case .office:
      ["application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"]
    case .word: [Self.openXML + "wordprocessingml.document"]
    case .sheet: [Self.openXML + "spreadsheetml.sheet"]
    case .slides: [Self.openXML + "presentationml.presentation"]
    case .archive: ["application/zip"]
    case .amr: ["audio/amr"]
    case .aac: ["audio/aac"]
    case .mpeg: ["audio/mpeg"]
    case .opus, .ogg: ["audio/ogg"]
    case .mp4: ["video/mp4", "audio/mp4"]
    case .threeGP: ["video/3gpp", "audio/3gpp"]
    case .text: ["text/plain", "text/vcard", "text/csv"]
    case .unknown: []
    }
  }

  private static let openXML = "application/vnd.openxmlformats-officedocument."

  /// What a browser may be told of it: the type that somebody says where the bytes bear it out, else theirs. Never what a
  /// browser would run.
  package func contentType(said: String?) -> String {
    let essence = said.map { String($0.prefix { $0 != ";" }).lowercased().filter { $0 != " " } }
    return contentTypes.first { $0 == essence } ?? contentTypes.first ?? "application/octet-stream"
  }
}
