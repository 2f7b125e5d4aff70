internal import Domain
internal import JSON
internal import Running
internal import Time

/// A plan as the API shows it.
struct CampaignPlanView {
  let plan: CampaignPlan

  /// Why the campaign should not be started as it is; nil where all of it is sent in time.
  var refusal: String? { plan.forecast.cautious.refusal(at: plan.at) }

  var json: [UInt8] {
    JSONWriter.object(capacity: 4096) { writer in write(to: &writer) }
  }

  private func write(to writer: inout JSONWriter) {
    let (likely, cautious) = (plan.forecast.likely, plan.forecast.cautious)
    writer.field("at", plan.at.description)
    writer.name("people")
    writer.object { people in
      people.field("waiting", plan.people.waiting)
      people.field("optedOut", plan.people.optedOut)
      people.field("restingFromMarketing", plan.people.resting)
      people.field("inWindow", plan.people.inWindow)
      people.field("withoutHours", plan.people.withoutHours)
    }
    writer.field("finish", likely.finish?.description)
    writer.field("finishCautious", cautious.finish?.description)
    writer.field("expiresAt", likely.expires?.description)
    writer.field("sentence", likely.sentence(at: plan.at))
    writer.field("refusal", refusal)
    writer.name("stretches")
    writer.array { list in
      for stretch in likely.stretches {
        list.object { object in
          object.field("from", stretch.from.description)
          object.field("until", stretch.until.description)
          object.field("limitedBy", stretch.limitedBy.name)
          object.field("sent", stretch.sent)
          object.field("sentence", stretch.sentence(at: plan.at))
        }
      }
    }
    writer.name("days")
    writer.array { list in
      for day in likely.days {
        list.object { object in
          object.field("day", String(day.day.description.prefix(10)))
          object.field("sent", day.sent)
        }
      }
    }
    writer.name("lanes")
    writer.array { list in
      for lane in likely.lanes {
        list.object { object in
          object.field("sender", lane.sender.text)
          object.field("sent", lane.sent)
          object.field("finish", lane.finish?.description)
        }
      }
    }
    writer.name("price")
    writer.object { price in
      price.field("currency", plan.currency)
      price.field("least", Millionths.text(likely.price.least))
      price.field("most", Millionths.text(likely.price.most))
      price.field("unpriced", likely.price.unpriced)
    }
    writer.name("left")
    writer.object { left in
      for loss in ForecastLoss.allCases {
        guard let count = likely.losses[loss], count > 0 else { continue }
        left.name(loss.rawValue)
        left.value(count)
      }
    }
    writer.name("assumptions")
    writer.array { list in
      for assumption in plan.forecast.assumptions { list.value(assumption) }
    }
    writer.name("tiers")
    writer.array { list in
      for tiers in plan.tiers { list.object { write(tiers, to: &$0) } }
    }
  }

  private func write(_ tiers: CampaignPlan.Tiers, to writer: inout JSONWriter) {
    writer.name("senders")
    writer.array { list in
      for sender in tiers.senders { list.value(sender.text) }
    }
    writer.field("limit", tiers.limit)
    writer.field("usedInSevenDays", tiers.used)
    writer.name("days")
    writer.array { list in
      for day in tiers.plan.days {
        list.object { object in
          object.field("day", String(day.day.description.prefix(10)))
          object.field("sent", day.sent)
        }
      }
    }
    writer.name("rises")
    writer.array { list in
      for rise in tiers.plan.rises {
        list.object { object in
          object.field("at", rise.at.description)
          if let limit = rise.limit { object.field("limit", limit) }
        }
      }
    }
    writer.field("finish", tiers.plan.finish?.description)
    writer.field("finishWithoutRise", tiers.plan.finishWithoutRise?.description)
    writer.name("assumptions")
    writer.array { list in
      for assumption in tiers.plan.assumptions { list.value(assumption) }
    }
  }
}
