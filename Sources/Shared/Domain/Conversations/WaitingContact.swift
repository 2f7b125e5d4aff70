package import Time

/// Somebody who wrote and whom no assistant answers, with what decides whether a set text does.
package struct WaitingContact: Hashable, Sendable {
  package var standing: ConversationStanding
  package var window: ServiceWindow
  package var optOut: OptOut?
  /// Nobody of ours has said anything yet.
  package var isFirst: Bool

  package init(
    _ standing: ConversationStanding, window: ServiceWindow, optOut: OptOut? = nil,
    isFirst: Bool = false
  ) {
    (self.standing, self.window) = (standing, window)
    (self.optOut, self.isFirst) = (optOut, isFirst)
  }

  package func mayBeWritten(at now: Timestamp) -> Bool {
    optOut != .everything && window.isOpen(at: now) && !window.isKnownClosed(at: now)
  }

  /// What is said to them by itself; nil: nothing.
  package func answer(by inbox: Inbox, senderLanguage: String, at now: Timestamp) -> String? {
    guard standing.answerer == .setText else { return nil }
    return waitingText(by: inbox, senderLanguage: senderLanguage, at: now)
  }

  /// The text that asks to wait, where one may be said: also to those whose assistant cannot answer.
  package func waitingText(
    by inbox: Inbox, senderLanguage: String, at now: Timestamp
  ) -> String? {
    guard let texts = inbox.texts, mayBeWritten(at: now) else { return nil }
    let agent = standing.agent.flatMap { inbox.agent($0) }
    let languages = [agent?.language, senderLanguage].compactMap(\.self)
    let isAway = inbox.hours.map { !$0.isOpen(at: now) } ?? false
    let parts = [
      isFirst ? texts.text(.greeting, in: languages) : nil,
      (isAway ? texts.text(.away, in: languages) : nil) ?? texts.text(.waiting, in: languages),
    ].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: "\n\n")
  }
}
