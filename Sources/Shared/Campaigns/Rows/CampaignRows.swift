package import Domain

/// What a campaign says about the rows of its upload.
package struct CampaignRows: Hashable, Sendable {
  package var message: Placeholders
  /// Of the campaign's sender.
  package var rules: SendRules
  /// The column that has the recipient; nil: the one that is named as recipients usually are.
  package var recipient: String?
  /// Columns that are kept beside the send, such as the zone, the language or the category of the person. They need not
  /// be in the upload.
  package var kept: [String]

  package init(
    message: Placeholders, rules: SendRules, recipient: String? = nil, kept: [String] = []
  ) {
    (self.message, self.rules, self.recipient, self.kept) = (message, rules, recipient, kept)
  }
}

/// A row that makes a send.
package struct JudgedRow: Hashable, Sendable {
  package let line: Int
  package let request: SendRequest
  /// In the order of `CampaignRows.kept`; nil where the row has nothing there.
  package let kept: [String?]

  package var recipient: Recipient { request.to }
  /// As the log and the store keep it.
  package var json: [UInt8] { request.json }
  /// Which of the campaign's messages it is.
  package var part = VariantShares.Part.variant(0)
  /// The other messages that it may be once the best is known, as the log keeps them: the first is the second variant.
  package var others: [[UInt8]] = []

  init(line: Int, request: SendRequest, kept: [String?]) {
    (self.line, self.request, self.kept) = (line, request, kept)
  }
}

package enum Judgement: Hashable, Sendable {
  case send(JudgedRow)
  /// It is right, and its person is left out of the campaign on purpose.
  case heldOut(JudgedRow)
  /// All that is wrong with it, at least one.
  case faults([RowFault])
}
