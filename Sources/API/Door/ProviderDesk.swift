internal import Domain
internal import HTTP
internal import JSON
internal import Platform
internal import Providers
internal import Running
internal import Settings
internal import Telemetry

/// Threads for requests that a provider has to answer: that takes as long as it takes, and nothing else waits for it.
final class ProviderDesk: Sendable {
  private let log: Log
  private let desk = Desk("provider", threads: 4, limit: 64)
  private let asking = ProviderAsking()

  init(log: Log) { self.log = log }

  func close() {
    desk.close()
    asking.close()
  }

  /// Answers by what the body makes of the provider's answers; 503 where too many ask already.
  func answer(
    _ responder: HTTPResponder, busy: HTTPAnswer = busy,
    _ body: @escaping @Sendable (ProviderAsking) throws -> HTTPAnswer
  ) {
    let (log, asking) = (log, asking)
    let isTaken = desk.take {
      do { responder.answer(try body(asking)) } catch let refused as StoreQueries.Refused {
        responder.answer(refused.answer)
      } catch let problem as Problem {
        responder.answer(problem.answer)
      } catch {
        log.warning("a provider could not be asked", ["reason": "\(error)"])
        responder.answer(.noStore)
      }
    }
    if !isTaken { responder.answer(busy) }
  }

  /// Something whose answer is of no interest. It is not told where too much waits to be.
  func tell(_ request: ProviderRequest, of sender: SenderSettings) {
    let (log, asking) = (log, asking)
    _ = desk.take {
      do throws(Problem) { _ = try asking.ask(request, of: sender) } catch {
        log.info("a provider was not told", ["reason": error.detail ?? error.title])
      }
    }
  }

  private static let busy = Problem(
    status: 503, title: "Service Unavailable",
    detail: "Too many questions to providers are under way; try again."
  ).answer(headers: [HTTPHeader("Retry-After", "5")]).prepared()
}

/// Asks a provider in the name of a sender, and waits for the answer.
final class ProviderAsking: Sendable {
  private let client = Locked<HTTPClient?>(nil)

  func ask(_ request: ProviderRequest, of sender: SenderSettings) throws(Problem) -> ProviderAnswer
  {
    try ask(request, under: sender.baseURL)
  }

  /// 504 where no answer comes. What the answer says is for the caller to judge.
  func ask(
    _ request: ProviderRequest, under base: WebAddress, within limit: Duration = .seconds(20)
  ) throws(Problem) -> ProviderAnswer {
    let client = try opened()
    do throws(NoProviderAnswer) {
      return try client.ask(request, under: base, within: limit)
    } catch {
      throw Problem(
        status: 504, title: "Gateway Timeout",
        detail: "There was no answer from \(base.authority); whether it did it is not known.")
    }
  }

  /// What the provider refused, in its own words.
  static func refused(_ failed: LookupFailed) -> Problem {
    var problem = Problem(
      status: 502, title: "Refused by the Provider",
      detail: [failed.failure.sentence, failed.failure.providerText].compactMap(\.self)
        .joined(separator: " "))
    problem.members = [
      (
        "provider",
        JSONWriter.object { writer in
          writer.field("status", failed.status)
          writer.field("code", failed.failure.code)
          writer.field("text", failed.failure.providerText)
        }
      )
    ]
    return problem
  }

  /// It starts with the first question.
  private func opened() throws(Problem) -> HTTPClient {
    do {
      return try client.withLock { client in
        if let client { return client }
        let new = try HTTPClient()
        client = new
        return new
      }
    } catch {
      throw Problem(status: 503, title: "Service Unavailable", detail: "\(error)")
    }
  }

  func close() {
    let client = client.withLock { client in
      defer { client = nil }
      return client
    }
    client?.close()
  }
}
