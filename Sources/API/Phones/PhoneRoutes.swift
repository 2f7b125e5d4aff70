internal import Domain
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import SendStore
internal import Settings

/// Our numbers at Meta: what they are, and what they are to be.
struct PhoneRoutes: Sendable {
  let context: APIContext

  func add(to router: inout Router) {
    let base = context.prefix + "/api/phones"
    let one = base + "/{sender}"
    router.at(
      "GET", base,
      context.requests.door(.read) { _, _, key, responder in
        context.requests.desk.answer(responder) { store in try list(store, key) }
      })
    router.at("GET", one, context.asking(.read) { HTTPAnswer(json: try PhoneLook($0).json) })
    router.at("PATCH", one, context.asking(.admin) { try PhoneChanging($0).answer() })
    router.at(
      "PUT", one + "/picture",
      context.asking(.admin, limit: PictureUpload.limit) { try PictureChange($0).answer() })
    router.at("POST", one + "/request-code", context.asking(.admin) { try requestCode($0) })
    router.at("POST", one + "/verify", context.asking(.admin) { try verify($0) })
    router.at("POST", one + "/register", context.asking(.admin) { try register($0) })
    router.at("POST", one + "/deregister", context.asking(.admin) { try deregister($0) })
    BlockedRoutes(context: context).add(to: &router, one + "/blocked")
  }

  private func list(_ store: SendStore, _ key: APIKey) throws -> HTTPAnswer {
    let kept = Dictionary(try store.phones().map { ($0.sender, $0) }) { $1 }
    let numbers = context.numbers(of: key)
    return HTTPAnswer(
      json: JSONWriter.object(capacity: 4096) { writer in
        writer.name("phones")
        writer.array { list in
          for number in numbers {
            list.object { writer in
              PhoneView.write(number, to: &writer)
              if let phone = kept[number.id] { PhoneView.write(phone, to: &writer) }
            }
          }
        }
      })
  }

  // MARK: Proof and registration

  private func requestCode(_ request: NumberRequest) throws -> HTTPAnswer {
    try request.doing("request-code", ["method", "language"]) { reader, faults in
      let word = reader.text("method", &faults) ?? "SMS"
      let method = MetaPhone.CodeMethod(rawValue: word)
      if method == nil { faults.add("/method", "must be SMS or VOICE") }
      let language = reader.text("language", &faults) ?? "en_US"
      faults.check(language, at: "/language", length: 2...16)
      return request.number.meta.requestCode(method ?? .sms, language: language)
    }
  }

  private func verify(_ request: NumberRequest) throws -> HTTPAnswer {
    try request.doing("verify", ["code"]) { reader, faults in
      // An SMS shows them with a hyphen.
      let code = (reader.neededText("code", &faults) ?? "000000").filter { $0 != "-" }
      PinRule.check(code, at: "/code", &faults)
      return request.number.meta.verify(code: code)
    }
  }

  private func register(_ request: NumberRequest) throws -> HTTPAnswer {
    try request.doing("register", ["pin", "region"]) { reader, faults in
      let pin = reader.neededText("pin", &faults)
      if let pin { PinRule.check(pin, at: "/pin", &faults) }
      let region = reader.text("region", &faults)
      if let region, region.utf8.count != 2 {
        faults.add("/region", "must be a country such as DE")
      }
      return request.number.meta.register(pin: Secret(pin ?? ""), region: region)
    }
  }

  private func deregister(_ request: NumberRequest) throws -> HTTPAnswer {
    try request.doing("deregister", []) { _, _ in request.number.meta.deregister() }
  }
}

extension NumberRequest {
  /// Reads the body, has Meta do it, and answers with the number as it is then.
  func doing(
    _ what: String, _ fields: Set<String>,
    _ question: (FieldReader, inout FieldFaults) -> ProviderRequest
  ) throws -> HTTPAnswer {
    var faults = FieldFaults()
    let root = try KeyedRequests.object(request) ?? JSONValue(whole: Array("{}".utf8))
    guard let root else { return .notFound }
    let reader = FieldReader(root)
    reader.refuseFields(except: fields, &faults)
    let demanded = question(reader, &faults)
    guard faults.isEmpty else { throw Self.refuse(faults) }
    try demand(demanded)
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("done", what)
        writer.field("phone", json: present)
      })
  }

  /// As Meta tells of the number now; nil where it does not: what was done is done all the same.
  var present: [UInt8]? {
    do { return try PhoneLook(self).json } catch { return nil }
  }
}
