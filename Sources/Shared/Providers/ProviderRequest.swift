package import Domain

/// A request as it goes to a provider: the path stands under the sender's base URL.
package struct ProviderRequest: Hashable, Sendable {
  package var method: String
  /// With its query.
  package var path: String
  package var headers: [ProviderHeader]
  package var body: [UInt8]
}

/// A header of a request or of an answer. The value of `Authorization` does not print itself.
package struct ProviderHeader: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  package let name: String
  package let value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  package var description: String {
    name == "Authorization" ? "\(name): •••" : "\(name): \(value)"
  }

  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a provider answered.
package struct ProviderAnswer: Hashable, Sendable {
  package var status: Int
  package var headers: [ProviderHeader]
  package var body: [UInt8]

  package init(status: Int, headers: [ProviderHeader] = [], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Names of headers know no case.
  package func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// `Retry-After` in seconds; a date is passed over, since no provider sends one.
  package var retryAfter: Duration? {
    header("Retry-After").flatMap(Int.init).flatMap {
      (1...86400).contains($0) ? .seconds($0) : nil
    }
  }
}

/// A message that this provider has no request for; acceptance refuses those, so it is our own fault.
package struct Inexpressible: Error, Hashable, CustomStringConvertible {
  package let description: String
}

/// An answer to a question of ours that is not the one that was asked for.
package struct LookupFailed: Error, Hashable, CustomStringConvertible {
  package let status: Int
  package let failure: Failure

  package var description: String { "HTTP \(status), \(failure.code): \(failure.sentence)" }
}

/// A webhook of which nothing can be kept but its bytes. Never quotes them.
package struct WebhookUnreadable: Error, Hashable, CustomStringConvertible {
  package let description: String

  package init(description: String) { self.description = description }
}
