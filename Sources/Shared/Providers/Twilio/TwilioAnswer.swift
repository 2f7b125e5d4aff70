package import Domain
internal import JSON

/// The answer to a created message.
package struct TwilioAnswer: Hashable, Sendable {
  package let outcome: Outcome
  package let message: TwilioMessage?

  package static func read(
    _ answer: ProviderAnswer, attempt: Int, table: ErrorTable = .shared
  ) -> TwilioAnswer {
    let root = JSONValue(whole: answer.body)
    if (200...299).contains(answer.status), let message = root.flatMap({ TwilioMessage($0) }) {
      return TwilioAnswer(outcome: .accepted(message.sid), message: message)
    }
    let refused = RefusedAnswer(
      .twilio, status: answer.status, code: root?["code"]?.wholeNumber,
      text: root?["message"]?.string, statedWait: answer.retryAfter, attempt: attempt)
    return TwilioAnswer(outcome: table.outcome(refused), message: nil)
  }
}

/// A page of a list of messages.
package struct TwilioPage: Hashable, Sendable {
  package let messages: [TwilioMessage]
  /// A path, for `TwilioRequest.next`.
  package let next: String?

  /// A page with one message that cannot be read is no page: what is looked for might be that one.
  package static func read(_ answer: ProviderAnswer) throws(LookupFailed) -> TwilioPage {
    let root = try answer.twilioLookup()
    guard let items = root["messages"]?.items else { throw answer.unreadable }
    let messages = items.compactMap { TwilioMessage($0) }
    guard messages.count == items.count else { throw answer.unreadable }
    return TwilioPage(messages: messages, next: root["next_page_uri"]?.string)
  }
}

extension TwilioMessage {
  /// nil where Twilio knows no such message.
  package static func fetched(_ answer: ProviderAnswer) throws(LookupFailed) -> TwilioMessage? {
    do throws(LookupFailed) {
      guard let message = TwilioMessage(try answer.twilioLookup()) else { throw answer.unreadable }
      return message
    } catch {
      if error.status == 404, error.failure.code == "20404" { return nil }
      throw error
    }
  }
}

extension ProviderAnswer {
  func twilioLookup() throws(LookupFailed) -> JSONValue {
    guard let root = JSONValue(whole: body) else { throw unreadable }
    guard status == 200 else { throw LookupFailed(twilio: self) }
    return root
  }

  var unreadable: LookupFailed {
    let sentence = "The answer cannot be read."
    return LookupFailed(status: status, failure: Failure(code: "unreadable", sentence: sentence))
  }
}

extension LookupFailed {
  init(twilio answer: ProviderAnswer) {
    let root = JSONValue(whole: answer.body)
    let code = root?["code"]?.wholeNumber
    let row = code.flatMap { ErrorTable.shared.row(.twilio, $0) }
    self.init(
      status: answer.status,
      failure: Failure(
        code: code.map(String.init) ?? "http-\(answer.status)",
        sentence: row?.sentence ?? "Twilio did not answer the question.",
        providerText: root?["message"]?.string))
  }
}
