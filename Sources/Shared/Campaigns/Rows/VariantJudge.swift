package import Domain

/// Judges each row of an upload by the message that its person gets, where a campaign has several or leaves some out.
package struct VariantJudge: Sendable {
  private let judges: [RowJudge]
  private let shares: VariantShares
  private let draw: @Sendable (Recipient) -> Int

  /// `rows` of each message, in their order. `draw`: what a person has drawn, the same whenever it is asked for.
  package init(
    _ rows: [CampaignRows], _ shares: VariantShares, header: UploadHeader,
    draw: @escaping @Sendable (Recipient) -> Int
  ) throws(UploadRefusal) {
    var judges: [RowJudge] = []
    for rows in rows { judges.append(try RowJudge(rows, header: header)) }
    (self.judges, self.shares, self.draw) = (judges, shares, draw)
  }

  package func judge(_ row: UploadRow) -> Judgement {
    guard let first = judges.first else { return .faults([]) }
    let judgement = first.judge(row)
    guard shares != VariantShares() else { return judgement }
    // Whoever is written to by another message may be right with it, so the number alone is read here.
    guard let person = first.recipient(of: row) else { return judgement }
    let part = shares.part(of: draw(person))
    switch part {
    case .variant(let number):
      return (number > 1 ? judges[number - 1].judge(row) : judgement).in(part)
    case .heldOut, .rest: return all(row, judgement).in(part)
    }
  }

  /// It has to be right with each of them.
  private func all(_ row: UploadRow, _ first: Judgement) -> Judgement {
    guard case .send(var judged) = first else { return first }
    for judge in judges.dropFirst() {
      switch judge.judge(row) {
      case .send(let other): judged.others.append(other.json)
      case .heldOut: break
      case .faults(let faults): return .faults(faults)
      }
    }
    return .send(judged)
  }
}

extension Judgement {
  fileprivate func `in`(_ part: VariantShares.Part) -> Judgement {
    guard case .send(var row) = self else { return self }
    row.part = part
    if case .heldOut = part { return .heldOut(row) }
    return .send(row)
  }
}
