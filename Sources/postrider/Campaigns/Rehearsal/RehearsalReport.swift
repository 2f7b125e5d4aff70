internal import Domain
internal import JSON
internal import Running
internal import SendStore
internal import Time

/// A rehearsal beside the plan of the same moment, for people and for programs.
struct RehearsalReport {
  let outcome: RehearsalOutcome
  let plan: CampaignPlan
  /// Of all that did not fail, in millionths; nil without a rate card.
  let price: (least: Int64, most: Int64)?

  /// nil where not all of it would be sent.
  private var planned: Timestamp? {
    plan.forecast.likely.isComplete ? plan.forecast.likely.finish : nil
  }

  // MARK: For programs

  var json: [UInt8] {
    JSONWriter.object(capacity: 4096) { writer in
      writeTimes(to: &writer)
      writer.field("people", outcome.people)
      writer.field("attempts", outcome.attempts)
      writer.field("waiting", outcome.waiting)
      writer.field("state", outcome.state.name)
      writer.field("violations", outcome.violations)
      writer.field("duplicates", outcome.duplicates)
      writeCounts(to: &writer)
      writeStretches(to: &writer)
      writeLanes(to: &writer)
      writePrice(to: &writer)
      writer.name("events")
      writer.array { list in
        for (at, text) in outcome.told {
          list.object { event in
            event.field("at", at.description)
            event.field("text", text)
          }
        }
      }
      writer.name("notCopied")
      writer.array { list in for text in RehearsalOutcome.notCopied { list.value(text) } }
    }
  }

  private func writeTimes(to writer: inout JSONWriter) {
    writer.field("start", outcome.start.description)
    writer.field("first", outcome.first?.description)
    writer.field("finish", outcome.finish?.description)
    writer.field("plannedFinish", planned?.description)
    guard let difference = outcome.difference(to: plan) else { return }
    writer.name("differencePercent")
    writer.value((difference * 10).rounded() / 10)
  }

  private func writeCounts(to writer: inout JSONWriter) {
    writer.name("counts")
    writer.array { list in
      for item in outcome.counts {
        list.object { object in
          object.field("state", item.state.name)
          if !item.code.isEmpty { object.field("code", item.code) }
          object.field("count", item.count)
        }
      }
    }
  }

  private func writeStretches(to writer: inout JSONWriter) {
    writer.name("stretches")
    writer.array { list in
      for stretch in outcome.stretches {
        list.object { object in
          object.field("from", stretch.from.description)
          object.field("until", stretch.until.description)
          object.field("limitedBy", stretch.limitedBy.name)
          object.field("sent", stretch.sent)
        }
      }
    }
  }

  private func writeLanes(to writer: inout JSONWriter) {
    writer.name("lanes")
    writer.array { list in
      for lane in outcome.lanes {
        list.object { object in
          object.field("sender", lane.sender.text)
          object.field("sent", lane.sent)
          object.field("finish", lane.finish?.description)
          object.name("budgets")
          object.array { budgets in
            for use in uses(of: lane.sender) {
              budgets.object { budget in
                budget.field("name", use.name.rawValue)
                if let limit = use.limit { budget.field("limit", limit) }
                if let left = use.left { budget.field("left", left) }
              }
            }
          }
        }
      }
    }
  }

  private func writePrice(to writer: inout JSONWriter) {
    guard let price else { return }
    writer.name("price")
    writer.object { object in
      object.field("currency", plan.currency)
      object.field("least", Millionths.text(price.least))
      object.field("most", Millionths.text(price.most))
      object.field("plannedLeast", Millionths.text(plan.forecast.likely.price.least))
      object.field("plannedMost", Millionths.text(plan.forecast.likely.price.most))
    }
  }

  // MARK: For people

  var lines: [String] {
    let end = outcome.finish.map { ", the last at \($0)" } ?? ""
    let left = outcome.waiting > 0 ? ", \(outcome.waiting) were left" : ""
    return [
      "rehearsed: \(outcome.people) people in \(outcome.attempts) attempts\(end)\(left)",
      "planned: \(planned.map { "the last at \($0)" } ?? "not all of it is sent in its time")\(difference)",
      "limits passed: \(outcome.violations), sent twice: \(outcome.duplicates)",
    ]
      + part(
        "people", ["state", "code", "people"],
        outcome.counts.map { [$0.state.name, $0.code, "\($0.count)"] })
      + part(
        "stretches", ["from", "until", "held by", "sent"],
        outcome.stretches.map {
          ["\($0.from)", "\($0.until)", $0.limitedBy.name, "\($0.sent)"]
        })
      + part(
        "senders", ["sender", "sent", "finish", "left of its budgets"],
        outcome.lanes.map {
          ["\($0.sender)", "\($0.sent)", $0.finish?.description ?? "", budgets(of: $0.sender)]
        })
      + priceLines
      + part("what happened", [], outcome.told.map { ["\($0.at)", $0.text] })
      + part("not copied, so it may go otherwise", [], RehearsalOutcome.notCopied.map { [$0] })
  }

  private var difference: String {
    guard let percent = outcome.difference(to: plan) else { return "" }
    let tenths = ProgressDisplay.tenths(abs(percent))
    return percent < 0
      ? "; the rehearsal took \(tenths) % less" : "; the rehearsal took \(tenths) % more"
  }

  private var priceLines: [String] {
    guard let price else { return ["price: not known, as the settings have no rate card"] }
    let planned = plan.forecast.likely.price
    return [
      "price: \(range(price.least, price.most)) \(plan.currency ?? ""), planned: \(range(planned.least, planned.most))"
    ]
  }

  private func range(_ least: Int64, _ most: Int64) -> String {
    let (least, most) = (Millionths.text(least), Millionths.text(most))
    return least == most ? least : "\(least) to \(most)"
  }

  private func uses(of sender: SenderID) -> [BudgetUse] {
    outcome.budgets.first { $0.sender == sender }?.uses.filter { $0.limit != nil } ?? []
  }

  private func budgets(of sender: SenderID) -> String {
    uses(of: sender).compactMap { use in
      use.limit.map { "\(use.name.rawValue) \(use.left ?? $0) of \($0)" }
    }.joined(separator: ", ")
  }

  private func part(_ name: String, _ columns: [String], _ rows: [[String]]) -> [String] {
    guard !rows.isEmpty else { return [] }
    let all = (columns.isEmpty ? [] : [columns]) + rows
    return ["\(name):", Terminal.table(all.map { ["  \($0[0])"] + $0.dropFirst() })]
  }
}
