import Crypto
import Forms
import Simulator

/// A way to ask for a send, and the same text to the same people by each.
enum Door: String, CaseIterable {
  case ownToTwilio = "our own, to Twilio"
  case twilio = "as Twilio"
  case ownToMeta = "our own, to Meta"
  case meta = "as Meta"

  static let from = "whatsapp:+14155550100"

  /// The one that asks for the same of the same provider in our own words.
  var own: Door {
    switch self {
    case .ownToTwilio, .twilio: .ownToTwilio
    case .ownToMeta, .meta: .ownToMeta
    }
  }

  var provider: String { own == .ownToTwilio ? "twilio" : "meta" }

  /// Different people, so that the sends spread over the log's partitions.
  var requests: [PreparedRequest] {
    (0..<256).map {
      request(to: "+39333\(1_000_000 + $0)", "Your table is booked for eight, \($0)")
    }
  }

  private func request(to person: String, _ text: String) -> PreparedRequest {
    switch self {
    case .ownToTwilio, .ownToMeta:
      PreparedRequest(
        target: "/api/whatsapp/send", headers: Self.json,
        body: #"{"sender":"\#(provider)","to":"\#(person)","body":"\#(text)"}"#)
    case .twilio:
      PreparedRequest(
        target: "/2010-04-01/Accounts/\(Demo.accountSid)/Messages.json",
        headers: [
          (
            "Authorization",
            "Basic " + base64(Array("\(Demo.accountSid):\(Demo.authToken)".utf8))
          ), ("Content-Type", "application/x-www-form-urlencoded"),
        ],
        body: String(
          decoding: FormPair.encoded([
            (name: "To", value: "whatsapp:\(person)"), (name: "From", value: Self.from),
            (name: "Body", value: text),
          ]), as: UTF8.self))
    case .meta:
      PreparedRequest(
        target: "/v24.0/\(Demo.phoneNumberID)/messages", headers: Self.json,
        body: #"{"messaging_product":"whatsapp","recipient_type":"individual","to":"\#(person)","#
          + #""type":"text","text":{"body":"\#(text)"}}"#)
    }
  }

  private static let json = [
    (name: "Authorization", value: "Bearer key"), (name: "Content-Type", value: "application/json"),
  ]

  /// Senders without limits, at a provider on this port.
  static func senders(_ port: UInt16) -> String {
    """
    { id: "twilio", provider: "twilio", from: "\(from)", accountSid: "\(Demo.accountSid)",
      authToken: "\(Demo.authToken)", baseURL: "http://127.0.0.1:\(port)", budget: { \(unlimited) } },
    """ + DispatchStage.meta(port, phone: Demo.phoneNumberID, unlimited)
  }

  private static let unlimited = "rate: null, daily: null, pair: null, inFlight: 256"

  /// A simulator that lets everything through and reports it at once.
  static let world = """
    {"twilio": [{"sid": "\(Demo.accountSid)", "authToken": "\(Demo.authToken)", "concurrency": 100000,
       "daily": 100000000, "senders": [{"address": "\(from)", "rate": "100000/s", "daily": 100000000}]}],
     "meta": [{"id": "\(Demo.appID)", "secret": "\(Demo.appSecret)", "token": "\(Demo.accessToken)",
       "verifyToken": "v", "wabas": [{"id": "\(Demo.wabaID)", "portfolio": "p", "phones": [
         {"id": "\(Demo.phoneNumberID)", "number": "+15550100001", "rate": "100000/s", "pair": "100000/s"}]}]}],
     "portfolios": {"p": 100000000},
     "life": {"sent": "20ms", "delivered": "20ms", "read": "20ms", "readShare": 1}}
    """
}
