internal import JSON

/// Which sends may go once more: those that ended without reaching anybody. What is sent again is a send of its own, named after
/// the first, so that it is one however often it is asked for.
package enum ResendRule {
  package static let states = SendState.allCases.filter(\.isFailure)

  /// nil where it may.
  package static func refusal(_ state: SendState, isOfCampaign: Bool) -> String? {
    guard state.isFailure else { return state.whyNotAgain }
    guard !isOfCampaign else {
      return
        "It is a row of a campaign, which sends its own again: POST /api/campaigns/{id}/resend."
    }
    return nil
  }

  /// The same without its times, which are over; nil where its words were taken out, or it is none.
  package static func request(again content: SendContent) -> SendContent? {
    guard let fields = JSONValue(whole: content.json)?.fields, !fields.isEmpty,
      !fields.contains(where: { $0.name == "body" && $0.value.string == "" })
    else { return nil }
    return SendContent(
      json: JSONWriter.object { writer in
        for (name, value) in fields where !["sendAt", "expiresAt"].contains(name) {
          writer.name(name)
          writer.raw(value.text)
        }
      })
  }
}

extension SendState {
  fileprivate var whyNotAgain: String {
    switch self {
    case .queued, .sending: "It is still to go out."
    case .inDoubt: "It may have gone out already; decide about it at /api/doubts."
    case .accepted, .sent: "It has gone out, and what becomes of it is not known yet."
    case .delivered, .read: "It has arrived."
    case .failed, .undelivered, .expired, .canceled: "It may be sent again."
    }
  }
}
