/// What a file makes: its name and its bytes have to agree.
package struct FileForm: Hashable, Sendable {
  package let kind: Media.Kind
  package let contentType: String

  package init(kind: Media.Kind, contentType: String) {
    (self.kind, self.contentType) = (kind, contentType)
  }

  /// `asked`: an `.mp4` that is to be heard only, or a sticker.
  package init(
    _ name: String, _ bytes: [UInt8], asked: Media.Kind? = nil
  ) throws(FieldFaults) {
    guard let end = FileKind.fileExtension(of: name),
      let kind = FileKind.of(name, asked: asked)
    else {
      let allowed = asked.map { FileKind.extensions(of: $0).map { ".\($0)" } }
      let list = allowed?.joined(separator: " ") ?? FileKind.allowed
      throw FieldFaults("/name", "must have one of these extensions: \(list)")
    }
    let signature = FileSignature.of(bytes)
    guard let type = Self.type(of: signature, named: end, kind) else {
      let found = signature.contentTypes.first.map { "is \($0)" } ?? "is nothing that is known"
      throw FieldFaults(
        "/file", "must be what its name says: it is called .\(end), and what is in it \(found)")
    }
    guard bytes.count <= Self.largest(kind) else {
      throw FieldFaults(
        "/file",
        "must have at most \(Self.largest(kind)) bytes as \(kind.rawValue); it has \(bytes.count)")
    }
    (self.kind, contentType) = (kind, type)
  }

  /// What both providers take of a kind, and no more than we hold in memory.
  package static func largest(_ kind: Media.Kind) -> Int {
    switch kind {
    case .image: 5 << 20
    case .sticker: 500 << 10
    case .audio, .video, .document: largestOfAll
    }
  }

  package static let largestOfAll = 16 << 20

  /// nil where the bytes are not what the name says.
  private static func type(
    of signature: FileSignature, named end: String, _ kind: Media.Kind
  ) -> String? {
    let types = signature.contentTypes
    switch (end, signature) {
    case ("jpg", .jpeg), ("jpeg", .jpeg), ("png", .png), ("webp", .webp), ("pdf", .pdf),
      ("txt", .text), ("docx", .word), ("xlsx", .sheet), ("pptx", .slides), ("amr", .amr),
      ("aac", .aac), ("mp3", .mpeg), ("ogg", .opus):
      return types[0]
    case ("doc", .office): return types[0]
    case ("xls", .office): return types[1]
    case ("ppt", .office): return types[2]
    case ("mp4", .mp4), ("3gp", .threeGP), ("3gp", .mp4):
      let family = end == "3gp" ? FileSignature.threeGP.contentTypes : types
      return kind == .audio ? family[1] : family[0]
    default: return nil
    }
  }

  // MARK: Names

  package static let nameLength = 1...200

  /// The last part of what somebody calls a file, without what no name has; nil where nothing is left.
  package static func name(_ given: String) -> String? {
    let last = given.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? ""
    let clean = String(
      String.UnicodeScalarView(
        last.unicodeScalars.filter { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: false
          default: true
          }
        }))
    return nameLength.contains(clean.unicodeScalars.count) && clean != "." && clean != ".."
      ? clean : nil
  }
}
