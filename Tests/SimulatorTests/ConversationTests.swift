import Crypto
import HTTP
import JSON
import Simulator
import TestSupport
import Testing
import Time

@Suite(.timeLimit(.minutes(5))) struct ConversationTests {
  static let person = "+393331234567"

  /// Steps, and the one message that Meta's webhook has of them, without what every message has.
  static let metaSteps: [(steps: String, message: String)] = [
    (#"{"text": "ciao {{n}} {{m}}"}"#, #""type":"text","text":{"body":"ciao 1 1"}"#),
    (
      #"{"human": "it"}"#,
      #""type":"text","text":{"body":"Voglio parlare con una persona"}"#
    ),
    (
      #"{"location": {"latitude": "45.5", "longitude": "9.25", "label": "home"}}"#,
      #""type":"location","location":{"latitude":45.5,"longitude":9.25,"name":"home"}"#
    ),
    (
      #"{"contacts": [{"name": "Mario Rossi", "phone": "+39333000"}]}"#,
      #""type":"contacts","contacts":[{"name":{"formatted_name":"Mario Rossi","first_name":"Mario"},"phones":[{"phone":"+39333000","type":"MOBILE","wa_id":"39333000"}],"origin":"other"}]"#
    ),
    (
      #"{"file": {"kind": "image", "caption": "c", "size": 20}}"#,
      #""type":"image","image":{"id":"ID","mime_type":"image/jpeg","sha256":"HASH","url":"URL","caption":"c"}"#
    ),
    (
      #"{"file": {"kind": "audio", "voice": true}}"#,
      #""type":"audio","audio":{"id":"ID","mime_type":"audio/ogg; codecs=opus","sha256":"HASH","url":"URL","voice":true}"#
    ),
    (
      #"{"file": {"kind": "document", "filename": "a.pdf"}}"#,
      #""type":"document","document":{"id":"ID","mime_type":"application/pdf","sha256":"HASH","url":"URL","filename":"a.pdf"}"#
    ),
    (
      #"{"file": {"kind": "video"}}"#,
      #""type":"video","video":{"id":"ID","mime_type":"video/mp4","sha256":"HASH","url":"URL"}"#
    ),
    (
      #"{"file": {"kind": "sticker", "animated": true}}"#,
      #""type":"sticker","sticker":{"id":"ID","mime_type":"image/webp","sha256":"HASH","url":"URL","animated":true}"#
    ),
    (
      #"{"text": "a"}, {"edit": "b"}"#,
      #""type":"edit","edit":{"original_message_id":"OWN","message":{"type":"text","text":{"body":"b"}}}"#
    ),
    (
      #"{"text": "a"}, {"revoke": true}"#,
      #""type":"revoke","revoke":{"original_message_id":"OWN"}"#
    ),
  ]

  @Test("each step of a person is told as Meta tells it", arguments: metaSteps)
  func metaStep(steps: String, message: String) throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    #expect(try stand.begin("[\(steps)]") == 1)
    let count = steps.contains("}, {") ? 2 : 1
    let found = messages(receiver, count)
    #expect(found.count == count)
    let last = try #require(found.last)
    #expect(last["from"]?.string == "393331234567")
    #expect(last["from_user_id"]?.string?.hasPrefix("US.") == true)
    #expect(content(of: last, own: found.first?["id"]?.string) == "{\(message)}")
  }

  /// What we sent, which button is pressed, and what Meta's webhook has of that.
  static let presses: [(sent: String, step: String, message: String)] = [
    (
      #""type":"interactive","interactive":{"type":"button","body":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"Uno"}},{"type":"reply","reply":{"id":"2","title":"Due"}}]}}"#,
      #"{"press": 2}"#,
      #""type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"2","title":"Due"}}"#
    ),
    (
      #""type":"interactive","interactive":{"type":"list","body":{"text":"b"},"action":{"button":"o","sections":[{"title":"s","rows":[{"id":"1","title":"Uno"}]},{"title":"t","rows":[{"id":"2","title":"Due","description":"d"}]}]}}"#,
      #"{"press": 2}"#,
      #""type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"2","title":"Due","description":"d"}}"#
    ),
    (
      #""type":"template","template":{"name":"ask","language":{"code":"it"},"components":[{"type":"button","sub_type":"quick_reply","index":0,"parameters":[{"type":"payload","payload":"yes"}]}]}"#,
      #"{"press": 1}"#,
      #""type":"button","button":{"payload":"yes","text":"Button 1"}"#
    ),
    (
      #""type":"interactive","interactive":{"type":"flow","body":{"text":"b"},"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"7","flow_token":"t","flow_cta":"Fill"}}}"#,
      #"{"press": 1, "answers": {"name": "Mario"}}"#,
      #""type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{\"flow_token\":\"t\",\"name\":\"Mario\"}"}}"#
    ),
    (
      #""type":"template","template":{"name":"ask","language":{"code":"it"},"components":[{"type":"button","sub_type":"quick_reply","index":0,"parameters":[{"type":"payload","payload":"yes"}]},{"type":"button","sub_type":"flow","index":1,"parameters":[{"type":"action","action":{"flow_token":"t"}}]}]}"#,
      #"{"press": 2}"#,
      #""type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{\"flow_token\":\"t\"}"}}"#
    ),
    (
      #""type":"interactive","interactive":{"type":"request_contact_info","body":{"text":"b"},"action":{"name":"request_contact_info"}}"#,
      #"{"press": 1}"#,
      #""type":"contacts","contacts":[{"name":{"formatted_name":"Somebody","first_name":"Somebody"},"phones":[{"phone":"+393331234567","type":"MOBILE","wa_id":"393331234567"}],"origin":"contact_request"}]"#
    ),
    (
      #""type":"interactive","interactive":{"type":"location_request_message","body":{"text":"b"},"action":{"name":"send_location"}}"#,
      #"{"press": 1}"#,
      #""type":"location","location":{"latitude":45.4642,"longitude":9.19,"name":""}"#
    ),
    (
      #""type":"text","text":{"body":"b"}"#, #"{"react": "👍"}"#,
      #""type":"reaction","reaction":{"message_id":"ABOUT","emoji":"👍"}"#
    ),
    (
      #""type":"text","text":{"body":"b"}"#, #"{"react": ""}"#,
      #""type":"reaction","reaction":{"message_id":"ABOUT","emoji":""}"#
    ),
    (
      #""type":"text","text":{"body":"b"}"#, #"{"text": "yes", "quote": true}"#,
      #""type":"text","text":{"body":"yes"}"#
    ),
  ]

  @Test("an answer to what a person received quotes it", arguments: presses)
  func press(sent: String, step: String, message: String) throws {
    let receiver = try Receiver()
    let stand = try Stand { settings in
      settings.meta[0].webhookURL = receiver.url
      var template = MetaApp.Template("ask", "it")
      template.buttons =
        sent.contains("flow_token\":\"t\"}}]") ? [0: "quick_reply", 1: "flow"] : [0: "quick_reply"]
      settings.meta[0].accounts[0].templates.append(template)
    }
    _ = try stand.begin(#"[{"waitForMessage": "1h"}, \#(step)]"#)
    let answer = stand.meta(
      #"{"messaging_product":"whatsapp","to":"\#(Self.person)",\#(sent)}"#)
    #expect(answer.status == 200, "\(answer.text)")
    let found = try #require(messages(receiver, 1).first)
    #expect(content(of: found, about: answer.wamid) == "{\(message)}")
    guard !step.contains("react") else { return }
    #expect(found["context"]?["id"]?.string == answer.wamid)
    #expect(found["context"]?["from"]?.string == "15550100001")
  }

  @Test("a person who changes number is told of under the old one, with both ids")
  func changeNumber() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    _ = try stand.begin(#"[{"text": "a"}, {"changeNumber": "+393330000009"}, {"text": "b"}]"#)
    let found = messages(receiver, 3)
    #expect(found.map { $0["from"]?.string } == ["393331234567", "393331234567", "393330000009"])
    let system = found[1]["system"]
    #expect(system?["type"]?.string == "user_changed_number")
    #expect(system?["wa_id"]?.string == "393330000009")
    let news = values(receiver, "user_id_update").first?["user_id_update"]?.items?.first
    #expect(news?["wa_id"]?.string == "393330000009")
    #expect(news?["user_id"]?["previous"]?.string == found[0]["from_user_id"]?.string)
    #expect(news?["user_id"]?["current"]?.string == found[2]["from_user_id"]?.string)
    #expect(stand.call("GET", "/_sim/people/\(Self.person)").status == 404)
    #expect(stand.seen("+393330000009")?["deedCount"]?.integer == 3)
  }

  @Test("who stops marketing messages is sent none, until they resume")
  func stop() throws {
    let receiver = try Receiver()
    let stand = try Stand { settings in
      settings.meta[0].webhookURL = receiver.url
      settings.meta[0].accounts[0].templates[0].category = "MARKETING"
    }
    _ = try stand.begin(#"[{"stop": true}, {"waitForMessage": "1s"}, {"resume": true}]"#)
    let sent =
      #"{"messaging_product":"whatsapp","to":"+393331234567","type":"template","template":{"name":"hello_world","language":{"code":"en_US"}}}"#
    let stopped = values(receiver, "user_preferences").first?["user_preferences"]?.items?.first
    #expect(stopped?["value"]?.string == "stop")
    #expect(stopped?["category"]?.string == "marketing_messages")
    #expect(stopped?["wa_id"]?.string == "393331234567")
    _ = stand.meta(sent)
    #expect(statuses(receiver, 1).map(\.code) == [131050])
    stand.simulator.advance(.seconds(1))
    #expect(values(receiver, "user_preferences", count: 2).count == 2)
    _ = stand.meta(sent)
    #expect(statuses(receiver, 4).contains { $0.status == "read" })
  }

  @Test("what an agent writes on the business app is told as Meta tells it, and the person has it")
  func agentWrites() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    _ = try stand.begin(
      #"[{"text": "a"}, {"agentWrites": "by hand {{n}}"}, {"waitForMessage": "5s"}, {"react": "👍"}]"#
    )
    let value = try #require(values(receiver, "smb_message_echoes").first)
    #expect(value["metadata"]?["phone_number_id"]?.string == Demo.phoneNumberID)
    let echo = try #require(value["message_echoes"]?.items?.first)
    #expect(echo["from"]?.string == "15550100001" && echo["to"]?.string == "393331234567")
    #expect(echo["to_user_id"]?.string == messages(receiver, 1).first?["from_user_id"]?.string)
    #expect(echo["type"]?.string == "text" && echo["text"]?["body"]?.string == "by hand 1")
    #expect(echo["timestamp"]?.string == "\(stand.clock.now.microseconds / 1_000_000)")
    let part = stand.seen(Self.person)
    #expect(part?["isWaiting"]?.bool == true)
    #expect(part?["seen"]?.items?.map { $0["text"]?.string } == ["by hand 1"])
    #expect(part?["deeds"]?.items?.last?["step"]?.string == "agentWrites")
    stand.simulator.advance(.seconds(5))
    let reaction = try #require(messages(receiver, 2).last?["reaction"])
    #expect(reaction["message_id"]?.string == echo["id"]?.string)
    #expect(stand.ledger()?["totals"]?["accepted"]?.integer == 0)
  }

  /// Steps, and the parameters of Twilio's request by which they are known.
  static let twilioSteps: [(steps: String, fields: [String: String])] = [
    (
      #"{"text": "ciao"}"#,
      ["Body": "ciao", "NumMedia": "0", "MessageType": "text", "WaId": "393331234567"]
    ),
    (#"{"stop": true}"#, ["Body": "STOP", "OptOutType": "STOP"]),
    (#"{"resume": true}"#, ["Body": "START", "OptOutType": "START"]),
    (
      #"{"file": {"kind": "image", "caption": "c"}}"#,
      ["Body": "c", "NumMedia": "1", "MediaContentType0": "image/jpeg"]
    ),
    (
      #"{"contacts": [{"name": "M", "phone": "+3933"}]}"#,
      ["Body": "", "NumMedia": "1", "MediaContentType0": "text/vcard"]
    ),
    (
      #"{"location": {"latitude": "45.5", "longitude": "9.25", "label": "home"}}"#,
      ["Latitude": "45.5", "Longitude": "9.25", "Label": "home"]
    ),
  ]

  @Test("each step of a person is told as Twilio tells it, signed", arguments: twilioSteps)
  func twilioStep(steps: String, fields: [String: String]) throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.twilio[0].inboundURL = receiver.url }
    _ = try stand.begin("[\(steps)]", to: Demo.whatsAppAddress)
    let call = try #require(receiver.wait(for: 1).first)
    #expect(field("From", call) == "whatsapp:\(Self.person)")
    #expect(field("MessageSid", call)?.hasPrefix(fields["NumMedia"] == "1" ? "MM" : "SM") == true)
    for (name, value) in fields { #expect(field(name, call) == value, "\(name)") }
    #expect(call.headers.first("X-Twilio-Signature") == signature(call, receiver.url))
  }

  static let contents: [(types: String, fields: [String: String])] = [
    (
      #"{"twilio/quick-reply": {"body": "Hi {{1}}", "actions": [{"title": "Yes {{1}}", "id": "y"}]}}"#,
      ["ButtonText": "Yes Zoë", "ButtonPayload": "y", "ButtonType": "REPLY", "Body": "Yes Zoë"]
    ),
    (
      #"{"twilio/list-picker": {"body": "b", "button": "o", "items": [{"item": "Row", "id": "r"}]}}"#,
      ["ListId": "r", "ListTitle": "Row"]
    ),
  ]

  @Test("a button of one of Twilio's contents is pressed", arguments: contents)
  func twilioPress(types: String, fields: [String: String]) throws {
    let receiver = try Receiver()
    let sid = "HX" + String(repeating: "a", count: 32)
    let world =
      #"{"twilio": [{"sid": "\#(Demo.accountSid)", "authToken": "\#(Demo.authToken)", "senders": [{"address": "\#(Demo.whatsAppAddress)"}], "contents": [{"sid": "\#(sid)", "variables": ["1"], "types": \#(types)}]}]}"#
    let settings = try SimulatorSettings(json: Array(world.utf8))
    let stand = try Stand {
      $0.twilio = settings.twilio
      $0.twilio[0].inboundURL = receiver.url
    }
    _ = try stand.begin(#"[{"waitForMessage": "1h"}, {"press": 1}]"#, to: Demo.whatsAppAddress)
    let form = replacing(whatsAppForm, "Body", nil)
    let sent = stand.twilio(
      form + [("ContentSid", sid), ("ContentVariables", #"{"1":"Zoë"}"#)])
    #expect(sent.status == 201, "\(sent.text)")
    let call = try #require(receiver.wait(for: 1).first)
    for (name, value) in fields { #expect(field(name, call) == value, "\(name)") }
    #expect(field("OriginalRepliedMessageSid", call) == sent.sid)
    #expect(field("OriginalRepliedMessageSender", call) == Demo.whatsAppAddress)
  }

  @Test("a file that a person sent is fetched as from Meta")
  func metaFile() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    _ = try stand.begin(#"[{"file": {"kind": "image", "size": 300}}]"#)
    let image = try #require(messages(receiver, 1).first?["image"])
    let described = stand.metaGet("/v24.0/\(image["id"]?.string ?? "")")
    #expect(described.json?["mime_type"]?.string == "image/jpeg")
    #expect(described.json?["file_size"]?.integer == 300)
    let url = try #require(described.json?["url"]?.string)
    let path = "/" + url.split(separator: "/").dropFirst(2).joined(separator: "/")
    #expect(stand.call("GET", path).status == 401)
    let file = stand.metaGet(path)
    #expect(file.status == 200)
    #expect(file.bytes.count == 300 && file.bytes.starts(with: [0xFF, 0xD8, 0xFF]))
    #expect(image["sha256"]?.string == base64Text(sha256(file.bytes)))
  }

  @Test(
    "a file that a person sent is fetched as from Twilio, behind a redirect without credentials")
  func twilioFile() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.twilio[0].inboundURL = receiver.url }
    _ = try stand.begin(
      #"[{"file": {"kind": "document", "size": 30}}]"#, to: Demo.whatsAppAddress)
    let url = receiver.wait(for: 1).first.flatMap { field("MediaUrl0", $0) } ?? ""
    let path = "/" + url.split(separator: "/").dropFirst(2).joined(separator: "/")
    #expect(stand.call("GET", path).status == 401)
    let redirect = stand.twilioGet(path)
    #expect(redirect.status == 307)
    let place = redirect.headers.first(named: "location") ?? ""
    let target = "/" + place.split(separator: "/").dropFirst(2).joined(separator: "/")
    #expect(stand.twilioGet(target).status == 400)
    let file = stand.call("GET", target)
    #expect(file.status == 200 && file.bytes.count == 30)
    #expect(file.headers.first(named: "content-type") == "application/pdf")
  }

  @Test("what a person did is told twice, or later than what came after it")
  func faults() throws {
    let receiver = try Receiver()
    let stand = try Stand {
      $0.meta[0].webhookURL = receiver.url
      var late = Fault(.reorderInbound)
      (late.count, late.delay) = (1, .seconds(10))
      var twice = Fault(.duplicateInbound)
      (twice.recipient, twice.delay) = (Self.person, .seconds(20))
      $0.faults = [late, twice]
    }
    _ = try stand.begin(#"[{"text": "1"}, {"text": "2"}]"#)
    #expect(texts(messages(receiver, 1)) == ["2"])
    stand.simulator.advance(.seconds(10))
    #expect(texts(messages(receiver, 2)) == ["2", "1"])
    stand.simulator.advance(.seconds(10))
    let all = messages(receiver, 4)
    #expect(texts(all).sorted() == ["1", "1", "2", "2"])
    #expect(Set(all.map { $0["id"]?.string }).count == 2)
    #expect(Set(all.map { $0["timestamp"]?.string }).count == 1)
  }

  @Test("a whole conversation, and what its person saw and did")
  func whole() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    let id = try stand.begin(
      #"""
      [{"repeat": 2, "steps": [{"text": "hello {{m}}"}, {"waitForMessage": "30s"}]},
       {"wait": "2s"}, {"press": 1}, {"press": 9}, {"waitForMessage": "5s"}, {"text": "bye"}]
      """#)
    #expect(texts(messages(receiver, 1)) == ["hello 1"])
    let first = stand.meta(metaText(Self.person, "one"))
    #expect(texts(messages(receiver, 2)) == ["hello 1", "hello 2"])
    let second = stand.meta(
      #"{"messaging_product":"whatsapp","to":"\#(Self.person)","type":"interactive","interactive":{"type":"button","body":{"text":"two"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"Uno"}}]}}}"#
    )
    let isTwoSecondsFromPressing = stand.seen(
      Self.person,
      until: { $0?["seenCount"]?.integer == 2 && $0?["isWaiting"]?.bool == false })
    #expect(isTwoSecondsFromPressing != nil)
    stand.simulator.advance(.seconds(2))
    #expect(messages(receiver, 3).last?["context"]?["id"]?.string == second.wamid)
    stand.simulator.advance(.seconds(5))
    #expect(texts(messages(receiver, 4)).last == "bye")
    let part = try #require(stand.seen(Self.person, until: { $0?["isDone"]?.bool == true }))
    let seen = part["seen"]?.items ?? []
    #expect(seen.map { $0["id"]?.string } == [first.wamid, second.wamid])
    #expect(seen.map { $0["text"]?.string } == ["one", "two"])
    #expect(seen.last?["choices"]?.items?.map(\.string) == ["Uno"])
    let deeds = part["deeds"]?.items ?? []
    #expect(deeds.map { $0["step"]?.string } == ["text", "text", "press", "text"])
    #expect(deeds[2]["about"]?.string == second.wamid && deeds[2]["text"]?.string == "Uno")
    #expect(part["waitedInVain"]?.integer == 1 && part["skipped"]?.integer == 1)
    let answer = stand.call("GET", "/_sim/conversations/\(id)").json
    #expect(answer?["done"]?.integer == 1 && answer?["underWay"]?.integer == 0)
    #expect(answer?["deeds"]?.integer == 4 && answer?["seen"]?.integer == 2)
  }

  @Test("the limit of a wait that ended early does not cut the next one short")
  func limits() throws {
    let stand = try Stand()
    _ = try stand.begin(
      #"[{"waitForMessage": "10s"}, {"waitForMessage": "60s"}, {"wait": "1h"}]"#)
    for count in 1...2 {
      _ = stand.meta(metaText(Self.person))
      #expect(stand.seen(Self.person, until: { $0?["seenCount"]?.integer == Int64(count) }) != nil)
      stand.simulator.advance(.seconds(10))
    }
    let part = stand.seen(Self.person, until: { $0?["isWaiting"]?.bool == false })
    #expect(part?["waitedInVain"]?.integer == 0)
  }

  @Test("a thousand people hold conversations at once")
  func many() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    let id = try stand.begin(
      #"[{"repeat": 10, "steps": [{"text": "{{n}}/{{m}}"}]}, {"wait": "1m"}, {"text": "end"}]"#,
      from: "+393330000001", more: #""count": 1000, "over": "1s","#)
    stand.simulator.advance(.seconds(1))
    #expect(stand.conversation(id, until: { $0?["deeds"]?.integer == 10_000 }) != nil)
    stand.simulator.advance(.seconds(60))
    #expect(stand.conversation(id, until: { $0?["done"]?.integer == 1000 }) != nil)
    let part = stand.seen("+393330001000")
    #expect(part?["n"]?.integer == 1000 && part?["deedCount"]?.integer == 11)
    #expect(part?["deeds"]?.items?[9]["text"]?.string == "1000/10")
    let page = stand.call("GET", "/_sim/conversations/\(id)/people?after=998&limit=10")
    let addresses = page.json?["people"]?.items?.map { $0["address"]?.string }
    #expect(addresses == ["+393330000999", "+393330001000"])
  }

  @Test("of what a person saw and did the newest is kept")
  func bound() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    _ = try stand.begin(#"[{"repeat": 150, "steps": [{"text": "{{m}}"}]}]"#)
    let part = stand.seen(Self.person, until: { $0?["isDone"]?.bool == true })
    #expect(part?["deedCount"]?.integer == 150)
    #expect(part?["deeds"]?.items?.count == 100)
    #expect(part?["deeds"]?.items?.first?["text"]?.string == "51")
  }

  @Test("a conversation is ended, and nobody holds two with one sender at once")
  func end() throws {
    let receiver = try Receiver()
    let stand = try Stand { $0.meta[0].webhookURL = receiver.url }
    let id = try stand.begin(#"[{"wait": "1m"}, {"text": "late"}]"#)
    let again = stand.conversationAnswer(#"[{"text": "x"}]"#)
    #expect(again.status == 422 && again.text.contains("still goes through conversation 1"))
    #expect(stand.call("DELETE", "/_sim/conversations/\(id)").status == 204)
    #expect(stand.call("DELETE", "/_sim/conversations/99").status == 404)
    #expect(try stand.begin(#"[{"text": "new"}]"#) == 2)
    stand.simulator.advance(.seconds(60))
    #expect(texts(messages(receiver, 1)) == ["new"])
    let all = stand.call("GET", "/_sim/conversations").json?["conversations"]?.items
    #expect(all?.map { $0["done"]?.integer } == [1, 1])
  }

  @Test("a world begins conversations by itself")
  func settings() throws {
    let receiver = try Receiver()
    let text =
      #"{"conversations": [{"to": "\#(Demo.phoneNumberID)", "from": "+393331234567", "at": "10s", "steps": [{"text": "hi"}]}]}"#
    let settings = try SimulatorSettings(json: Array(text.utf8))
    let stand = try Stand {
      $0.meta[0].webhookURL = receiver.url
      $0.conversations = settings.conversations
    }
    stand.simulator.advance(.seconds(10))
    #expect(texts(messages(receiver, 1)) == ["hi"])
    #expect {
      _ = try Stand { $0.conversations = settings.conversations + settings.conversations }
    } throws: { error in
      "\(error)".hasPrefix("/conversations/1/from: +393331234567 still goes through")
    }
  }

  static let faulty: [(steps: String, to: String, pointer: String)] = [
    ("[]", Demo.phoneNumberID, "/steps"),
    ("[{}]", Demo.phoneNumberID, "/steps/0"),
    (#"[{"text": "a", "press": 1}]"#, Demo.phoneNumberID, "/steps/0"),
    (#"[{"shout": "a"}]"#, Demo.phoneNumberID, "/steps/0/shout"),
    (#"[{"press": 0}]"#, Demo.phoneNumberID, "/steps/0/press"),
    (#"[{"human": "xx"}]"#, Demo.phoneNumberID, "/steps/0/human"),
    (#"[{"wait": "soon"}]"#, Demo.phoneNumberID, "/steps/0/wait"),
    (#"[{"file": {"kind": "smell"}}]"#, Demo.phoneNumberID, "/steps/0/file/kind"),
    (
      #"[{"file": {"kind": "audio", "caption": "c"}}]"#, Demo.phoneNumberID, "/steps/0/file/caption"
    ),
    (#"[{"repeat": 2}]"#, Demo.phoneNumberID, "/steps/0/steps"),
    (#"[{"repeat": 2, "steps": [{"edit": 1}]}]"#, Demo.phoneNumberID, "/steps/0/steps/0/edit"),
    (#"[{"changeNumber": "12"}]"#, Demo.phoneNumberID, "/steps/0/changeNumber"),
    (#"[{"react": "x"}]"#, Demo.whatsAppAddress, "/steps/0/react"),
    (#"[{"edit": "x"}]"#, Demo.smsAddress, "/steps/0/edit"),
    (#"[{"agentWrites": "x"}]"#, Demo.whatsAppAddress, "/steps/0/agentWrites"),
    (#"[{"agentWrites": 1}]"#, Demo.phoneNumberID, "/steps/0/agentWrites"),
    (#"[{"text": "x"}]"#, "nobody", "/to"),
  ]

  @Test("steps that cannot be read are told with their place", arguments: faulty)
  func faults(steps: String, to: String, pointer: String) throws {
    let stand = try Stand()
    let answer = stand.conversationAnswer(steps, to: to)
    #expect(answer.status == 422)
    let pointers = answer.json?["errors"]?.items?.map { $0["pointer"]?.string } ?? []
    #expect(pointers.contains(pointer), "\(answer.text)")
  }
}

extension Stand {
  func conversationAnswer(
    _ steps: String, to: String = Demo.phoneNumberID, from: String = ConversationTests.person,
    more: String = ""
  ) -> Answer {
    let body = #"{"to": "\#(to)", "from": "\#(from)", \#(more) "steps": \#(steps)}"#
    return call("POST", "/_sim/conversations", [], Array(body.utf8))
  }

  /// Returns its number.
  func begin(
    _ steps: String, to: String = Demo.phoneNumberID, from: String = ConversationTests.person,
    more: String = ""
  ) throws -> Int64 {
    let answer = conversationAnswer(steps, to: to, from: from, more: more)
    return try #require(answer.json?["id"]?.integer, "\(answer.text)")
  }

  /// What the simulator says of the only conversation of a person, once it is as wanted; nil after ten seconds.
  func seen(
    _ person: String, until isThere: (JSONValue?) -> Bool = { $0 != nil }
  ) -> JSONValue? {
    ask(isThere) { call("GET", "/_sim/people/\(person)").json?["conversations"]?.items?.first }
  }

  func conversation(_ id: Int64, until isThere: (JSONValue?) -> Bool) -> JSONValue? {
    ask(isThere) { call("GET", "/_sim/conversations/\(id)").json }
  }

  private func ask(
    _ isThere: (JSONValue?) -> Bool, _ question: () -> JSONValue?
  ) -> JSONValue? {
    let patience = ContinuousClock.now + .seconds(120)
    repeat {
      let found = question()
      if isThere(found) { return found }
    } while ContinuousClock.now < patience
    return nil
  }
}

/// The values of all webhooks of that field that have come.
private func values(_ calls: [HTTPRequest], _ name: String) -> [JSONValue] {
  calls.flatMap { call -> [JSONValue] in
    let entries = JSONValue(whole: call.body)?["entry"]?.items ?? []
    let changes = entries.flatMap { $0["changes"]?.items ?? [] }
    return changes.filter { $0["field"]?.string == name }.compactMap { $0["value"] }
  }
}

private func values(_ receiver: Receiver, _ name: String, count: Int = 1) -> [JSONValue] {
  values(receiver.waitUntil { values($0, name).count >= count }, name)
}

/// What people wrote, in the order it came, once there is so much of it.
private func messages(_ receiver: Receiver, _ count: Int) -> [JSONValue] {
  @Sendable func found(_ calls: [HTTPRequest]) -> [JSONValue] {
    values(calls, "messages").flatMap { $0["messages"]?.items ?? [] }
  }
  return found(receiver.waitUntil { found($0).count >= count })
}

private func texts(_ messages: [JSONValue]) -> [String] {
  messages.compactMap { $0["text"]?["body"]?.string }
}

/// The type and the object of that name, with ids and hashes of files as words.
private func content(of message: JSONValue, own: String? = nil, about: String? = nil) -> String {
  let type = message["type"]?.string ?? ""
  let object = message[type]
  var text = #"{"type":"\#(type)","\#(type)":\#(object.map(plain) ?? "")}"#
  let words = [
    (object?["id"]?.string, "ID"), (object?["sha256"]?.string, "HASH"),
    (object?["url"]?.string, "URL"), (own, "OWN"), (about, "ABOUT"),
  ]
  for case (let found?, let word) in words {
    text = text.replacing("\"\(found)\"", with: "\"\(word)\"")
  }
  return text
}

/// Without what Meta escapes.
private func plain(_ value: JSONValue) -> String {
  var writer = JSONWriter()
  write(value, to: &writer)
  return String(decoding: writer.bytes, as: UTF8.self)
}

private func write(_ value: JSONValue, to writer: inout JSONWriter) {
  if let fields = value.fields {
    writer.object { writer in
      for field in fields {
        writer.name(field.name)
        write(field.value, to: &writer)
      }
    }
  } else if let items = value.items {
    writer.array { writer in for item in items { write(item, to: &writer) } }
  } else if let text = value.string {
    writer.value(text)
  } else {
    writer.raw(value.text)
  }
}
