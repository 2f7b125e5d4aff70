import Crypto
import HTTP
import JSON
import Simulator
import Testing

@Suite(.timeLimit(.minutes(5))) struct MetaDoorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let body: String
    let status: Int
    let code: Int64?

    init(_ body: String, _ code: Int64?, status: Int = 400) {
      (self.body, self.status, self.code) = (body, code == nil ? 200 : status, code)
    }

    var testDescription: String { "\(body.prefix(90)): \(code ?? 0)" }
  }

  private static func wrap(_ rest: String, to: String = "\"to\":\"+393331234567\",") -> String {
    "{\"messaging_product\":\"whatsapp\",\(to)\(rest)}"
  }

  private static func button(_ count: Int, title: String = "B") -> String {
    let buttons = (0..<count).map {
      "{\"type\":\"reply\",\"reply\":{\"id\":\"\($0)\",\"title\":\"\(title)\($0)\"}}"
    }
    return wrap(
      "\"type\":\"interactive\",\"interactive\":{\"type\":\"button\",\"body\":{\"text\":\"b\"},"
        + "\"action\":{\"buttons\":[\(buttons.joined(separator: ","))]}}")
  }

  private static func list(_ rows: Int) -> String {
    let items = (0..<rows).map { "{\"id\":\"\($0)\",\"title\":\"t\"}" }.joined(separator: ",")
    return wrap(
      "\"type\":\"interactive\",\"interactive\":{\"type\":\"list\",\"body\":{\"text\":\"b\"},"
        + "\"action\":{\"button\":\"open\",\"sections\":[{\"rows\":[\(items)]}]}}")
  }

  private static func template(
    _ name: String, _ language: String, _ values: [String] = []
  ) -> String {
    let parameters = values.map { "{\"type\":\"text\",\"text\":\"\($0)\"}" }
    let components =
      values.isEmpty
      ? ""
      : ",\"components\":[{\"type\":\"body\",\"parameters\":[\(parameters.joined(separator: ","))]}]"
    return wrap(
      "\"type\":\"template\",\"template\":{\"name\":\"\(name)\",\"language\":"
        + "{\"code\":\"\(language)\"}\(components)}")
  }

  @Test(
    "a message is judged as Meta does",
    arguments: [
      Case("{", 100), Case("[]", 100), Case("{\"to\":\"+393331234567\"}", 100),
      Case(wrap("\"type\":\"text\",\"text\":{\"body\":\"x\"}", to: ""), 131008),
      Case(wrap("\"type\":\"text\",\"text\":{\"body\":\"x\"}", to: "\"to\":\"12\","), 131009),
      Case(wrap("\"type\":\"text\",\"text\":{\"body\":\"x\"}"), nil),
      Case(
        wrap("\"text\":{\"body\":\"x\"}", to: "\"recipient\":\"US.13491208655302741918\","), nil),
      Case(wrap("\"type\":\"text\""), 131008), Case(wrap("\"type\":\"text\",\"text\":{}"), 131008),
      Case(
        wrap("\"type\":\"text\",\"text\":{\"body\":\"\(String(repeating: "a", count: 4097))\"}"),
        131009),
      Case(wrap("\"type\":\"dance\",\"dance\":{}"), 131051),
      Case(wrap("\"type\":\"image\",\"image\":{}"), 100),
      Case(wrap("\"type\":\"image\",\"image\":{\"id\":\"1\",\"link\":\"http://h/x\"}"), 100),
      Case(
        wrap("\"type\":\"image\",\"image\":{\"link\":\"http://h/x.png\",\"caption\":\"c\"}"), nil),
      Case(wrap("\"type\":\"audio\",\"audio\":{\"id\":\"1\",\"caption\":\"c\"}"), 100),
      Case(wrap("\"type\":\"location\",\"location\":{\"latitude\":\"1\"}"), 131008),
      Case(wrap("\"type\":\"location\",\"location\":{\"latitude\":\"1\",\"longitude\":2}"), nil),
      Case(wrap("\"type\":\"contacts\",\"contacts\":[{\"name\":{}}]"), 131008),
      Case(
        wrap("\"type\":\"reaction\",\"reaction\":{\"message_id\":\"x\",\"emoji\":\"\"}"), 131009),
      Case(button(3), nil), Case(button(4), 131009), Case(button(0), 131009),
      Case(button(1, title: String(repeating: "t", count: 20)), 131009),
      Case(list(10), nil), Case(list(11), 131009),
      Case(template("hello_world", "en_US"), nil),
      Case(template("hello_world", "it"), 132001, status: 404),
      Case(template("nobody", "en_US"), 132001, status: 404),
      Case(template("order_update", "en", ["1"]), 132000),
      Case(template("order_update", "en", ["1", "2"]), nil),
      Case(template("order_update", "en", ["1", "2\\n3"]), 132018),
      Case(
        wrap(
          "\"type\":\"text\",\"text\":{\"body\":\"x\"}",
          to: "\"to\":\"\(Demo.displayPhoneNumber)\","), 131021),
      Case(
        "{\"messaging_product\":\"whatsapp\",\"status\":\"read\",\"message_id\":\"wamid.x\"}", nil),
      Case("{\"messaging_product\":\"whatsapp\",\"status\":\"read\",\"message_id\":\"x\"}", 131009),
    ])
  func messages(row: Case) throws {
    let stand = try Stand()
    let answer = stand.meta(row.body)
    #expect(answer.status == row.status)
    #expect(answer.code == row.code)
    if row.code != nil {
      #expect(answer.json?["error"]?["type"]?.string == "OAuthException")
      #expect(answer.json?["error"]?["fbtrace_id"]?.string != nil)
    }
  }

  @Test("a template's state, header and named parameters are held against the message")
  func templateRules() throws {
    let stand = try Stand {
      var paused = MetaApp.Template("paused", "en")
      paused.status = "PAUSED"
      var named = MetaApp.Template("named", "en", parameters: ["first"])
      named.isNamed = true
      named.header = "IMAGE"
      $0.meta[0].accounts[0].templates += [paused, named]
    }
    #expect(stand.meta(Self.template("paused", "en")).code == 132015)
    func use(_ name: String, _ header: String) -> String {
      Self.wrap(
        "\"type\":\"template\",\"template\":{\"name\":\"named\",\"language\":{\"code\":\"en\"},"
          + "\"components\":[{\"type\":\"body\",\"parameters\":[{\"type\":\"text\",\"text\":\"x\","
          + "\"parameter_name\":\"\(name)\"}]},{\"type\":\"header\",\"parameters\":[\(header)]}]}")
    }
    let image = "{\"type\":\"image\",\"image\":{\"link\":\"http://h/x.png\"}}"
    #expect(stand.meta(use("first", image)).status == 200)
    #expect(stand.meta(use("other", image)).code == 132000)
    #expect(stand.meta(use("first", "{\"type\":\"text\",\"text\":\"x\"}")).code == 132012)
  }

  @Test("an answer names the message and the person")
  func accepted() throws {
    let stand = try Stand { $0.life.isReported = false }
    let answer = stand.meta(metaText("+39 333 123-4567"))
    #expect(answer.json?["contacts"]?.items?.first?["wa_id"]?.string == "393331234567")
    #expect(answer.wamid.hasPrefix("wamid."))
    #expect(stand.meta(metaText()).wamid != answer.wamid)
  }

  @Test(
    "who has no right to a number is told so",
    arguments: [
      ("wrong", Demo.phoneNumberID, 401, 190), (Demo.accessToken, "999", 400, 100),
      ("other", Demo.phoneNumberID, 403, 200),
    ])
  func rights(token: String, phone: String, status: Int, code: Int64) throws {
    let stand = try Stand {
      $0.meta.append(
        MetaApp(id: "9", secret: "s", token: "other", verifyToken: "v", accounts: []))
    }
    let answer = stand.meta(metaText(), "/v24.0/\(phone)/messages", token: token)
    #expect(answer.status == status)
    #expect(answer.code == code)
  }

  @Test("templates come in pages and by filter")
  func templates() throws {
    let stand = try Stand()
    let first = stand.metaGet("/v24.0/\(Demo.wabaID)/message_templates?limit=1")
    #expect(first.json?["data"]?.items?.first?["name"]?.string == "hello_world")
    let next = first.json?["paging"]?["next"]?.string ?? ""
    let path = next.split(separator: "/", maxSplits: 2).last.map {
      "/" + $0.drop { $0 != "/" }.dropFirst()
    }
    let second = stand.metaGet(path ?? "/")
    #expect(second.json?["data"]?.items?.first?["name"]?.string == "order_update")
    #expect(second.json?["paging"]?["next"] == nil)
    let named = stand.metaGet("/v24.0/\(Demo.wabaID)/message_templates?name=order_update")
    #expect(named.json?["data"]?.items?.count == 1)
  }

  @Test("number, health, tokens and calling settings can be asked for")
  func objects() throws {
    let stand = try Stand { $0.portfolios = [Demo.portfolio: 2000] }
    let phone = stand.metaGet(
      "/v24.0/\(Demo.phoneNumberID)?fields=quality_rating,throughput,health_status")
    #expect(phone.json?["quality_rating"]?.string == "GREEN")
    #expect(phone.json?["throughput"]?["level"]?.string == "STANDARD")
    #expect(phone.json?["health_status"]?["can_send_message"]?.string == "AVAILABLE")
    let exchange = stand.metaGet(
      "/v24.0/oauth/access_token?grant_type=fb_exchange_token&client_id=\(Demo.appID)"
        + "&client_secret=\(Demo.appSecret)&fb_exchange_token=\(Demo.accessToken)")
    #expect(exchange.json?["token_type"]?.string == "bearer")
    let debug = stand.metaGet(
      "/debug_token?input_token=\(Demo.accessToken)&access_token=\(Demo.appID)%7C\(Demo.appSecret)")
    #expect(debug.json?["data"]?["is_valid"]?.bool == true)
    let settings = "/v24.0/\(Demo.phoneNumberID)/settings"
    #expect(
      stand.meta("{\"calling\":{\"status\":\"ENABLED\"}}", settings).json?["success"]?.bool == true)
    #expect(stand.metaGet(settings).json?["calling"]?["status"]?.string == "ENABLED")
  }

  @Test("calling needs a messaging limit of 2000")
  func callingLimit() throws {
    let stand = try Stand()
    let path = "/v24.0/\(Demo.phoneNumberID)/settings"
    #expect(stand.meta("{\"calling\":{\"status\":\"ENABLED\"}}", path).code == 138015)
  }

  @Test("a file is uploaded, described, fetched and deleted")
  func media() throws {
    let stand = try Stand()
    let boundary = "xyz"
    let file = "PNG\r\n--xy\r\n"
    let body =
      "--xyz\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n"
      + "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n"
      + "Content-Type: image/png\r\n\r\n\(file)\r\n--xyz--\r\n"
    let bearer = HTTPHeader("Authorization", "Bearer \(Demo.accessToken)")
    let type = HTTPHeader("Content-Type", "multipart/form-data; boundary=\(boundary)")
    let path = "/v24.0/\(Demo.phoneNumberID)/media"
    let id =
      stand.call("POST", path, [bearer, type], Array(body.utf8)).json?["id"]?.string ?? "none"
    let found = stand.metaGet("/v24.0/\(id)")
    #expect(found.json?["mime_type"]?.string == "image/png")
    #expect(found.json?["sha256"]?.string == lowerHex(sha256(Array(file.utf8))))
    var fetch = HTTPCall(url: found.json?["url"]?.string ?? "", headers: [bearer])
    fetch.totalTimeout = .seconds(10)
    #expect(stand.answer(to: fetch).text == file)
    #expect(stand.call("DELETE", "/v24.0/\(id)", [bearer]).status == 200)
    #expect(stand.metaGet("/v24.0/\(id)").code == 100)
    let gif = body.replacing("image/png", with: "image/gif")
    #expect(stand.call("POST", path, [bearer, type], Array(gif.utf8)).code == 100)
  }
}
