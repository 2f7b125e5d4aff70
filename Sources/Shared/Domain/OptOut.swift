/// What a person does not want to get any more from a sender.
package enum OptOut: String, Hashable, Sendable {
  case everything
  case marketing
}
