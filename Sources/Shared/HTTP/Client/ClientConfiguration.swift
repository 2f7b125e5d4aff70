extension HTTPClient {
  package struct Configuration: Sendable {
    package var connectionsPerHost = 64
    package var totalConnections = 256
    /// A longer answer is given up.
    package var maximumAnswerSize = 1 << 20
    /// PEM file of the authorities to believe, in place of the system's.
    package var authoritiesFile: String?
    package var userAgent = "postrider"

    package init() {}
  }
}
