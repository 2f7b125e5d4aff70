package import Domain
internal import JSON
internal import Time

/// What a signup needs and nobody may see.
package struct SignupSecrets: Hashable, Sendable {
  package var code: Secret?
  /// As the dialog had it; nil where the browser's SDK has brought the code.
  package var redirectURI: String?
  package var token: Secret?
  package var pin: Secret?

  package init() {}

  package var json: [UInt8] {
    JSONWriter.object { writer in
      writer.field("code", code?.exposed)
      writer.field("redirectURI", redirectURI)
      writer.field("token", token?.exposed)
      writer.field("pin", pin?.exposed)
    }
  }

  package init(json: [UInt8]) {
    let root = JSONValue(whole: json)
    code = root?["code"]?.string.map(Secret.init)
    redirectURI = root?["redirectURI"]?.string
    token = root?["token"]?.string.map(Secret.init)
    pin = root?["pin"]?.string.map(Secret.init)
  }
}

extension Signup {
  package var json: [UInt8] {
    JSONWriter.object { writer in
      writer.field("appId", appID)
      writer.field("app", tenant.app)
      writer.field("company", tenant.company)
      writer.field("account", account)
      writer.field("sender", sender)
      writer.field("createdAt", createdAt.description)
      writer.name("hint")
      writer.object { writer in
        writer.field("event", hint.event)
        writer.field("waba", hint.waba)
        writer.field("phone", hint.phone)
        writer.field("business", hint.business)
        writer.field("reason", hint.reason)
      }
      writer.field("hasCode", hasCode)
      writer.field("exchangingSince", exchangingSince?.description)
      writer.field("hasToken", hasToken)
      writer.field("expiresAt", expiresAt?.description)
      writer.field("isInspected", isInspected)
      writer.name("wabas")
      writer.array { list in
        for waba in wabas { list.object { waba.write(to: &$0) } }
      }
      writer.field("isStored", isStored)
      writer.field("end", end?.rawValue)
      writer.field("failure", failure)
      writer.field("tries", tries)
      writer.field("nextTry", nextTry?.description)
    }
  }

  /// nil where it cannot be read.
  package init?(json: [UInt8]) {
    guard let root = JSONValue(whole: json), let appID = root["appId"]?.string,
      let app = root["app"]?.string, let company = root["company"]?.string,
      let createdAt = root.time("createdAt")
    else { return nil }
    self.init(
      appID: appID, tenant: Tenant(app: app, company: company), account: root["account"]?.string,
      sender: root["sender"]?.string, createdAt: createdAt)
    let told = root["hint"]
    (hint.event, hint.waba) = (told?["event"]?.string, told?["waba"]?.string)
    (hint.phone, hint.business) = (told?["phone"]?.string, told?["business"]?.string)
    hint.reason = told?["reason"]?.string
    hasCode = root["hasCode"]?.bool ?? false
    hasToken = root["hasToken"]?.bool ?? false
    isInspected = root["isInspected"]?.bool ?? false
    isStored = root["isStored"]?.bool ?? false
    exchangingSince = root.time("exchangingSince")
    expiresAt = root.time("expiresAt")
    nextTry = root.time("nextTry")
    wabas = (root["wabas"]?.items ?? []).compactMap(Waba.init)
    end = root["end"]?.string.flatMap { End(rawValue: $0) }
    failure = root["failure"]?.string
    tries = Int(root["tries"]?.integer ?? 0)
  }
}

extension Signup.Waba {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.field("id", id)
    writer.field("isSubscribed", isSubscribed)
    guard let phones else { return }
    writer.name("phones")
    writer.array { list in
      for phone in phones {
        list.object { writer in
          writer.field("id", phone.id)
          writer.field("number", phone.number)
          writer.field("name", phone.name)
          writer.field("isConnected", phone.isConnected)
          writer.field("isRegistered", phone.isRegistered)
          writer.field("failure", phone.failure)
        }
      }
    }
  }

  fileprivate init?(_ value: JSONValue) {
    guard let id = value["id"]?.string else { return nil }
    self.init(id: id)
    isSubscribed = value["isSubscribed"]?.bool ?? false
    phones = value["phones"]?.items?.compactMap { item in
      guard let id = item["id"]?.string else { return nil }
      var phone = Signup.Phone(
        id: id, number: item["number"]?.string ?? id, name: item["name"]?.string ?? "",
        isConnected: item["isConnected"]?.bool ?? false)
      phone.isRegistered = item["isRegistered"]?.bool ?? false
      phone.failure = item["failure"]?.string
      return phone
    }
  }
}

extension JSONValue {
  fileprivate func time(_ name: String) -> CalendarTime? {
    self[name]?.string.flatMap { CalendarTime(rfc3339: $0) }
  }
}
