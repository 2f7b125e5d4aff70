internal import HTTP
internal import JSON

/// `GET`, `POST /{phone}/settings`: calling and SIP, storage, and identity checks.
extension World {
  private static let features = [
    "calling": #"{"status":"DISABLED"}"#, "storage_configuration": #"{"status":"DEFAULT"}"#,
    "user_identity_change": #"{"enable_identity_key_check":false}"#,
  ]

  func phoneSettings(
    _ place: PhonePlace, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    let state = phoneState(place)
    let fields = Self.features.sorted { $0.key < $1.key }.map { name, usual in
      NodeField(name, state.features[name] ?? Array(usual.utf8), isUsual: true)
    }
    return HTTPAnswer(json: try AskedFields(request).object("WhatsAppBusinessSettings", fields))
  }

  /// nil while calling or SIP is off.
  func takesCallsBySIP(_ place: PhonePlace) -> Bool? {
    guard let text = phoneState(place).features["calling"] else { return nil }
    let calling = JSONValue(whole: text)
    guard calling?["status"]?.string == "ENABLED",
      calling?["sip"]?["status"]?.string == "ENABLED"
    else { return nil }
    return calling?["sip"]?["servers"]?.items?.isEmpty == false
  }

  mutating func changeSettings(
    _ place: PhonePlace, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    let document: JSONDocument
    do { document = try JSONDocument(request.body) } catch {
      throw .parameter("The body is not JSON: \(error.description)")
    }
    let given = (document.root.fields ?? []).filter { Self.features[$0.name] != nil }
    guard given.count == 1, let feature = given.first, feature.value.kind == .object else {
      throw .parameter("One feature setting must be specified")
    }
    if feature.name == "calling" { try check(calling: feature.value, place) }
    let before = phoneState(place).features[feature.name] ?? Array("{}".utf8)
    let value =
      feature.name == "calling" ? merged(before, feature.value) : feature.value.text
    change(place) { $0.features[feature.name] = value }
    return .success
  }

  /// A field that is not mentioned stays as it is.
  private func merged(_ before: [UInt8], _ given: JSONValue) -> [UInt8] {
    let old = (JSONValue(whole: before)?.fields ?? []).filter { given[$0.name] == nil }
    return JSONWriter.object { writer in
      for (name, value) in old + (given.fields ?? []) {
        writer.name(name)
        writer.raw(value.text)
      }
    }
  }

  private func check(calling: JSONValue, _ place: PhonePlace) throws(MetaRefusal) {
    let isOn = [calling["status"], calling["sip"]?["status"]].contains { $0?.string == "ENABLED" }
    if isOn, let limit = messagingLimit(place), limit < 2000 {
      throw MetaRefusal(138015, "Calling cannot be enabled", "The messaging limit is below 2000")
    }
    let servers = calling["sip"]?["servers"]?.items ?? []
    guard servers.count <= 1, servers.allSatisfy({ $0["hostname"]?.string?.isEmpty == false })
    else { throw .parameter("There may be one SIP server, with its hostname") }
  }
}
