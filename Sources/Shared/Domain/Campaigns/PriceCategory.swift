/// What a message is charged as. The first ones are Meta's words, as its callbacks have them.
package enum PriceCategory: String, Hashable, CaseIterable, Sendable {
  case marketing, utility, authentication, service
  case authenticationInternational = "authentication_international"
  case marketingLite = "marketing_lite"
  case sms, mms, rcs
}
