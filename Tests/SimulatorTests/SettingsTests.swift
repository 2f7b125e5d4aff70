import HTTP
import JSON
import Simulator
import Testing

@Suite(.timeLimit(.minutes(5))) struct SettingsTests {
  @Test("a settings file says what the world is like")
  func file() throws {
    let text = #"""
      {"port": 0, "seed": 9, "latency": {"least": "5ms", "mean": "20ms"},
       "twilio": [{"sid": "AC00000000000000000000000000000001", "authToken": "t",
         "name": "Acme", "trial": true, "apiKeys": {"SK1": "s"}, "daily": 50,
         "senders": [{"address": "whatsapp:+15550001111", "sandbox": true},
                     {"address": "+15550001112", "rate": "10/s", "excess": "queue"}],
         "services": [{"sid": "MG00000000000000000000000000000001", "senders": ["+15550001112"]}],
         "contents": [{"sid": "HX00000000000000000000000000000001", "variables": ["1"]}]}],
       "meta": [{"id": "1", "secret": "s", "token": "t", "webhookURL": "http://h/w",
         "tokenLife": "1h", "scopes": ["x"], "beyondReach": ["2"],
         "wabas": [{"id": "2", "portfolio": "p",
           "phones": [{"id": "3", "number": "+15550001113", "pair": "1/6s burst 45"}],
           "templates": [{"name": "n", "language": "it", "parameters": ["a"], "named": true,
             "header": "IMAGE", "buttons": {"0": "url"}}]}]}],
       "portfolios": {"p": 250},
       "everyone": {"windowOpen": false},
       "people": [{"address": "+393331234567", "windowOpen": true, "onWhatsApp": true}],
       "life": {"sent": "1s", "review": "1m", "readShare": 0.25, "webhookRetries": ["1s", "1m"]},
       "script": [{"at": "10s", "from": "+393331234567", "to": "3", "text": "STOP"}],
       "faults": [{"kind": "refuse", "share": 0.5, "status": 503, "after": "1m", "for": "5s"}]}
      """#
    let settings = try SimulatorSettings(json: Array(text.utf8))
    #expect(settings.twilio[0].senders[0].rate == Rate(1, per: .seconds(3)))
    #expect(settings.twilio[0].senders[1].excess == .queue)
    #expect(settings.twilio[0].name == "Acme" && settings.twilio[0].isTrial)
    #expect(settings.meta[0].tokenLife == .seconds(3600))
    #expect(settings.meta[0].scopes == ["x"] && settings.meta[0].beyondReach == ["2"])
    #expect(settings.life.review == .seconds(60))
    #expect(settings.meta[0].accounts[0].phones[0].pair == Rate(1, per: .seconds(6), burst: 45))
    #expect(settings.meta[0].accounts[0].templates[0].buttons == [0: "url"])
    #expect(settings.portfolios == ["p": 250])
    #expect(!settings.everyone.hasOpenWindow && settings.people[0].hasOpenWindow)
    #expect(settings.life.webhookRetries == [.seconds(1), .seconds(60)])
    #expect(settings.script[0].saying == Saying(to: "3", .text("STOP")))
    #expect(settings.faults[0].lasting == .seconds(5))
  }

  @Test("every fault of a settings file is reported at once, with its place")
  func faults() {
    let text = #"""
      {"prot": 1, "port": 70000, "latency": "soon",
       "twilio": [{"sid": "AC1", "senders": [{"address": "+1", "rate": "fast"}],
         "services": [{"sid": "MG00000000000000000000000000000001", "senders": ["+2"]}]}],
       "faults": [{"kind": "quake"}, {"kind": "outage", "mode": "refused"}, {"share": 0.5}, {"kind": "refuse", "share": 2}]}
      """#
    let expected = [
      "/prot:", "/port:", "/latency:", "/twilio/0/sid:", "/twilio/0/authToken:",
      "/twilio/0/senders/0/rate:", "/twilio/0/services/0/senders:", "/faults/0/kind:",
      "/faults/1/for:", "/faults/2/kind:", "/faults/3/share:",
    ]
    #expect {
      _ = try SimulatorSettings(json: Array(text.utf8))
    } throws: { error in
      expected.allSatisfy { "\(error)".contains($0) }
    }
    #expect(throws: SettingsFaults.self) { _ = try SimulatorSettings(json: Array("{".utf8)) }
  }

  @Test("a fault that cannot be read is refused over the control API too")
  func control() throws {
    let stand = try Stand()
    let answer = stand.call("POST", "/_sim/faults", [], Array(#"[{"kind":"quake"}]"#.utf8))
    #expect(answer.status == 422)
    let fault = answer.json?["errors"]?.items?.first
    #expect(fault?["pointer"]?.string == "/0/kind")
    #expect(fault?["detail"]?.string?.hasPrefix("must be one of") == true)
    #expect(stand.call("GET", "/_sim/health").status == 200)
    #expect(stand.call("GET", "/_sim/nothing").status == 404)
  }

  @Test("people do by themselves what the script says")
  func script() throws {
    let receiver = try Receiver()
    let stand = try Stand {
      $0.twilio[0].inboundURL = receiver.url
      $0.script = [
        ScriptLine(
          after: .seconds(10), from: "+393331234567",
          saying: Saying(to: Demo.whatsAppAddress, .text("STOP")))
      ]
    }
    #expect(stand.twilio(whatsAppForm).status == 201)
    stand.simulator.advance(.seconds(10))
    #expect(receiver.wait(for: 1).first.map { field("Body", $0) } == "STOP")
    #expect(stand.twilio(whatsAppForm).code == 21610)
  }

  @Test("the addresses to report to can be set when they are known")
  func addresses() throws {
    let receiver = try Receiver()
    let stand = try Stand()
    stand.simulator.report(inboundTo: receiver.url, webhooksTo: receiver.url)
    stand.simulator.says("+393331234567", Saying(to: Demo.smsAddress, .text("x")))
    stand.simulator.says("+393331234567", Saying(to: Demo.phoneNumberID, .text("x")))
    #expect(receiver.wait(for: 2).count == 2)
    #expect(stand.simulator.says("+393331234567", Saying(to: "nobody", .text("x"))) == nil)
  }

  @Test("a person can be changed, and time moved, while it runs")
  func people() throws {
    let stand = try Stand()
    let body = Array(#"{"optedOut": true}"#.utf8)
    #expect(stand.call("PUT", "/_sim/people/%2B393331234567", [], body).status == 204)
    #expect(stand.twilio(whatsAppForm).code == 21610)
    let moved = stand.call("POST", "/_sim/clock", [], Array(#"{"advance": "24h"}"#.utf8))
    #expect(moved.json?["now"]?.string == "2027-01-16T08:00:00.000Z")
  }
}
