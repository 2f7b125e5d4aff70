internal import JSON

/// The files that a request names by `media_url` or by `bucket` and `file`.
struct FileList {
  struct File {
    var media: Media
    let pointer: String
  }

  private var sources: [(source: Media.Source, pointer: String)] = []
  private let isBroken: Bool

  /// Whether the request names none, rather than names one badly.
  var isEmpty: Bool { sources.isEmpty && !isBroken }

  init(_ reader: FieldReader, _ faults: inout FieldFaults) {
    isBroken = Self.isGiven(in: reader)
    if let stored = StoredFile(reader, &faults) { sources.append((.stored(stored), "/file")) }
    guard let field = reader.value["media_url"], !field.isNull else { return }
    // One address may stand alone.
    let items = field.items ?? [field]
    for (index, item) in items.enumerated() {
      let pointer = field.items == nil ? "/media_url" : "/media_url/\(index)"
      guard let url = item.string else {
        faults.add(pointer, "must be a URL, as a string")
        continue
      }
      sources.append((.link(url), pointer))
    }
    if sources.count > Self.limit {
      faults.add("/media_url", "must name at most \(Self.limit) files")
    }
  }

  private static let limit = 30

  /// An empty list is none.
  static func isGiven(in reader: FieldReader) -> Bool {
    let isEmptyList = reader.value["media_url"]?.items?.isEmpty ?? false
    return reader.has("bucket") || reader.has("file") || (reader.has("media_url") && !isEmptyList)
  }

  func media(asked: Media.Kind?, _ faults: inout FieldFaults) -> [File] {
    sources.compactMap { source, pointer in
      guard let kind = FileKind.of(source.name ?? "", asked: asked) else {
        let allowed = asked.map { kind in
          FileKind.extensions(of: kind).map { ".\($0)" }.joined(separator: " ")
        }
        faults.add(pointer, "must have one of these extensions: \(allowed ?? FileKind.allowed)")
        return nil
      }
      return File(media: Media(kind, source), pointer: pointer)
    }
  }
}
