internal import HTTP
internal import JSON

/// What else is done with a number: it is verified, named and spoken to; and people are kept from it.
extension World {
  /// What is sent to the number; the same each time.
  static let verificationCode = "123830"

  mutating func requestCode(
    _ place: PhonePlace, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    let parameters = try GraphParameters(request)
    guard let method = parameters.text("code_method"), ["SMS", "VOICE"].contains(method) else {
      throw .parameter("Param code_method must be one of {SMS, VOICE}")
    }
    guard parameters.text("language")?.isEmpty == false else {
      throw .parameter("The parameter language is required.")
    }
    change(place) { $0.code = Self.verificationCode }
    return .success
  }

  mutating func verifyCode(
    _ place: PhonePlace, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    let code = try GraphParameters(request).text("code")
    guard let sent = phoneState(place).code, code == sent else {
      throw MetaRefusal(136025, "Verification code could not be verified")
    }
    change(place) {
      $0.code = nil
      $0.standing.codeVerificationStatus = "VERIFIED"
    }
    return .success
  }

  mutating func automate(
    _ place: PhonePlace, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    guard let root = try GraphParameters(request).root else {
      throw .parameter("The body must be JSON")
    }
    if root["enable_welcome_message"] != nil {
      throw .parameter("Param enable_welcome_message is not supported any more")
    }
    guard (root["prompts"]?.items?.count ?? 0) <= 4, (root["commands"]?.items?.count ?? 0) <= 30
    else { throw .parameter("There may be 4 prompts and 30 commands") }
    change(place) { $0.automation = root.text }
    return .success
  }

  mutating func username(
    _ place: PhonePlace, _ request: HTTPRequest
  ) throws(MetaRefusal) -> HTTPAnswer {
    switch request.method {
    case "GET":
      let name = phoneState(place).username
      return HTTPAnswer(
        json: JSONWriter.object { writer in
          writer.field("username", name)
          writer.field("status", name == nil ? "deleted" : "approved")
        })
    case "POST":
      guard let name = try GraphParameters(request).text("username"), !name.isEmpty else {
        throw .parameter("The parameter username is required.")
      }
      let isTaken = apps.contains { app in
        app.phones.contains { $0.value.username == name }
      }
      guard !isTaken || phoneState(place).username == name else {
        throw MetaRefusal(147005, "The username is not available")
      }
      change(place) { $0.username = name }
      return HTTPAnswer(json: JSONWriter.object { $0.field("status", "approved") })
    case "DELETE":
      change(place) { $0.username = nil }
      return .success
    default: throw .unknownObject(request.path)
    }
  }

  func usernameSuggestions() -> HTTPAnswer {
    HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.list("data", ["demo.business"]) { writer, name in
          writer.name("username_suggestions")
          writer.array { $0.value(name) }
        }
      })
  }

  // MARK: People who are kept away

  mutating func blockedUsers(
    _ place: PhonePlace, _ request: HTTPRequest, at now: Int64
  ) throws(MetaRefusal) -> HTTPAnswer {
    guard request.method != "GET" else { return blockedUsers(place) }
    guard let root = try GraphParameters(request).root,
      root["messaging_product"]?.string == "whatsapp"
    else { throw .parameter("The parameter messaging_product is required.") }
    let asked = (root["block_users"]?.items ?? []).compactMap {
      $0["user"]?.string ?? $0["user_id"]?.string
    }
    guard !asked.isEmpty else { throw .parameter("The parameter block_users is required.") }
    let isBlocking = request.method == "POST"
    let reached = asked.filter { !isBlocking || hasWritten($0, to: place, at: now) }
    change(place) { state in
      let ids = reached.map { $0.filter(\.isNumber) }
      state.blocked.removeAll { ids.contains($0) }
      if isBlocking { state.blocked += ids }
    }
    return blockAnswer(asked, reached, isBlocking: isBlocking)
  }

  /// Only who wrote within a day can be blocked.
  private func hasWritten(_ user: String, to place: PhonePlace, at now: Int64) -> Bool {
    let id = settings.meta[place.app].accounts[place.account].phones[place.phone].id
    guard let sender = senderNumbers[id] else { return false }
    let wanted = user.filter(\.isNumber)
    return pairs.contains { key, pair in
      guard let wrote = pair.wroteAt, now - wrote < Self.day else { return false }
      let person = Int32(truncatingIfNeeded: key)
      return Pair.key(sender, person) == key && digits(of: person) == wanted
    }
  }

  private func blockedUsers(_ place: PhonePlace) -> HTTPAnswer {
    HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.list("data", phoneState(place).blocked) { writer, id in
          writer.field("messaging_product", "whatsapp")
          writer.field("wa_id", id)
        }
      })
  }

  private func blockAnswer(
    _ asked: [String], _ reached: [String], isBlocking: Bool
  ) -> HTTPAnswer {
    let missed = asked.filter { !reached.contains($0) }
    let body = JSONWriter.object { writer in
      writer.field("messaging_product", "whatsapp")
      writer.name("block_users")
      writer.object { writer in
        writer.list(isBlocking ? "added_users" : "removed_users", reached) { writer, user in
          writer.field("input", user)
          writer.field("wa_id", user.filter(\.isNumber))
        }
        guard !missed.isEmpty else { return }
        writer.list("failed_users", missed) { writer, user in
          writer.field("input", user)
          writer.list("errors", [139101]) { writer, code in
            writer.field("code", code)
            writer.field("message", "The user has not written in the last 24 hours")
          }
        }
      }
      guard reached.isEmpty else { return }
      writer.name("error")
      writer.object { writer in
        writer.field("message", "(#139100) Failed to block/unblock users")
        writer.field("code", 139100)
      }
    }
    return HTTPAnswer(
      status: reached.isEmpty ? 400 : 200,
      headers: [HTTPHeader("Content-Type", "application/json")], body: body)
  }
}
