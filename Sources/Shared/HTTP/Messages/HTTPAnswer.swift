/// What the server answers. Length, date and connection headers are added by the server. One object, since
/// many hands pass it on.
package final class HTTPAnswer: Sendable {
  package let status: Int
  package let headers: [HTTPHeader]
  package let body: [UInt8]
  private let ownHead: AnswerHead?

  package convenience init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.init(status: status, headers: headers, body: body, ownHead: nil)
  }

  private init(status: Int, headers: [HTTPHeader], body: [UInt8], ownHead: AnswerHead?) {
    self.status = status
    self.headers = headers
    self.body = body
    self.ownHead = ownHead
  }

  package convenience init(status: Int, text: String, type: String = "text/plain; charset=utf-8") {
    self.init(status: status, headers: [HTTPHeader("Content-Type", type)], body: Array(text.utf8))
  }

  package convenience init(status: Int = 200, json: [UInt8]) {
    self.init(
      status: status, headers: [HTTPHeader("Content-Type", "application/json")], body: json)
  }

  /// The same answer for many requests: what can be written once is.
  package func prepared() -> HTTPAnswer {
    HTTPAnswer(status: status, headers: headers, body: body, ownHead: head())
  }

  /// nil where a header would not be one line.
  func head() -> AnswerHead? {
    ownHead ?? AnswerHead(status: status, headers: headers, length: .known(body.count))
  }

  package func adding(_ header: HTTPHeader) -> HTTPAnswer {
    HTTPAnswer(status: status, headers: headers + [header], body: body)
  }
}
