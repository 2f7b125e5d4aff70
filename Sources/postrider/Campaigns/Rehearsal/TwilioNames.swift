internal import Domain
internal import Providers

extension Sender {
  /// What a sender is to Twilio: a number or a name on its channel, and the service that it belongs to.
  func twilioNames(numberOfService number: String) -> (from: String, service: String?) {
    let sender = TwilioSender(channel: channel, address: address)
    return (sender.spelled(sender.from ?? number).text, sender.service)
  }
}
