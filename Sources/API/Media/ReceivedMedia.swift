internal import Domain
internal import Events
internal import HTTP
internal import JSON
internal import Providers
internal import Running
internal import Settings

/// Fetches what a person sent from the provider that has it, with the credentials of the sender that it was sent to.
struct ReceivedMedia {
  let media: InboundMedia
  let sender: SenderSettings
  let client: HTTPClient

  private static let patience = Duration.seconds(30)

  /// A longer one is not passed on.
  static let limit = 32 << 20

  func answer() throws(Problem) -> HTTPAnswer {
    let file =
      switch sender.credentials {
      case .meta(let own): try ofMeta(own)
      case .twilio(let own): try ofTwilio(own)
      }
    let signature = FileSignature.of(file.body)
    return FileAnswer.answer(
      file.body, type: signature.contentType(said: file.header("Content-Type")),
      name: media.filename.flatMap { FileForm.name($0) } ?? "file")
  }

  private func ofMeta(_ own: MetaCredentials) throws(Problem) -> ProviderAnswer {
    guard let id = media.id else { throw Self.nothing }
    let answer = try ask(HTTPCall(MetaMedia.look(id, of: own.sender), under: sender.baseURL))
    let found: MetaMedia
    do throws(LookupFailed) { found = try MetaMedia(answer) } catch {
      throw MetaMedia.isGone(error) ? Self.gone : ProviderAsking.refused(error)
    }
    if let size = found.size, size > Self.limit { throw Self.tooLarge }
    let headers = MetaMedia.headers(of: own.sender).map { HTTPHeader($0.name, $0.value) }
    return try file(at: found.url, headers)
  }

  /// Twilio answers with where the file lies, and that place wants no credentials.
  private func ofTwilio(_ own: TwilioCredentials) throws(Problem) -> ProviderAnswer {
    guard let request = media.url.flatMap({ TwilioMedia.fetch($0, of: own.account) }) else {
      throw Self.nothing
    }
    let answer = try ask(HTTPCall(request, under: sender.baseURL))
    if answer.status == 404 { throw Self.gone }
    if (300..<400).contains(answer.status), let place = answer.header("Location") {
      return try file(at: place, [])
    }
    return try done(answer)
  }

  private func file(at url: String, _ headers: [HTTPHeader]) throws(Problem) -> ProviderAnswer {
    let base = (scheme: sender.baseURL.scheme, authority: sender.baseURL.authority)
    guard MediaPlace.isOurs(url, of: sender.sender.channel.provider, base: base) else {
      throw Self.problem(502, "The provider names an address that is not its own.")
    }
    let answer = try ask(HTTPCall(method: "GET", url: url, headers: headers))
    if answer.status == 404 { throw Self.gone }
    return try done(answer)
  }

  private func done(_ answer: ProviderAnswer) throws(Problem) -> ProviderAnswer {
    guard answer.status == 200 else {
      throw Self.problem(502, "The provider answered \(answer.status) when asked for the file.")
    }
    return answer
  }

  private func ask(_ call: HTTPCall) throws(Problem) -> ProviderAnswer {
    var call = call
    call.totalTimeout = Self.patience
    switch client.ask(call) {
    case .answered(let answer): return ProviderAnswer(answer)
    case .unknown(.answerTooLarge, _): throw Self.tooLarge
    case .notSent, .unknown:
      throw Self.problem(504, "There was no answer from \(sender.baseURL.authority).")
    }
  }

  // MARK: What is told

  static let nothing = problem(404, "The provider told of no file that could be fetched.")
  private static let gone = problem(
    410, "The provider does not have the file any more: it keeps what people send for a while.")
  private static let tooLarge = problem(
    502, "The file has more than \(limit) bytes, and is not passed on.")

  private static func problem(_ status: Int, _ detail: String) -> Problem {
    let titles = [
      404: "Not Found", 410: "Gone", 502: "Bad Gateway", 504: "Gateway Timeout",
    ]
    return Problem(status: status, title: titles[status] ?? "Bad Gateway", detail: detail)
  }
}
