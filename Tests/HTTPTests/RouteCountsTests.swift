import HTTP
import Platform
import Telemetry
import TestSupport
import Testing

@Suite struct RouteCountsTests {
  @Test("answers are counted by the route's pattern and by status, whatever path was called")
  func counts() async throws {
    let metrics = Metrics()
    var router = Router(counting: metrics)
    router.on("GET", "/sends/{id}") { request, parameters, responder in
      responder.answer(HTTPAnswer(status: parameters["id"] == "none" ? 404 : 200, text: "a"))
    }
    router.on("POST", "/streams") { _, _, responder in responder.stream(status: 202).finish() }
    let routes = router
    let server = try HTTPServer(counting: metrics, routes: routes.route)
    try await onOwnThread {
      let paths = ["GET /sends/1", "GET /sends/2?a=b", "GET /sends/none", "HEAD /sends/3"]
      for call in paths + ["POST /streams", "PUT /sends/1", "GET /wp-login.php"] {
        let connection = try RawConnection(port: server.port)
        connection.send(
          "\(call) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        _ = connection.receiveAll()
      }
      let broken = try RawConnection(port: server.port)
      broken.send("GET / HTTP/7.0\r\n\r\n")
      broken.finishSending()
      _ = broken.receiveAll()
      // Counted at the end of a loop's round, so perhaps just after the answer was read.
      server.drain(within: .seconds(1))
    }
    let lines = Set(metrics.text().split(separator: "\n").map(String.init))
    let requests = lines.filter {
      $0.hasPrefix("postrider_http_requests_total") && !$0.hasSuffix(" 0")
    }
    #expect(
      requests == [
        #"postrider_http_requests_total{route="GET /sends/{id}",status="200"} 3"#,
        #"postrider_http_requests_total{route="GET /sends/{id}",status="404"} 1"#,
        #"postrider_http_requests_total{route="POST /streams",status="202"} 1"#,
        #"postrider_http_requests_total{route="none",status="404"} 1"#,
        #"postrider_http_requests_total{route="none",status="405"} 1"#,
        #"postrider_http_requests_total{route="none",status="505"} 1"#,
      ])
    #expect(lines.contains(#"postrider_http_seconds_count{route="GET /sends/{id}"} 4"#))
    #expect(lines.contains(#"postrider_http_seconds_count{route="none"} 3"#))
    #expect(lines.contains(#"postrider_http_requests_total{route="POST /streams",status="503"} 0"#))
  }
}
