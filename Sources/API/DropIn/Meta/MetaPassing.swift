internal import Domain
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import Settings

/// Asks Meta what it alone can tell, with the number's own token, and hands its answer on as it came. The caller's key
/// goes to nobody, the token neither.
struct MetaPassing: Sendable {
  private let providers: ProviderDesk

  init(_ providers: ProviderDesk) { self.providers = providers }

  func answer(
    _ responder: HTTPResponder,
    _ body: @escaping @Sendable (ProviderAsking) throws(MetaRefused) -> HTTPAnswer
  ) {
    providers.answer(responder, busy: MetaRefused.busy.answer) { asking in
      do throws(MetaRefused) { return try body(asking) } catch { return error.answer }
    }
  }

  static func ask(
    _ request: ProviderRequest, of number: MetaCallerNumber, by asking: ProviderAsking,
    within limit: Duration = .seconds(20)
  ) throws(MetaRefused) -> ProviderAnswer {
    let answer: ProviderAnswer
    do throws(Problem) {
      answer = try asking.ask(request, under: number.settings.baseURL, within: limit)
    } catch {
      throw .waiting(131016, status: error.status, error.detail ?? error.title)
    }
    // What is wrong with our token is none of the caller's.
    let code = JSONValue(whole: answer.body)?["error"]?["code"]?.integer
    guard answer.status != 401, code != 190 else {
      throw MetaRefused(
        131005, status: 403, "Access denied", "Meta does not take the access token of the sender.")
    }
    return answer
  }

  static func relayed(_ answer: ProviderAnswer) -> HTTPAnswer {
    let kept = ["Content-Type", "Retry-After"].compactMap { name in
      answer.header(name).map { HTTPHeader(name, $0) }
    }
    return HTTPAnswer(status: answer.status, headers: kept, body: answer.body)
  }
}
