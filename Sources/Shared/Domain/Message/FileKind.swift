/// Which kind of message a file makes, by the extension of its name or address.
package enum FileKind {
  package static let images = ["jpeg", "jpg", "png"]
  package static let documents = ["txt", "xls", "xlsx", "doc", "docx", "ppt", "pptx", "pdf"]
  package static let audio = ["aac", "amr", "mp3", "mp4", "ogg"]
  package static let videos = ["3gp", "mp4"]
  package static let stickers = ["webp"]

  /// For what is refused.
  package static let allowed =
    "images \(list(images)); documents \(list(documents)); audio \(list(audio)); video \(list(videos))"

  /// `.mp4` is a video unless audio is asked for; a sticker is one only where that is asked for.
  package static func of(_ name: String, asked: Media.Kind? = nil) -> Media.Kind? {
    guard let found = fileExtension(of: name) else { return nil }
    if let asked { return extensions(of: asked).contains(found) ? asked : nil }
    let order: [Media.Kind] = [.image, .document, .video, .audio]
    return order.first { extensions(of: $0).contains(found) }
  }

  package static func extensions(of kind: Media.Kind) -> [String] {
    switch kind {
    case .image: images
    case .document: documents
    case .audio: audio
    case .video: videos
    case .sticker: stickers
    }
  }

  /// In lower case, without the dot; query and fragment of an address do not count, nor does its host.
  package static func fileExtension(of name: String) -> String? {
    let path = name.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    let text = String(decoding: path, as: UTF8.self)
    let hostEnd = text.range(afterFirst: "://") ?? text.startIndex
    let isAddress = hostEnd != text.startIndex
    let parts = text[hostEnd...].split(separator: "/", omittingEmptySubsequences: false)
    guard let last = parts.last, !isAddress || parts.count > 1,
      let dot = last.lastIndex(of: "."), last.index(after: dot) != last.endIndex
    else { return nil }
    return last[last.index(after: dot)...].lowercased()
  }

  private static func list(_ extensions: [String]) -> String {
    extensions.map { ".\($0)" }.joined(separator: " ")
  }
}

extension StringProtocol {
  /// Where the text after the first `mark` starts.
  func range(afterFirst mark: String) -> Index? {
    var rest = self[...]
    while let start = rest.firstIndex(where: { $0 == mark.first }) {
      if rest[start...].hasPrefix(mark) { return rest.index(start, offsetBy: mark.count) }
      rest = rest[rest.index(after: start)...]
    }
    return nil
  }
}
