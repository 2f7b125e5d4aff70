/// What the server answers. Length, date and connection headers are added by the server.
package struct HTTPAnswer: Sendable {
  package let status: Int
  package let headers: [HTTPHeader]
  package let body: [UInt8]
  let shared: ResponseHandle?

  package init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.init(status: status, headers: headers, body: body, shared: nil)
  }

  private init(status: Int, headers: [HTTPHeader], body: [UInt8], shared: ResponseHandle?) {
    self.status = status
    self.headers = headers
    self.body = body
    self.shared = shared
  }

  package init(status: Int, text: String, type: String = "text/plain; charset=utf-8") {
    self.init(status: status, headers: [HTTPHeader("Content-Type", type)], body: Array(text.utf8))
  }

  package init(status: Int = 200, json: [UInt8]) {
    self.init(
      status: status, headers: [HTTPHeader("Content-Type", "application/json")], body: json)
  }

  /// The same answer for many requests: its response is made once and shared by all of them.
  package func prepared() -> HTTPAnswer {
    HTTPAnswer(
      status: status, headers: headers, body: body,
      shared: ResponseHandle(headers: headers, body: body))
  }

  package func adding(_ header: HTTPHeader) -> HTTPAnswer {
    HTTPAnswer(status: status, headers: headers + [header], body: body)
  }
}
