internal import Events
internal import Running
internal import Settings
internal import Domain
internal import JSON
internal import Time

/// Turns what was asked for into sends: which sender, what message, which id.
struct SendIntake: Sendable {
  let choice: SenderChoice
  let idempotencyKey: String?
  let isTemplate: Bool
  let now: Timestamp
  /// Whether files of a bucket can be signed for.
  var hasBuckets = true
  /// What templates want to be filled in, as far as it is known.
  var templates = TemplateShelf()
  /// What the requests name.
  var parts = RequestParts()
  /// Whether lists and reply buttons may come without an object.
  var allowsInline = true

  /// Ids hang on the place in the request, so that an item that was put right meanwhile moves no other.
  static let idsPerItem = 1000

  /// What a request becomes, and what its caller should know.
  struct Taken {
    let events: [SendEvent]
    let warnings: [String]
  }

  func events(_ request: JSONValue, item: Int = 0) throws(FieldFaults) -> Taken {
    guard request.kind == .object else { throw FieldFaults("", "must be an object") }
    let unstorable = FieldFaults.unstorable(in: request)
    guard unstorable.isEmpty else { throw unstorable }
    let chosen = try senderOrAllFaults(request)
    let filled = try parts.filled(request, for: chosen, at: now)
    let (requests, warnings) = try read(filled, chosen)
    let events = try requests.enumerated().map { place, request throws(FieldFaults) in
      let event = SendEvent(
        request, id: id(chosen.sender, item * Self.idsPerItem + place), from: chosen.sender,
        receivedAt: now)
      guard event.request.count <= Self.requestLimit else {
        throw FieldFaults(
          "", "is too large: as JSON it must have at most \(Self.requestLimit) bytes")
      }
      return event
    }
    return Taken(events: events, warnings: filled.warnings + warnings)
  }

  private func read(
    _ filled: RequestParts.Filled, _ chosen: SenderSettings
  ) throws(FieldFaults) -> (requests: [SendRequest], warnings: [String]) {
    do throws(FieldFaults) {
      let requests = try read(filled.request, filled.rules)
      if filled.origin != .object, !allowsInline,
        requests.contains(where: \.message.isOnlyForObjects)
      {
        throw FieldFaults("/interactive", Self.onlyForObjects)
      }
      return (requests, try check(requests, filled.request, chosen))
    } catch { throw filled.placed(error) }
  }

  /// What the person is offered is written down once, checked, and sent by its name.
  static let onlyForObjects =
    "has a list or reply buttons, which are sent as an object: save it with POST /api/objects and name it in"
    + " object; a key with allowInline: true may send it like this"

  /// A missing value would be refused by the provider, long after it was accepted here.
  private func check(
    _ requests: [SendRequest], _ request: JSONValue, _ settings: SenderSettings
  ) throws(FieldFaults) -> [String] {
    var faults = FieldFaults()
    var warnings: [String] = []
    let catalog = ContentCatalog(settings.templates)
    for template in requests.flatMap({ [$0.message.template, $0.fallbackTemplate] }) {
      guard let template else { continue }
      let sid = settings.sender.channel.provider == .twilio ? catalog.sid(of: template) : nil
      let word = templates.word(on: template, in: settings.sender.account, contentSid: sid)
      let isFallback = template == requests.first?.fallbackTemplate
      if let refusal = word.refusal {
        faults.add(Self.pointer("name", request, isFallback: isFallback), refusal)
      }
      if let warning = word.warning, !warnings.contains(warning) { warnings.append(warning) }
      for (place, detail) in word.needs?.faults(of: template) ?? [] {
        faults.add(Self.pointer(place, request, isFallback: isFallback), detail)
      }
    }
    guard faults.isEmpty else { throw faults }
    return warnings
  }

  /// Where the value would stand, in whichever form the template came.
  private static func pointer(
    _ place: String, _ request: JSONValue, isFallback: Bool
  ) -> String {
    let isName = place == "name"
    if isFallback {
      let object = request["fallbackTemplate"]
      let isFlat = object?["template_name"].map { !$0.isNull } ?? false
      return "/fallbackTemplate/\(isName && isFlat ? "template_name" : place)"
    }
    if let object = request["template"], !object.isNull {
      return isName ? "/template/name" : "/template/components"
    }
    guard isName else { return "/\(place)" }
    // A text of a template string's form names one too.
    return request["template_name"].map { !$0.isNull } ?? false ? "/template_name" : "/body"
  }

  /// What every log and store takes, with what stands around it in a record.
  static let requestLimit = 980_000

  /// Without a sender nobody knows its rules, but what would be wrong for any is told with it.
  private func senderOrAllFaults(_ request: JSONValue) throws(FieldFaults) -> SenderSettings {
    do throws(FieldFaults) { return try choice.sender(for: request) } catch {
      var faults = error
      // Only who sends it knows what it names.
      if ["object", "media"].contains(where: FieldReader(request).has) { throw faults }
      do throws(FieldFaults) { _ = try read(request, SendRules(channel: .metaWhatsApp)) } catch {
        faults.add(error.all)
      }
      throw faults
    }
  }

  private func read(
    _ request: JSONValue, _ rules: SendRules
  ) throws(FieldFaults) -> [SendRequest] {
    var faults = FieldFaults()
    if isTemplate, request["template_name"]?.isNull ?? true {
      faults.add("/template_name", "is needed")
    }
    if !hasBuckets {
      for place in Self.buckets(in: request, at: "") {
        faults.add(place, "cannot be used: there is no gcs in the settings to sign for its files")
      }
    }
    do throws(FieldFaults) {
      let requests = try SendRequest.all(in: request, as: rules)
      if let end = requests.first?.expiresAt, Timestamp(promised: end) <= now {
        faults.add("/expiresAt", "must be in the future")
      }
      if faults.isEmpty { return requests }
    } catch { faults.add(error.all) }
    throw faults
  }

  /// Where a request, or a part of its message, names a bucket. What is only passed on is not looked at.
  private static func buckets(in value: JSONValue, at pointer: String) -> [String] {
    if let items = value.items {
      return items.enumerated().flatMap { buckets(in: $1, at: "\(pointer)/\($0)") }
    }
    return (value.fields ?? []).flatMap { name, field -> [String] in
      switch name {
      case "bucket": field.isNull ? [] : ["\(pointer)/bucket"]
      case "metadata", "parameters": []
      default: buckets(in: field, at: "\(pointer)/\(name)")
      }
    }
  }

  private func id(_ sender: Sender, _ place: Int) -> SendID {
    guard let idempotencyKey else { return .random(at: now) }
    return .derived(tenant: sender.tenant, idempotencyKey: idempotencyKey, item: place)
  }
}
