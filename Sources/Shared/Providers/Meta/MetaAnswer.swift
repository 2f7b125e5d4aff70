package import Domain
private import JSON

/// The answer to a message.
package struct MetaAnswer: Hashable, Sendable {
  package var outcome: Outcome
  /// Meta's own name of the person, which may not be the number dialled.
  package var waID: String?
  package var userID: String?
  /// `accepted`, `held_for_quality_assessment` or `paused`, for templates.
  package var messageStatus: String?

  /// It was taken, and is not sent yet.
  package var hold: ProviderHold? { messageStatus.flatMap(ProviderHold.init) }

  package static func read(
    _ answer: ProviderAnswer, attempt: Int, table: ErrorTable = .shared
  ) -> MetaAnswer {
    let root = JSONValue(whole: answer.body)
    let message = root?["messages"]?.items?.first
    if (200...299).contains(answer.status), let id = message?["id"]?.string, id.isPlainID {
      let contact = root?["contacts"]?.items?.first
      return MetaAnswer(
        outcome: .accepted(ProviderID(id)), waID: contact?["wa_id"]?.string,
        userID: contact?["user_id"]?.string, messageStatus: message?["message_status"]?.string)
    }
    let error = root?["error"]
    let refused = RefusedAnswer(
      .meta, status: answer.status, code: error?["code"]?.wholeNumber,
      text: error.flatMap { $0.errorText }, statedWait: wait(answer), attempt: attempt)
    return MetaAnswer(outcome: table.outcome(refused))
  }

  /// The answer to what makes no message, such as a mark as read.
  package static func success(_ answer: ProviderAnswer) throws(LookupFailed) {
    let root = JSONValue(whole: answer.body)
    if answer.status == 200, root?["success"]?.bool == true { return }
    throw LookupFailed(meta: answer)
  }

  /// The same where Meta says no more than that it did it.
  package static func done(_ answer: ProviderAnswer) throws(LookupFailed) {
    let root = JSONValue(whole: answer.body)
    let isDone = (200...299).contains(answer.status) && root?["success"]?.bool != false
    guard isDone, root?["error"] == nil else { throw LookupFailed(meta: answer) }
  }

  private static func wait(_ answer: ProviderAnswer) -> Duration? {
    answer.retryAfter ?? MetaUsage.wait(answer)
  }
}

extension LookupFailed {
  /// With the sentence of the error table, where that has one, beside Meta's own words.
  init(meta answer: ProviderAnswer) {
    let error = JSONValue(whole: answer.body)?["error"]
    let code = error?["code"]?.wholeNumber
    let row = code.flatMap { ErrorTable.shared.row(.meta, $0) }
    self.init(
      status: answer.status,
      failure: Failure(
        code: code.map(String.init) ?? "http-\(answer.status)",
        sentence: row?.sentence ?? "Meta did not do what it was asked.",
        providerText: error?.errorText))
  }
}

/// What Meta's headers say of how much is used up.
package enum MetaUsage {
  /// The longest time that any of them estimates until calls go through again.
  package static func wait(_ answer: ProviderAnswer) -> Duration? {
    let waits = ["X-Business-Use-Case-Usage", "X-App-Usage"]
      .compactMap { answer.header($0) }
      .compactMap { JSONValue(whole: $0.utf8) }
      .flatMap { minutes(in: $0) }
    return waits.max().map { .seconds(min($0, 24 * 60) * 60) }
  }

  /// An object with the field itself, or lists of such objects under the ids of accounts.
  private static func minutes(in value: JSONValue) -> [Int64] {
    let lists = (value.fields ?? []).compactMap(\.value.items).flatMap(\.self)
    return ([value] + lists).compactMap { $0["estimated_time_to_regain_access"]?.integer }
      .filter { $0 > 0 }
  }
}

extension JSONValue {
  /// Message and details of one of Meta's errors; the details are now an object, now a text.
  var errorText: String? {
    let details = self["error_data"]?["details"]?.string ?? self["error_data"]?.string
    let words = [
      self["message"]?.string ?? self["title"]?.string, details, self["error_user_msg"]?.string,
    ]
    var told: [String] = []
    for word in words.compactMap(\.self) where !word.isEmpty && !told.contains(word) {
      told.append(word)
    }
    return told.isEmpty ? nil : told.joined(separator: " – ")
  }
}
