internal import Domain
internal import Events
internal import Forms
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import SendStore
internal import Settings

/// Files at Meta, of the numbers that a key may use: uploaded, looked up, fetched through us, and deleted. Which number
/// a file is of Meta says: it is asked with each number's id, and knows a file by the one that it came to.
struct MetaMediaRoutes: Sendable {
  private let context: APIContext
  private let callers: MetaCallers
  private let passing: MetaPassing
  private let files: MetaFiles

  /// So many numbers are asked about a file that comes without its own.
  static let mostNumbers = 8

  init(_ context: APIContext, _ callers: MetaCallers, _ files: MetaFiles) {
    (self.context, self.callers, self.files) = (context, callers, files)
    passing = MetaPassing(context.providers)
  }

  func add(to router: inout Router) {
    router.at("POST", context.prefix + MetaPaths.media) { head, parameters in
      do throws(MetaRefused) {
        let caller = try callers.caller(of: head, parameters, for: .send)
        let phone = parameters["phone"] ?? ""
        guard let number = caller.number(phone) else { throw .unknownObject(phone) }
        try callers.spend(1, of: caller)
        guard head.mediaType == "multipart/form-data",
          let type = head.headers.first("Content-Type")
        else { throw .parameter("The Content-Type must be multipart/form-data") }
        return .stream(limit: MetaFiles.limit) { _, upload, responder in
          files.take(upload, responder) { form, asking throws(MetaRefused) in
            try Self.check(form, type)
            return MetaPassing.relayed(
              try MetaPassing.ask(
                MetaMedia.upload(form, type: type, of: number.own), of: number, by: asking,
                within: .seconds(120)))
          }
        }
      } catch { return .answer(error.answer) }
    }
    router.at("GET", context.prefix + MetaPaths.file) { head, parameters in
      do throws(MetaRefused) {
        let asked = try asked(parameters["media"], head, parameters, .read)
        return .buffer(limit: 0, from: .known) { _, responder in
          files.fetch(responder) { client throws(MetaRefused) in try asked.file(by: client) }
        }
      } catch { return .answer(error.answer) }
    }
  }

  /// The form as Meta takes it, and nothing that would go to Meta unseen.
  private static func check(_ form: [UInt8], _ type: String) throws(MetaRefused) {
    guard let parts = MultipartForm(form, type: type)?.parts else {
      throw .parameter("The body is no whole form.")
    }
    for part in parts
    where !["messaging_product", "file", "type", "ttl_minutes"].contains(part.name) {
      throw .parameter("The parameter \(part.name.prefix(64)) is not served: it is not known here")
    }
    let products = parts.filter { $0.name == "messaging_product" }
    guard products.count == 1, products[0].body.elementsEqual("whatsapp".utf8) else {
      throw .parameter("The parameter messaging_product is required.")
    }
    let files = parts.filter { $0.name == "file" }
    guard files.count == 1, files[0].filename != nil, !files[0].body.isEmpty else {
      throw .parameter("The parameter file is required: one file, with its name.")
    }
  }

  // MARK: One file

  func asked(
    _ id: String?, _ head: HTTPRequest, _ parameters: RouteParameters, _ scope: APIKey.Scope
  ) throws(MetaRefused) -> MetaFileAsked {
    let caller = try callers.caller(of: head, parameters, for: scope)
    try callers.spend(1, of: caller)
    return try asked(id ?? "", head, caller)
  }

  func asked(
    _ id: String, _ head: HTTPRequest, _ caller: MetaCaller
  ) throws(MetaRefused) -> MetaFileAsked {
    guard MetaPaths.isID(id) else { throw .unknownObject(id) }
    var numbers = caller.numbers
    if let phone = head.queryValue("phone_number_id") {
      numbers = numbers.filter { $0.own.phoneNumberID == phone }
    }
    guard numbers.count <= Self.mostNumbers else {
      throw .parameter("phone_number_id is needed: the key may use many numbers")
    }
    return MetaFileAsked(id: id, numbers: numbers)
  }

  func look(
    _ asked: MetaFileAsked, _ head: HTTPRequest, version: String, _ responder: HTTPResponder
  ) {
    let base = MetaPaths.base(head, context)
    passing.answer(responder) { asking throws(MetaRefused) in
      try asked.look(by: asking) { number in
        "\(base)/v\(version)/\(asked.id)/file?phone_number_id=\(number.own.phoneNumberID)"
      }
    }
  }

  func forget(_ asked: MetaFileAsked, _ responder: HTTPResponder) {
    passing.answer(responder) { asking throws(MetaRefused) in
      try asked.first { number throws(MetaRefused) in
        // Whatever else has such an id at Meta is not ours to delete.
        let found = try MetaPassing.ask(
          MetaMedia.look(asked.id, of: number.own), of: number, by: asking)
        guard MetaFileAsked.isFile(found) else { return asked.refusal(found) }
        return MetaPassing.relayed(
          try MetaPassing.ask(MetaMedia.forget(asked.id, of: number.own), of: number, by: asking))
      }
    }
  }
}
