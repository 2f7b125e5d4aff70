internal import Domain
internal import Running
internal import SendStore
internal import Telemetry

/// Asks the store who wants nothing more from a sender, so that such a message is refused at once, as Twilio and Meta
/// do. One that the store is not asked about in time is refused when its turn comes.
typealias OptOutLookup = BriefLookup<OptOutQuestion, OptOut>

struct OptOutQuestion: Hashable, Sendable {
  let sender: SenderID
  let person: PersonAddress

  init(_ sender: SenderID, _ person: PersonAddress) {
    (self.sender, self.person) = (sender, person)
  }
}

extension OptOutLookup {
  convenience init(_ slot: StoreSlot, metrics: Metrics) {
    let unchecked = metrics.counter(
      "postrider_opt_outs_unchecked_total",
      "Messages taken as Twilio's or Meta's API does of which the store could not tell in time whether their person opted out."
    )
    self.init("opt-outs", counting: unchecked, patience: .milliseconds(500)) { questions in
      guard let store = slot.opened else { return nil }
      do {
        let optedOut = try store.optedOut(among: questions.map { ($0.sender, $0.person) })
        return zip(questions, optedOut).reduce(into: [:]) { found, one in
          if one.1 { found[one.0] = .everything }
        }
      } catch { return nil }
    }
  }
}
