import Domain
import HTTP
import Ingest
import JSON
import Platform
import SendStore
import Simulator
import TestSupport
import Testing
import Time

/// Numbers, files and templates of Meta's, as a key of ours may see them.
@Suite(.timeLimit(.minutes(5))) struct MetaResourceTests {
  private static let (one, other) = (PhoneStand.phone, PhoneStand.other)

  /// `acme` has the first number, `beta` the second, with one token.
  private static func stand(publicURL: String? = nil) throws -> PhoneStand {
    try PhoneStand(publicURL: publicURL)
  }

  static func form(
    _ parts: [(String, String)] = [("messaging_product", "whatsapp"), ("type", "image/png")],
    file: String? = "picture", boundary: String = "b-1"
  ) -> [UInt8] {
    var text = ""
    for (name, value) in parts {
      text +=
        "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
    }
    if let file {
      text +=
        "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n"
        + "Content-Type: image/png\r\n\r\n\(file)\r\n"
    }
    return Array("\(text)--\(boundary)--\r\n".utf8)
  }

  private static func upload(
    _ stand: PhoneStand, _ form: [UInt8] = form(), to phone: String = one,
    key: String = "acme-key", type: String = "multipart/form-data; boundary=b-1"
  ) async throws -> IngestStand.Answer {
    try await stand.ingest.call(
      "POST", "/v24.0/\(phone)/media",
      [HTTPHeader("Authorization", "Bearer \(key)"), HTTPHeader("Content-Type", type)], form)
  }

  @Test("a file is uploaded, looked up, fetched through us, sent, and deleted")
  func files() async throws {
    let stand = try Self.stand()
    let uploaded = try await Self.upload(stand)
    #expect(uploaded.status == 200, "\(uploaded.text)")
    let id = try #require(try uploaded.json["id"]?.string)
    let found = try await stand.call("GET", "/v24.0/\(id)", key: "acme-admin")
    let root = try found.json
    #expect(root["mime_type"]?.string == "image/png" && root["id"]?.string == id)
    #expect(root["file_size"]?.integer == 7)
    let url = try #require(root["url"]?.string)
    let base = "http://127.0.0.1:\(stand.ingest.listener.port)"
    #expect(url == "\(base)/v24.0/\(id)/file?phone_number_id=\(Self.one)")
    let path = String(url.dropFirst(base.count))
    let file = try await stand.call("GET", path, key: "acme-admin")
    #expect(file.status == 200 && file.text == "picture")
    #expect(file.headers.first(named: "X-Content-Type-Options") == "nosniff")
    #expect(try await stand.call("GET", path, key: "nobody").status == 401)
    let gone = try await stand.call("DELETE", "/v24.0/\(id)", key: "acme-key")
    #expect(gone.status == 200 && gone.text == #"{"success":true}"#)
    for path in ["/v24.0/\(id)?phone_number_id=\(Self.one)", path] {
      let answer = try await stand.call("GET", path, key: "acme-admin")
      #expect(try answer.status == 400 && MetaDropInTests.code(answer) == 100)
    }
  }

  @Test("a file's address is where the settings say that we are reached")
  func published() async throws {
    let stand = try Self.stand(publicURL: "https://hooks.example.com/in")
    let form = Self.form()
    let headers = [
      HTTPHeader("Authorization", "Bearer acme-key"),
      HTTPHeader("Content-Type", "multipart/form-data; boundary=b-1"),
    ]
    let answer = try await stand.ingest.call("POST", "/in/v24.0/\(Self.one)/media", headers, form)
    let id = try #require(try answer.json["id"]?.string, "\(answer.text)")
    let found = try await stand.call("GET", "/in/v24.0/\(id)", key: "acme-admin")
    #expect(try found.json["url"]?.string?.hasPrefix("https://hooks.example.com/in/v24.0/") == true)
  }

  @Test("another tenant's file is not there, though both have one token")
  func foreign() async throws {
    let stand = try Self.stand()
    let mine = try #require(
      try await Self.upload(stand, to: Self.other, key: "beta-key").json["id"]?.string)
    let theirs = try #require(try await Self.upload(stand).json["id"]?.string)
    let path = "/v24.0/\(theirs)"
    for target in [
      path, "\(path)?phone_number_id=\(Self.one)", "\(path)?phone_number_id=\(Self.other)",
      "\(path)/file", "\(path)/file?phone_number_id=\(Self.one)", "/v24.0/\(Self.one)",
    ] {
      let answer = try await stand.call("GET", target, key: "beta-key")
      #expect(
        try answer.status == 400 && MetaDropInTests.code(answer) == 100,
        "\(target): \(answer.text)")
    }
    let kept = try await stand.call("DELETE", path, key: "beta-key")
    #expect(try MetaDropInTests.code(kept) == 100)
    let own = try await stand.call("GET", "\(path)?phone_number_id=\(Self.one)")
    #expect(own.status == 200)
    #expect(try await stand.call("GET", "/v24.0/\(mine)", key: "beta-key").status == 200)
    #expect(
      try MetaDropInTests.code(try await Self.upload(stand, key: "beta-key")) == 100)
  }

  @Test("whatever else has an id at Meta is neither told of nor deleted")
  func others() async throws {
    let stand = try Self.stand()
    for id in [Demo.wabaID, Self.other, Demo.appID] {
      for method in ["GET", "DELETE"] where method == "DELETE" || id != Self.other {
        let answer = try await stand.call(method, "/v24.0/\(id)", key: "beta-key")
        #expect(
          try answer.status == 400 && MetaDropInTests.code(answer) == 100,
          "\(method) \(id): \(answer.text)")
      }
    }
    #expect(try await stand.call("GET", "/v24.0/\(Self.other)", key: "beta-key").status == 200)
  }

  @Test(
    "of a number whose Meta is away nothing is known, and another one's file is found all the same")
  func away() async throws {
    let stand = try Self.stand()
    let id = try #require(try await Self.upload(stand).json["id"]?.string)
    #expect(try await stand.call("GET", "/v24.0/\(id)", key: "acme-admin").status == 200)
    #expect(try await stand.call("GET", "/v24.0/1", key: "acme-admin").status == 504)
  }

  @Test("a form that is not as Meta takes it does not get there")
  func forms() async throws {
    let stand = try Self.stand()
    for (form, name) in [
      (Self.form([]), "messaging_product"),
      (Self.form([("messaging_product", "sms")]), "messaging_product"),
      (Self.form(file: nil), "file"), (Self.form(file: ""), "file"),
      (Self.form([("messaging_product", "whatsapp"), ("access_token", "x")]), "access_token"),
      (
        Self.form([("messaging_product", "whatsapp"), ("messaging_product", "whatsapp")]),
        "messaging_product"
      ),
      (Self.form(boundary: "other"), "form"), ([], "form"), (Array("--b-1\r\n".utf8), "form"),
    ] as [([UInt8], String)] {
      let answer = try await Self.upload(stand, form)
      #expect(answer.status == 400 && answer.text.contains(name), "\(name): \(answer.text)")
      #expect(try MetaDropInTests.code(answer) == 100)
    }
    let json = try await Self.upload(stand, Self.form(), type: "application/json")
    #expect(try MetaDropInTests.code(json) == 100)
  }

  @Test("an upload without end is cut off at the limit")
  func large() async throws {
    let stand = try Self.stand()
    let answer = try await Self.upload(
      stand, [UInt8](repeating: 0x61, count: (32 << 20) + (65 << 10)))
    #expect(answer.status == 413)
  }

  @Test("a number is told of by Meta, but for where its webhooks go")
  func numbers() async throws {
    let stand = try Self.stand()
    let usual = try await stand.call("GET", "/v24.0/\(Self.one)", key: "acme-admin").json
    #expect(usual["id"]?.string == Self.one && usual["verified_name"]?.string != nil)
    #expect(usual["webhook_configuration"] == nil)
    let asked = try await stand.call(
      "GET",
      "/v24.0/\(Self.one)?fields=quality_rating,webhook_configuration,whatsapp_business_account%7Bid%7D",
      key: "acme-admin"
    ).json
    #expect(Set(asked.fields?.map(\.name) ?? []) == ["id", "quality_rating"])
    let nothing = try await stand.call("GET", "/v24.0/\(Self.one)?fields=certificate")
    #expect(try nothing.json.fields?.map(\.name) == ["id"])
    let away = try await stand.call("GET", "/v24.0/405")
    #expect(try away.status == 504 && MetaDropInTests.code(away) == 131016)
  }

  @Test("that Meta does not take our token is not told as if it were the caller's")
  func token() async throws {
    let stand = try Self.stand()
    try await stand.control(
      "POST", "faults", #"{"kind":"token-expired","provider":"meta","count":1}"#)
    let answer = try await stand.call("GET", "/v24.0/\(Self.one)")
    #expect(try answer.status == 403 && MetaDropInTests.code(answer) == 131005)
    #expect(!answer.text.contains(Demo.accessToken))
  }

  private static func stock(_ stand: PhoneStand) throws {
    let account = AccountID(Demo.wabaID)
    for (name, status) in [
      ("a", "APPROVED"), ("b", "APPROVED"), ("c", "PAUSED"), ("d", "APPROVED"), ("gone", "DELETED"),
    ] {
      var template = MirroredTemplate(
        account: account, name: name, language: "it", status: status, category: "UTILITY",
        quality: "GREEN", components: Array(#"[{"type":"BODY","text":"ciao \#(name)"}]"#.utf8))
      template.id = "id-\(name)"
      if name == "a" { template.qualityAt = Timestamp(seconds: 1_790_000_000) }
      try stand.stock.store.put(template)
    }
    var foreign = MirroredTemplate(
      account: AccountID("7"), name: "foreign", language: "it", status: "APPROVED",
      category: "UTILITY", quality: "", components: Array("[]".utf8))
    foreign.id = "7"
    try stand.stock.store.put(foreign)
  }

  private static func names(_ root: JSONValue) -> [String] {
    (root["data"]?.items ?? []).compactMap { $0["name"]?.string }
  }

  @Test("templates come from the store, by pages that lead forth and back")
  func templates() async throws {
    let stand = try Self.stand()
    try Self.stock(stand)
    let path = "/v24.0/\(Demo.wabaID)/message_templates"
    let first = try await stand.call("GET", "\(path)?limit=3", key: "acme-admin").json
    #expect(Self.names(first) == ["a", "b", "c"])
    let one = try #require(first["data"]?.items?.first)
    #expect(one["id"]?.string == "id-a" && one["parameter_format"]?.string == "POSITIONAL")
    #expect(one["components"]?.items?.first?["text"]?.string == "ciao a")
    #expect(one["language"]?.string == "it" && one["quality_score"] == nil)
    #expect(first["paging"]?["previous"] == nil)
    let next = try #require(first["paging"]?["next"]?.string)
    let base = "http://127.0.0.1:\(stand.ingest.listener.port)"
    #expect(next.hasPrefix("\(base)\(path)?"))
    let second = try await stand.call("GET", String(next.dropFirst(base.count))).json
    #expect(Self.names(second) == ["d"] && second["paging"]?["next"] == nil)
    let previous = try #require(second["paging"]?["previous"]?.string)
    let back = try await stand.call("GET", String(previous.dropFirst(base.count))).json
    #expect(Self.names(back) == ["a", "b", "c"])
  }

  @Test("templates are filtered, with the fields that are asked for")
  func filtered() async throws {
    let stand = try Self.stand()
    try Self.stock(stand)
    let path = "/v24.0/\(Demo.wabaID)/message_templates"
    for (query, found) in [
      ("status=PAUSED", ["c"]), ("name=b", ["b"]), ("content=ciao%20d", ["d"]),
      ("name_or_content=a&limit=1", ["a"]), ("language=en", []),
      ("category=UTILITY", ["a", "b", "c", "d"]),
      ("status=APPROVED,PAUSED&quality_score=GREEN", ["a", "b", "c", "d"]),
    ] {
      let root = try await stand.call("GET", "\(path)?\(query)").json
      #expect(Self.names(root) == found, "\(query)")
    }
    let root = try await stand.call(
      "GET",
      "\(path)?name=a&fields=quality_score,rejected_reason,secrets&summary=total_count,message_template_count"
    ).json
    let one = try #require(root["data"]?.items?.first)
    #expect(one["quality_score"]?["score"]?.string == "GREEN")
    #expect(one["quality_score"]?["date"]?.integer == 1_790_000_000)
    #expect(one["rejected_reason"]?.string == "NONE" && one.fields?.count == 3)
    let other = try await stand.call("GET", "\(path)?name=b&fields=quality_score").json
    #expect(other["data"]?.items?.first?.fields?.map(\.name) == ["id"])
    #expect(root["summary"]?["total_count"]?.integer == 1)
    #expect(root["summary"]?["message_template_count"]?.integer == 4)
    for query in ["after=x", "after=%25", "limit=0", "limit=x", "access_token=x", "name=%00"] {
      let answer = try await stand.call("GET", "\(path)?\(query)")
      #expect(try answer.status == 400 && MetaDropInTests.code(answer) == 100, "\(query)")
    }
  }
}
