package import Domain
package import Providers
package import Settings

/// Whether US carriers take the texts of a sender: they block what no registered brand and campaign stands for, with 30034.
package struct USRegistration: Sendable {
  /// The states of the account's brands.
  package let brands: [String]
  /// Those of the service's campaigns; nil where the sender has no service of its own.
  package let campaigns: [String]?

  package init(brands: [String], campaigns: [String]?) {
    (self.brands, self.campaigns) = (brands, campaigns)
  }

  /// nil where nothing is missing.
  package func warning(for sender: Sender) -> String? {
    // A service may write to no US number at all: only an account that has begun to register is warned.
    guard sender.isUSNumber || !brands.isEmpty || !(campaigns ?? []).isEmpty else { return nil }
    guard brands.contains("APPROVED") else {
      return
        "No brand is registered for texts to the US (A2P 10DLC; brands: \(Self.words(brands))): US carriers block what is sent there (30034)."
    }
    guard let campaigns, !campaigns.contains("VERIFIED") else { return nil }
    return
      "No campaign of the Messaging Service is verified for texts to the US (A2P 10DLC; campaigns: \(Self.words(campaigns))): US carriers block what is sent there (30034)."
  }

  private static func words(_ states: [String]) -> String {
    states.isEmpty ? "none" : Set(states).sorted().joined(separator: ", ")
  }

  package typealias Ask = (ProviderRequest) throws -> ProviderAnswer

  /// nil where it is no sender of texts that the US may be sent.
  package static func read(_ sender: SenderSettings, _ ask: Ask) throws -> USRegistration? {
    guard case .twilio(let own) = sender.credentials, sender.sender.channel == .twilioSMS,
      own.messagingServiceSid != nil || sender.sender.isUSNumber
    else { return nil }
    let brands = try TwilioA2P.brands(try ask(TwilioPlatform.brands(account: own.account))).items
    guard let service = own.messagingServiceSid else {
      return USRegistration(brands: brands, campaigns: nil)
    }
    let answer = try ask(TwilioPlatform.campaigns(of: service, account: own.account))
    // A service that was never registered has no such list.
    let campaigns = answer.status == 404 ? [] : try TwilioA2P.campaigns(answer).items
    return USRegistration(brands: brands, campaigns: campaigns)
  }
}

extension Sender {
  /// A long number of North America; toll-free ones are registered in another way.
  fileprivate var isUSNumber: Bool {
    guard address.hasPrefix("+1"), address.utf8.count == 12 else { return false }
    return !["800", "833", "844", "855", "866", "877", "888"].contains(
      address.dropFirst(2).prefix(3))
  }
}
