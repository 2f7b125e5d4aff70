package import Domain
package import Store

/// What came of a wish to forget a send, or what it said.
package enum ForgettingOutcome: Hashable, Sendable {
  case done
  /// It may still go out, or what became of it is not published yet.
  case busy
  case missing
}

extension SendStore {
  /// Takes the words out of what was sent, and what the provider answered, which may repeat them.
  package func redact(_ id: SendID) throws(StoreError) -> ForgettingOutcome {
    try change(id) { transaction, row, send throws(StoreError) in
      try transaction.run(
        Sends.redact,
        [.send: .key(row.key), .content: .bytes([send.content.redacted.json])])
      try transaction.run(Upkeep.deleteAnswers, [.send: .key(row.key)])
      return .done
    }
  }

  package func forget(_ id: SendID) throws(StoreError) -> ForgettingOutcome {
    try change(id) { transaction, row, _ throws(StoreError) in
      guard try transaction.unpublishedSends(row.key...row.key).isEmpty else { return .busy }
      try transaction.forget([row.key])
      return .done
    }
  }

  private func change(
    _ id: SendID,
    _ body: (any Transaction, SendRow, StoredSend) throws(StoreError) -> ForgettingOutcome
  ) throws(StoreError) -> ForgettingOutcome {
    try engine.write { transaction throws(StoreError) -> ForgettingOutcome in
      let keys = try transaction.rows(Sends.keys, [.id: .bytes([id.bytes])]) {
        $0.key(.key) as SendKey
      }
      guard let row = try transaction.lockSends(keys).first,
        let (_, send) = try transaction.send(id)
      else { return .missing }
      guard row.progress.state.rank >= SendState.accepted.rank else { return .busy }
      return try body(transaction, row, send)
    }
  }
}

extension Sends {
  enum RedactParameter: Int, Columns { case send, content }
  static let redact = Command<RedactParameter>("redact")
}
