internal import Campaigns
internal import Domain
internal import JSON
internal import SendStore
internal import Time

/// The messages of a campaign that tries several, and which of them is the best.
struct CampaignTrialView {
  let variants: VariantsDefinition
  let tally: CampaignTally
  /// nil where nobody waits for the best one.
  let test: CampaignTest?
  let now: Timestamp

  private var verdict: WinnerRule.Verdict {
    variants.winner?.verdict(
      on: variants.found(in: tally), out: test?.tested.map { now - $0 }) ?? .wait
  }

  /// Why those who wait for the best message do.
  var reason: String {
    if test?.winner != nil { return "the best message is put in its place" }
    if case .open(let why) = verdict {
      return "\(why): somebody has to say which message is the best"
    }
    return "the messages are tried, and the best one is not known yet"
  }

  /// When it is known at the latest; nil where nobody can tell.
  var until: Timestamp? {
    guard test?.winner == nil, let tested = test?.tested, let wait = variants.winner?.wait,
      tested + wait > now
    else { return nil }
    return tested + wait
  }

  func write(to writer: inout JSONWriter) {
    guard !variants.items.isEmpty else { return }
    writer.name("variants")
    writer.array { list in
      for (place, variant) in variants.items.enumerated() {
        list.object { object in
          object.field("name", variant.name)
          object.field("share", variant.share)
          object.name("counts")
          counts(of: place + 1, to: &object)
          guard variants.winner != nil else { return }
          object.name("rest")
          counts(of: VariantShares.rest + place + 1, to: &object)
        }
      }
    }
    guard let rule = variants.winner else { return }
    writer.name("winner")
    writer.object { object in
      if let winner = test?.winner {
        object.field("state", "chosen")
        let place = winner.variant - 1
        object.field(
          "variant", variants.items.indices.contains(place) ? variants.items[place].name : nil)
        object.field("at", winner.at.description)
        object.field("reason", winner.reason)
      } else if case .open(let why) = verdict {
        object.field("state", "open")
        object.field("reason", why)
      } else {
        object.field("state", "testing")
        object.field("until", until?.description)
      }
      object.field("test", rule.test)
      object.field("reads", rule.reads)
    }
  }

  private func counts(of number: Int, to writer: inout JSONWriter) {
    var counts: [SendState: Int] = [:]
    for item in tally.items where item.variant == number {
      counts[item.state, default: 0] += item.count
    }
    writer.object { object in
      for state in SendState.allCases {
        guard let count = counts[state], count > 0 else { continue }
        object.name(state.name)
        object.value(count)
      }
    }
  }
}
