internal import Domain

/// What becomes of each parameter of Twilio's that creates a message.
enum TwilioParameters {
  static let served: Set = [
    "To", "From", "MessagingServiceSid", "Body", "MediaUrl", "ContentSid", "ContentVariables",
    "StatusCallback", "ValidityPeriod", "ScheduleType", "SendAt",
  ]

  /// They change nothing of what the person gets.
  static let ignored: Set = [
    "Attempt", "ProvideFeedback", "SmartEncoded", "ForceDelivery", "MaxPrice", "MessageIntent",
    "TrafficType", "RiskCheck",
  ]

  /// What they ask for by default is what is done.
  private static let usual = [
    "SendAsMms": "false", "ShortenUrls": "false", "ContentRetention": "retain",
    "AddressRetention": "retain",
  ]

  private static let reasons = [
    "SendAsMms": "a text with a file goes as MMS, one without as SMS",
    "ShortenUrls": "addresses go as they stand",
    "ContentRetention": "what is sent is kept for the retention of the settings",
    "AddressRetention": "numbers are kept for the retention of the settings",
    "ApplicationSid": "give StatusCallback in its place",
    "PersistentAction": "a place is sent with POST /api/sends and type location",
    "FallbackFrom": "it stands in the settings of the sender, as fallbackFrom",
    "Tags": "give metadata with POST /api/sends",
  ]

  /// nil where the parameter may stand there.
  static func refusal(_ name: String, _ value: String) -> TwilioRefused? {
    if served.contains(name) || ignored.contains(name) { return nil }
    if let usual = usual[name], value.lowercased() == usual { return nil }
    let reason = reasons[name] ?? "it is not known here"
    return TwilioRefused(20001, "The parameter \(name) is not served: \(reason)")
  }
}
