internal import HTTP
internal import JSON

/// Exchange and inspection of access tokens.
extension World {
  func exchangeToken(_ request: HTTPRequest, at now: Int64) throws(MetaRefusal) -> HTTPAnswer {
    let app = settings.meta.first { $0.id == request.queryValue("client_id") }
    guard let app else { throw MetaRefusal(101, "Error validating application") }
    guard request.queryValue("client_secret") == app.secret else {
      throw MetaRefusal(1, "Error validating client secret.")
    }
    let isCode = request.queryValue("code")?.isEmpty == false
    if !isCode {
      guard request.queryValue("grant_type") == "fb_exchange_token" else {
        throw .parameter("grant_type must be fb_exchange_token")
      }
      guard request.queryValue("fb_exchange_token") == app.token, !isExpired(at: now) else {
        throw .expired
      }
    }
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.field("access_token", app.token)
        writer.field("token_type", "bearer")
        writer.field("expires_in", 5_183_944)
      })
  }

  func debugToken(_ request: HTTPRequest, at now: Int64) throws(MetaRefusal) -> HTTPAnswer {
    let asker = request.queryValue("access_token") ?? ""
    let app = settings.meta.first { "\($0.id)|\($0.secret)" == asker || $0.token == asker }
    guard let app else { throw .badToken }
    let isValid = request.queryValue("input_token") == app.token && !isExpired(at: now)
    let issued = start / 1_000_000
    return HTTPAnswer(
      json: JSONWriter.object { writer in
        writer.name("data")
        writer.object { writer in
          writer.field("app_id", app.id)
          writer.field("type", "SYSTEM_USER")
          writer.field("is_valid", isValid)
          writer.field("issued_at", issued)
          writer.field("expires_at", issued + 5_183_944)
          writer.field("data_access_expires_at", issued + 7_776_000)
          writer.field("user_id", "500000000000001")
          writer.name("scopes")
          writer.array { writer in
            writer.value("whatsapp_business_management")
            writer.value("whatsapp_business_messaging")
          }
          guard !isValid else { return }
          writer.name("error")
          writer.object { writer in
            writer.field("code", 190)
            writer.field("message", "Error validating access token")
            writer.field("subcode", 463)
          }
        }
      })
  }

  private func isExpired(at now: Int64) -> Bool {
    desk.entries.contains { entry in
      entry.fault.kind == .tokenExpired && entry.fault.provider != "twilio"
        && entry.isActive(at: now)
    }
  }
}
