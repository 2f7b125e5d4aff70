import HTTP
import JSON
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct RouterTests {
  @Test(
    "a request goes to the route of its method and path",
    arguments: [
      ("GET", "/api/sends/s1", 200, "send s1"), ("GET", "/api/sends/s%2F1?x", 200, "send s/1"),
      ("HEAD", "/api/sends/s1", 200, ""), ("POST", "/api/sends", 200, "batch"),
      ("POST", "/api/sends/s1/cancel", 200, "cancel s1"), ("POST", "/api/%73ends", 200, "batch"),
      ("POST", "/api/waba/?api-key=k", 200, "waba"), ("POST", "/a/b", 200, "tenant a b"),
      ("GET", "/api/sends/", 404, nil), ("GET", "/api", 404, nil),
      ("POST", "/api/waba", 200, "tenant api waba"),
      ("GET", "/API/sends/s1", 404, nil), ("DELETE", "/api/sends/s1", 405, nil),
      ("GET", "/", 404, nil),
      ("GET", "//", 404, nil), ("GET", "/v24.0/1/x", 200, "version 24.0 of 1"),
      ("GET", "/%7624.0/1/x", 200, "version 24.0 of 1"), ("GET", "/v/1/x", 404, nil),
      ("GET", "/w24.0/1/x", 404, nil), ("GET", "/v24.0//x", 404, nil),
      ("GET", "/v%2F1/1/x", 200, "version /1 of 1"),
    ] as [(String, String, Int, String?)])
  func routes(method: String, target: String, status: Int, body: String?) throws {
    let server = try routing()
    let client = try RawConnection(port: server.port)
    client.send("\(method) \(target) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    let all = client.receiveAll()
    #expect(all.hasPrefix("HTTP/1.1 \(status)"))
    if let body { #expect(all.hasSuffix("\r\n\r\n\(body)")) }
  }

  @Test("405 names what is allowed")
  func allow() throws {
    let server = try routing()
    let client = try RawConnection(port: server.port)
    client.send("PUT /api/sends/s1 HTTP/1.1\r\nHost: h\r\n\r\n")
    let answer = client.receiveAnswer()
    #expect(answer.status == 405)
    #expect(answer.header("allow") == "GET, HEAD")
    #expect(answer.header("content-type") == "application/problem+json")
  }

  @Test("a problem is written as RFC 9457 has it, without what it does not know")
  func problem() {
    let bare = Problem(status: 404, title: "Not Found")
    #expect(
      String(decoding: bare.json, as: UTF8.self)
        == #"{"type":"about:blank","title":"Not Found","status":404}"#)
    let full = Problem(
      status: 422, title: "Unprocessable Content", detail: "2 faults", type: "urn:p",
      instance: "/api/sends",
      errors: [.init(pointer: "/to", detail: "missing"), .init(pointer: "/a~1b", detail: "\"")])
    #expect(
      String(decoding: full.json, as: UTF8.self)
        == #"{"type":"urn:p","title":"Unprocessable Content","status":422,"detail":"2 faults","instance":"/api/sends","errors":[{"pointer":"/to","detail":"missing"},{"pointer":"/a~1b","detail":"\""}]}"#
    )
  }

  @Test(
    "query items are decoded",
    arguments: [
      (
        "/a?b=1&c=%C3%AB+%2B&d&=e&f=g=h",
        [("b", "1"), ("c", "ë +"), ("d", ""), ("", "e"), ("f", "g=h")]
      ),
      ("/a?b=%&c=%4&d=%zz&e=%+1", [("b", "%"), ("c", "%4"), ("d", "%zz"), ("e", "% 1")]),
      ("/a?", []), ("/a", []), ("http://h?x=y", [("x", "y")]),
    ] as [(String, [(String, String)])])
  func query(target: String, items: [(String, String)]) {
    #expect(RequestTarget(target).queryItems == items.map { QueryItem($0.0, $0.1) })
  }

  private func routing() throws -> HTTPServer {
    var router = Router()
    router.on("GET", "/api/sends/{id}") { _, parameters, responder in
      responder.answer(HTTPAnswer(status: 200, text: "send \(parameters["id"] ?? "-")"))
    }
    router.on("GET", "/v{version}/{id}/x") { _, parameters, responder in
      let (version, id) = (parameters["version"] ?? "-", parameters["id"] ?? "-")
      responder.answer(HTTPAnswer(status: 200, text: "version \(version) of \(id)"))
    }
    router.on("POST", "/api/sends") { _, _, responder in
      responder.answer(HTTPAnswer(status: 200, text: "batch"))
    }
    router.on("POST", "/api/sends/{id}/cancel") { _, parameters, responder in
      responder.answer(HTTPAnswer(status: 200, text: "cancel \(parameters["id"] ?? "-")"))
    }
    router.on("POST", "/api/waba/") { _, _, responder in
      responder.answer(HTTPAnswer(status: 200, text: "waba"))
    }
    router.on("POST", "/{app}/{company}") { _, parameters, responder in
      let tenant = [parameters["app"], parameters["company"]].compactMap { $0 }
      responder.answer(HTTPAnswer(status: 200, text: "tenant " + tenant.joined(separator: " ")))
    }
    let routes = router
    return try HTTPServer(door: routes.plan)
  }
}
