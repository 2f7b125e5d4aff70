internal import Crypto
internal import Domain
internal import Forms
internal import HTTP
internal import JSON
internal import Running
internal import SendStore
internal import Settings
internal import Store
internal import Telemetry
internal import Time

/// Files that are handed to us to be sent, and fetched from us by providers.
struct MediaRoutes: Sendable {
  let context: APIContext
  /// Files are written on threads of their own, and read on others: a caller never keeps a provider waiting.
  private let writing: StoreQueries
  private let serving: StoreQueries
  private let folder: MediaFolder?
  private let sweep: MediaSweep?

  /// With what stands around a file in a form.
  static let limit = FileForm.largestOfAll + (64 << 10)

  init(context: APIContext) {
    self.context = context
    let (store, log) = (context.door.store, context.door.log)
    writing = StoreQueries(store, log: log, limit: 32)
    serving = StoreQueries(store, log: log, limit: 128)
    folder = context.settings.mediaFolder.map(MediaFolder.init)
    sweep = folder.map { MediaSweep($0, store, log: log) }
  }

  func add(to router: inout Router) {
    router.at(
      "POST", context.prefix + "/api/media",
      context.requests.door(.send, limit: Self.limit) { request, _, key, responder in
        writing.answer(responder) { store in try take(request, key, store) }
      })
    router.at("GET", context.prefix + StoredMedia.path) { _, parameters in
      guard let token = parameters["token"], MediaID(token) != nil else {
        return .answer(.notFound)
      }
      return .buffer(limit: 0) { _, responder in
        serving.answer(responder) { store in try serve(token, store) }
      }
    }
  }

  // MARK: Fetching

  /// Whoever knows the token may have the file, as long as it is kept.
  private func serve(_ token: String, _ store: SendStore) throws -> HTTPAnswer {
    guard let folder, let media = try store.media(token: token),
      let bytes = folder.bytes(of: media)
    else { return .notFound }
    return FileAnswer.answer(bytes, type: media.contentType, name: media.name)
  }

  // MARK: Taking

  private func take(
    _ request: HTTPRequest, _ key: APIKey, _ store: SendStore
  ) throws -> HTTPAnswer {
    let (owner, given, form): (Owner, GivenFile, FileForm)
    do throws(FieldFaults) {
      try request.refuseOthers(than: Owner.names.union(["name", "kind"]))
      owner = try Owner(of: request, key, context.settings.senders)
      given = try GivenFile(request)
      form = try FileForm(given.name, given.bytes, asked: given.kind)
    } catch { return SendAnswer.refused(error).answer }
    guard let folder, context.settings.publicURL != nil else { return missingSetting }
    let media = try Self.media(given, form, owner.tenant, context.settings.media, store)
    guard try store.add(media, room: context.settings.media.limit) else {
      return Self.conflict(
        "All files together would take more than media.limit, which is \(context.settings.media.limit) bytes."
      )
    }
    guard folder.write(given.bytes, of: media) else {
      context.door.log.warning("a file cannot be written into the folder of media")
      try store.forget([media])
      return .noStore
    }
    return HTTPAnswer(status: 201, json: media.json)
  }

  private var missingSetting: HTTPAnswer {
    Self.conflict(
      folder == nil
        ? "Files cannot be kept: set media.folder to a folder that every machine with an API sees."
        : "Files cannot be sent: set publicURL, where providers fetch them.")
  }

  private static func conflict(_ detail: String) -> HTTPAnswer {
    Problem(status: 409, title: "Conflict", detail: detail).answer
  }

  private static func media(
    _ given: GivenFile, _ form: FileForm, _ tenant: Tenant, _ settings: MediaSettings,
    _ store: SendStore
  ) throws -> StoredMedia {
    guard let id = MediaID(lowerHex(randomBytes(MediaID.length / 2))) else {
      throw StoreError.broken("no id was made")
    }
    let now = try store.now()
    return StoredMedia(
      MediaKey(tenant, id), token: lowerHex(randomBytes(MediaID.length / 2)),
      hash: lowerHex(sha256(given.bytes)), form, name: given.name, size: given.bytes.count,
      created: now, until: now + settings.retention)
  }
}

extension StoredMedia {
  /// Without the token.
  fileprivate var json: [UInt8] {
    JSONWriter.object { writer in
      writer.field("id", key.id.text)
      writer.field("kind", kind.rawValue)
      writer.field("type", contentType)
      writer.field("name", name)
      writer.field("bytes", size)
      writer.field("sha256", hash)
      writer.field("until", until.description)
    }
  }
}

/// A file as it came: the one of a form, or the whole body with its name beside it.
private struct GivenFile {
  let name: String
  let bytes: [UInt8]
  let kind: Media.Kind?

  init(_ request: HTTPRequest) throws(FieldFaults) {
    let type = request.headers.first("Content-Type") ?? ""
    var (named, body) = (request.queryValue("name"), request.body)
    if type.lowercased().hasPrefix("multipart/form-data") {
      let files = MultipartForm(request.body, type: type)?.parts.filter { $0.filename != nil }
      guard let file = files?.first, files?.count == 1 else {
        throw FieldFaults("/file", "must be one file of a form, with its name")
      }
      body = Array(file.body)
      named = named ?? file.filename
    }
    guard let named else { throw FieldFaults("/name", "is needed, as the file is to be called") }
    guard let name = FileForm.name(named) else {
      throw FieldFaults("/name", "must have 1 to \(FileForm.nameLength.upperBound) characters")
    }
    guard !body.isEmpty else { throw FieldFaults("/file", "must not be empty") }
    let word = request.queryValue("kind")
    kind = word.flatMap { Media.Kind(rawValue: $0) }
    guard word == nil || kind != nil else {
      let kinds = Media.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw FieldFaults("/kind", "must be one of \(kinds)")
    }
    (self.name, bytes) = (name, body)
  }
}
