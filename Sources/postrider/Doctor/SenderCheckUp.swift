internal import Domain
internal import Forms
internal import HTTP
internal import JSON
internal import Platform
internal import Providers
internal import Running
internal import Settings
internal import Time

/// Each sender's account at its provider, and our own webhooks as the providers reach them.
struct SenderCheckUp {
  private let settings: Settings

  init(_ settings: Settings) { self.settings = settings }

  var findings: [Finding] {
    guard !settings.senders.isEmpty else { return [] }
    let client: HTTPClient
    do throws(HTTPClientError) { client = try HTTPClient() } catch {
      return [.unknown("senders", error.description)]
    }
    defer { client.close() }
    return settings.senders.flatMap { account($0, client) } + [webhooks(client)].compactMap(\.self)
  }

  private func account(_ sender: SenderSettings, _ client: HTTPClient) -> [Finding] {
    let about = "sender \(sender.sender.id)"
    switch ask(sender.healthCall, client) {
    case .answered(let answer):
      let health = sender.health(in: answer)
      let verdict: Finding =
        health.isHealthy
        ? .good(about, health.sentence)
        : .bad(about, health.sentence, "docs/operating.md, \"A lane is stopped\"")
      return [verdict] + clock(answer, about) + registration(sender, about, client)
    case .notSent(let reason):
      return [
        .bad(
          about, "\(sender.baseURL) cannot be reached: \(reason.words)",
          "look at the network, a proxy in between, and baseURL")
      ]
    case .unknown(let reason, _):
      return [.unknown(about, "\(sender.baseURL) gave no answer: \(reason)")]
    }
  }

  /// Whether US carriers take its texts.
  private func registration(
    _ sender: SenderSettings, _ about: String, _ client: HTTPClient
  ) -> [Finding] {
    do {
      let found = try USRegistration.read(sender) { request in
        let base = sender.address(of: .messaging)
        guard case .answered(let answer) = ask(HTTPCall(request, under: base), client) else {
          throw NoAnswer(description: "\(base) gave no answer")
        }
        return ProviderAnswer(answer)
      }
      guard let warning = found?.warning(for: sender.sender) else { return [] }
      return [
        .warning(
          about, warning,
          "register brand and campaign in Twilio's console, or send nothing to the US")
      ]
    } catch {
      return [.unknown(about, "its registration for texts to the US is not told: \(error)")]
    }
  }

  private struct NoAnswer: Error, CustomStringConvertible { let description: String }

  /// A signature or a window that hangs on the time would be judged wrong.
  private func clock(_ answer: HTTPAnswerReceived, _ about: String) -> [Finding] {
    let told = answer.headers.first { $0.name.lowercased() == "date" }
    guard let told, let time = CalendarTime(rfc2822: told.value) else { return [] }
    let off = (CalendarTime.now - time).microseconds / 1_000_000
    return abs(off) <= 5
      ? []
      : [
        .warning(
          about, "its provider's clock is \(abs(off)) s \(off > 0 ? "behind" : "ahead of") ours",
          "keep this machine's clock right by NTP")
      ]
  }

  /// Meta's own way to ask whether the address is ours; where no sender of Meta's has a verify token, our health.
  private func webhooks(_ client: HTTPClient) -> Finding? {
    guard let publicURL = settings.publicURL else { return nil }
    let about = "webhooks at \(publicURL)"
    let token = settings.senders.lazy.compactMap { sender -> Secret? in
      guard case .meta(let own) = sender.credentials else { return nil }
      return own.verifyToken
    }.first
    let nonce = String(UInt32.random(in: 1_000_000...(.max)))
    var url = "\(publicURL)/healthz"
    if let token {
      let word = String(decoding: percentEncoded(token.exposed), as: UTF8.self)
      url =
        "\(publicURL)/api/whatsapp/webhook?hub.mode=subscribe&hub.verify_token=\(word)&hub.challenge=\(nonce)"
    }
    switch ask(HTTPCall(url: url), client) {
    case .answered(let answer):
      let body = String(decoding: answer.body.prefix(200), as: UTF8.self)
      let isOurs = answer.status == 200 && body.contains(token == nil ? "\"status\":\"ok\"" : nonce)
      if answer.status == 403, token != nil {
        return .bad(
          about, "who answers there does not know the verifyToken of these settings",
          "start the workers with these settings, or look where the proxy leads")
      }
      return isOurs
        ? .good(
          about, "they answer here; whether providers reach them only the first webhook tells")
        : .bad(
          about, "something else answers there, with status \(answer.status)",
          "lead the proxy's path to ingest's address (listen), as docs/operating.md shows")
    case .notSent(let reason):
      return .bad(
        about, "nobody answers: \(reason.words)",
        "start `postrider up` or `postrider ingest`, and look at DNS, certificate and proxy")
    case .unknown(let reason, _): return .unknown(about, "there was no answer: \(reason)")
    }
  }

  private func ask(_ call: HTTPCall, _ client: HTTPClient) -> HTTPOutcome {
    var call = call
    call.totalTimeout = .seconds(10)
    return client.ask(call)
  }
}

extension NotSentReason {
  fileprivate var words: String {
    switch self {
    case .nameNotResolved: "its name is not known"
    case .connectFailed: "the connection was refused or broke"
    case .connectTimedOut: "the connection took too long"
    case .tlsFailed: "its certificate, or TLS, is not right"
    case .invalidCall: "the address cannot be called"
    case .refusedAtGate, .noConnectionFree, .cancelled: "it was not tried in time"
    case .other(let code): "libcurl's error \(code)"
    }
  }
}
