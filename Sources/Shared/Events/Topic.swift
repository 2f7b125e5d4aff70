/// The log's topics. Their names are part of the contract with the outside.
package enum Topic: String, CaseIterable, Hashable, Sendable {
  case sends
  /// Rows of campaigns, apart from `sends`, so that none of them stands before a single one.
  case bulk
  case callbacks
  case inbound
  case account
  case messages
  case campaigns
  case conversations
  case deadLetters = "dead-letters"
}
