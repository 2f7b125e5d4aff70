/// The log's topics. Their names are part of the contract with the outside.
package enum Topic: String, CaseIterable, Hashable, Sendable {
  case sends
  case callbacks
  case inbound
  case account
  case messages
  case deadLetters = "dead-letters"
}
