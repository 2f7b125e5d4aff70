import HTTP
import Platform

/// The address that callbacks go to. Keeps them, and answers as it is told.
final class Receiver: Sendable {
  private let calls = Monitor<[HTTPRequest]>([])
  private let server: HTTPServer

  /// `answer` gets the number of the call, from 1; nil cuts it.
  init(_ answer: @escaping @Sendable (Int) -> Int? = { _ in 200 }) throws {
    let calls = calls
    server = try HTTPServer { request, responder in
      let number = calls.change {
        $0.append(request)
        return $0.count
      }
      guard let status = answer(number) else { return responder.cut() }
      let challenge = request.queryValue("hub.challenge") ?? ""
      responder.answer(HTTPAnswer(status: status, text: challenge))
    }
  }

  var url: String { "http://127.0.0.1:\(server.port)/callback" }

  /// Those that came within ten seconds, once there are that many.
  func wait(for count: Int) -> [HTTPRequest] {
    calls.wait(for: .seconds(60)) { $0.count >= count }
    return all
  }

  /// The same once they are as wanted.
  func waitUntil(_ isThere: @Sendable ([HTTPRequest]) -> Bool) -> [HTTPRequest] {
    calls.wait(for: .seconds(60)) { isThere($0) }
    return all
  }

  var all: [HTTPRequest] { calls.peek { $0 } }
}
