internal import Domain
internal import HTTP
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
    return settings.senders.flatMap { sender in
      switch sender.credentials {
      case .twilio: account(sender, client)
      case .meta(let own): number(sender, own, client)
      }
    } + [webhooks(client)].compactMap(\.self)
  }

  // MARK: Meta

  private struct Unanswered: Error { let outcome: HTTPOutcome }

  /// What is wrong with the number, with what it hangs on, and with what we hear of it.
  private func number(
    _ sender: SenderSettings, _ own: MetaCredentials, _ client: HTTPClient
  ) -> [Finding] {
    let about = "sender \(sender.sender.id)"
    let standing: MetaStanding
    do {
      standing = try NumberInquiry(own, ours: settings.metaWebhooks).standing { request in
        let outcome = ask(HTTPCall(request, under: sender.baseURL), client)
        guard case .answered(let answer) = outcome else { throw Unanswered(outcome: outcome) }
        return ProviderAnswer(answer)
      }
    } catch let unanswered as Unanswered {
      return [away(unanswered.outcome, sender, about)].compactMap(\.self)
    } catch {
      return [.unknown(about, "\(error)")]
    }
    guard let phone = standing.phone else { return [] }
    var troubles = MetaTrouble.all(in: standing)
    let health = sender.health(in: phone)
    var verdict = Finding.good(about, health.sentence)
    if !health.isHealthy {
      let main = troubles.firstIndex(where: \.keepsEverything).map { troubles.remove(at: $0) }
      verdict = .bad(about, health.sentence, main?.remedy ?? Self.laneHelp)
      verdict.code = main?.code.rawValue
    }
    return [verdict] + clock(phone, about) + troubles.map { Finding($0, about) }
  }

  private static let laneHelp = "docs/operating.md, \"A lane is stopped\""

  // MARK: Twilio

  private func account(_ sender: SenderSettings, _ client: HTTPClient) -> [Finding] {
    let about = "sender \(sender.sender.id)"
    switch ask(sender.healthCall, client) {
    case .answered(let answer):
      let health = sender.health(in: answer)
      let verdict: Finding =
        health.isHealthy
        ? .good(about, health.sentence)
        : .bad(about, health.sentence, Self.laneHelp)
      return [verdict] + clock(ProviderAnswer(answer), about) + registration(sender, about, client)
    case let other: return [away(other, sender, about)].compactMap(\.self)
    }
  }

  private func away(_ outcome: HTTPOutcome, _ sender: SenderSettings, _ about: String) -> Finding? {
    switch outcome {
    case .answered: nil
    case .notSent(let reason):
      .bad(
        about, "\(sender.baseURL) cannot be reached: \(reason.words)",
        "look at the network, a proxy in between, and baseURL")
    case .unknown(let reason, _):
      .unknown(about, "\(sender.baseURL) gave no answer: \(reason)")
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
  private func clock(_ answer: ProviderAnswer, _ about: String) -> [Finding] {
    guard let told = answer.header("Date"), let time = CalendarTime(rfc2822: told) else {
      return []
    }
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
    let challenge = token.map {
      WebhookChallenge($0, word: String(UInt32.random(in: 1_000_000...(.max))))
    }
    let call =
      challenge.map { HTTPCall($0.request, under: publicURL) }
      ?? HTTPCall(url: "\(publicURL)/healthz")
    switch ask(call, client) {
    case .answered(let answer):
      let found = challenge?.judge(ProviderAnswer(answer)) ?? health(answer)
      switch found {
      case .answered:
        return .good(
          about, "they answer here; whether providers reach them only the first webhook tells")
      case .wrongToken:
        return unverified(
          about, "who answers there does not know the verifyToken of these settings",
          "start the workers with these settings, or look where the proxy leads")
      case .other, .nobody:
        return unverified(
          about, "something else answers there, with status \(answer.status)",
          "lead the proxy's path to ingest's address (listen), as docs/operating.md shows")
      }
    case .notSent(let reason):
      return unverified(
        about, "nobody answers: \(reason.words)",
        "start `postrider up` or `postrider ingest`, and look at DNS, certificate and proxy")
    case .unknown(let reason, _): return .unknown(about, "there was no answer: \(reason)")
    }
  }

  private func health(_ answer: HTTPAnswerReceived) -> MetaStanding.Challenge {
    let body = String(decoding: answer.body.prefix(200), as: UTF8.self)
    return answer.status == 200 && body.contains("\"status\":\"ok\"")
      ? .answered : .other(status: answer.status)
  }

  private func unverified(_ about: String, _ sentence: String, _ remedy: String) -> Finding {
    var finding = Finding.bad(about, sentence, remedy)
    finding.code = MetaTrouble.Code.webhookNotVerified.rawValue
    return finding
  }

  private func ask(_ call: HTTPCall, _ client: HTTPClient) -> HTTPOutcome {
    var call = call
    call.totalTimeout = .seconds(10)
    return client.ask(call)
  }
}

extension MetaTrouble {
  /// Whether Meta lets nothing out, or tells nothing, for it.
  fileprivate var keepsEverything: Bool {
    [.tokenExpired, .permissionMissing, .incorrectID, .accountBlocked, .refused].contains(code)
  }
}

extension Finding {
  fileprivate init(_ trouble: MetaTrouble, _ about: String) {
    self.init(
      about: about, verdict: trouble.isBlocking ? .bad : .warning, sentence: trouble.sentence,
      remedy: trouble.remedy, code: trouble.code.rawValue)
  }
}

extension NotSentReason {
  var words: String {
    switch self {
    case .nameNotResolved: "its name is not known"
    case .connectFailed: "the connection was refused or broke"
    case .connectTimedOut: "the connection took too long"
    case .tlsFailed: "its certificate, or TLS, is not right"
    case .invalidCall: "the address cannot be called"
    case .refusedAtGate, .privateAddress, .noConnectionFree, .cancelled: "it was not tried in time"
    case .other(let code): "libcurl's error \(code)"
    }
  }
}
