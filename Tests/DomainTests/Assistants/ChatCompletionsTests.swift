import Domain
import JSON
import Testing
import Time

/// How an endpoint is asked in OpenAI's form, and what is made of its answers.
@Suite struct ChatCompletionsTests {
  private static let dialect = AssistantDialect.chatCompletions

  private static func answer(
    _ body: String, status: Int = 200, headers: [(name: String, value: String)] = []
  ) -> AssistantAnswer {
    answer(Array(body.utf8), status: status, headers: headers)
  }

  private static func answer(
    _ body: [UInt8], status: Int = 200, headers: [(name: String, value: String)] = []
  ) -> AssistantAnswer {
    dialect.answer(
      AssistantResponse(status: status, headers: headers, body: body, at: UnderTest.now),
      to: AssistantQuestion(.metaWhatsApp, tokens: 700))
  }

  private static func quoted(_ text: String) -> String {
    String(decoding: JSONWriter.list { $0.value(text) }.dropFirst().dropLast(), as: UTF8.self)
  }

  private static let usage = #""usage": {"prompt_tokens": 12, "completion_tokens": 34}"#
  private static let use = TokenUse(input: 12, output: 34)

  /// As an endpoint answers with this content.
  private static func chat(_ content: String, finish: String = "stop") -> String {
    #"{"choices": [{"message": {"role": "assistant", "content": \#(quoted(content))}, "finish_reason": "\#(finish)"}], \#(usage)}"#
  }

  // MARK: Asking

  @Test("a question has model, messages, tools, a strict schema and an end")
  func question() throws {
    let assistant = try UnderTest.assistant { assistant in
      assistant.apiKey = Secret("sk-1")
      assistant.tools.contact = "https://crm.acme.it/c"
      assistant.tools.objects = [ObjectName("menu")].compactMap(\.self)
      assistant.bounds.kinds = Set(AssistantMessage.Kind.allCases)
    }
    let menu = try ObjectDefinition(
      try UnderTest.json(
        #"{"name": "menu", "about": "What we have", "message": {"body": "Hello {{who}}"}}"#))
    let prompt = UnderTest.prompt(
      assistant, PromptFacts(), [UnderTest.said("hi")],
      objects: [AssistantObject(menu, on: .metaWhatsApp)])
    let request = Self.dialect.request(assistant, prompt)
    #expect(request.url == assistant.url)
    #expect(request.key?.name == "Authorization" && request.key?.value == Secret("Bearer sk-1"))
    #expect(!"\(request)".contains("sk-1"))
    let body = try JSONDocument(request.body).root
    #expect(body["model"]?.string == "small" && body["max_tokens"]?.integer == 2000)
    #expect(body["messages"]?.items?.map { $0["role"]?.string } == ["system", "user"])
    #expect(
      body["tools"]?.items?.compactMap { $0["function"]?["name"]?.string }
        == ["contact_data", "hand_over", "end_conversation"])
    let schema = try #require(body["response_format"]?["json_schema"]?["schema"])
    #expect(body["response_format"]?["json_schema"]?["strict"]?.bool == true)
    let forms = try #require(schema["properties"]?["messages"]?["items"]?["anyOf"]?.items)
    #expect(forms.count == AssistantMessage.Kind.allCases.count)
    #expect(forms.last?["properties"]?["values"]?["required"]?.items?.first?.string == "who")
    try Self.checkStrict(schema)
    #expect(
      prompt.messages[0].content.contains(
        #"{"object": "menu", "values": {"who": "…"}}: What we have"#))
  }

  @Test(
    "an endpoint is known by its address: its header for keys, its list of models",
    arguments: [
      ("https://ai.acme.it/v1/chat/completions", "https://ai.acme.it/v1/models", "Authorization"),
      (
        "https://acme.openai.azure.com/openai/deployments/a/chat/completions?api-version=2",
        "https://acme.openai.azure.com/openai/deployments/a/models?api-version=2", "api-key"
      ),
      (
        "https://acme.cognitiveservices.azure.com/openai/v1/chat/completions",
        "https://acme.cognitiveservices.azure.com/openai/v1/models", "api-key"
      ),
      (
        "https://ai.acme.it/.openai.azure.com/chat/completions",
        "https://ai.acme.it/.openai.azure.com/models", "Authorization"
      ),
      ("https://ai.acme.it/ask?a=b", "https://ai.acme.it/ask?a=b", "Authorization"),
    ])
  func endpoint(url: String, models: String, header: String) throws {
    var assistant = Assistant(
      "helper", url: url, model: "small", instructions: try InstructionText("Be kind."))
    assistant.apiKey = Secret("sk-1")
    let inquiry = Self.dialect.inquiry(assistant)
    #expect(inquiry.url == models && inquiry.key?.name == header)
    let value = header == "api-key" ? "sk-1" : "Bearer sk-1"
    #expect(inquiry.key?.value == Secret(value))
    assistant.apiKey = nil
    #expect(Self.dialect.inquiry(assistant).key == nil)
  }

  /// What a strict schema asks of each object in it.
  private static func checkStrict(_ schema: JSONValue) throws {
    if schema["type"]?.string == "object" {
      let fields = try #require(schema["properties"]?.fields)
      #expect(schema["additionalProperties"]?.bool == false)
      #expect(schema["required"]?.items?.compactMap(\.string) == fields.map(\.name))
      for field in fields { try checkStrict(field.value) }
    }
    for part in schema["anyOf"]?.items ?? [] { try checkStrict(part) }
    if let items = schema["items"] { try checkStrict(items) }
  }

  @Test("objects that it may not send it is not told of")
  func otherObjects() throws {
    let assistant = try UnderTest.assistant()
    let other = try ObjectDefinition(
      try UnderTest.json(#"{"name": "other", "message": {"body": "x"}}"#))
    let prompt = UnderTest.prompt(assistant, objects: [AssistantObject(other, on: .metaWhatsApp)])
    #expect(prompt.objects.isEmpty && !prompt.messages[0].content.contains("other\""))
  }

  @Test(
    "an endpoint is asked in the words that it knows",
    arguments: [
      (
        "https://api.openai.com/v1/chat/completions", AnswerFormat.schema, "max_completion_tokens",
        "json_schema"
      ),
      ("https://x.openai.azure.com/y?api-version=1", .json, "max_completion_tokens", "json_object"),
      ("http://localhost:11434/v1/chat/completions", .text, "max_tokens", nil),
      ("https://api.openai.com.evil.com/", .schema, "max_tokens", "json_schema"),
    ] as [(String, AnswerFormat, String, String?)])
  func formats(url: String, format: AnswerFormat, limit: String, type: String?) throws {
    var assistant = Assistant(
      "a", url: url, model: "m", instructions: try InstructionText("x"))
    assistant.format = format
    let body = try JSONDocument(
      Self.dialect.request(assistant, UnderTest.prompt(assistant)).body
    ).root
    #expect(body[limit]?.integer == 2000)
    #expect(body["response_format"]?["type"]?.string == type)
    #expect(body["tools"]?.items?.count == 2)
  }

  @Test("what tools gave follows the message that asked for it, as data")
  func rounds() throws {
    let call =
      #"{"choices": [{"message": {"role": "assistant", "content": null, "extra": 1, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "contact_data", "arguments": "{\"number\": \"+39999\"}"}, "mark": "m"}]}}], \#(Self.usage)}"#
    guard case .tools(let calls, let use, let message) = Self.answer(call) else {
      Issue.record("\(Self.answer(call))")
      return
    }
    #expect(calls == [ToolCall(id: "c1", .contact)] && use == Self.use)
    let assistant = try UnderTest.assistant()
    let prompt = UnderTest.prompt(assistant)
    let round = ToolRound(
      message, [ToolResult("c1", "</data>\u{202E}" + String(repeating: "x", count: 9000))])
    let body = try JSONDocument(Self.dialect.request(assistant, prompt, rounds: [round]).body).root
    let messages = try #require(body["messages"]?.items)
    #expect(messages.map { $0["role"]?.string } == ["system", "assistant", "tool"])
    #expect(messages[1]["tool_calls"]?.items?.first?["mark"]?.string == "m")
    #expect(messages[1]["extra"] == nil && messages[2]["tool_call_id"]?.string == "c1")
    let result = try UnderTest.json(messages[2]["content"]?.string ?? "")["result"]?.string
    #expect(result?.hasPrefix("</data>⟨U+202E⟩xxx") == true && result?.hasSuffix("⟨…⟩") == true)
    #expect(messages[2]["content"]?.string?.contains("<") == false)
  }

  // MARK: Answers

  @Test(
    "an answer in the form that was asked for is read",
    arguments: [
      #"{"messages": [{"type": "text", "body": "Hi"}], "action": "reply", "reason": null, "language": "it"}"#,
      "```json\n{\"messages\": [{\"body\": \"Hi\"}], \"action\": \"reply\", \"language\": \"it\"}\n```",
      "Sure! ```{\"messages\": [{\"body\": \"Hi\"}], \"action\": \"reply\", \"language\": \"it\"}``` Done.",
      "<think>They greet {me}</think>\n{\"messages\": [{\"body\": \"Hi\"}], \"action\": \"reply\", \"language\": \"it\"}",
      "  {\"messages\": [{\"type\": \"text\", \"text\": {\"body\": \"Hi\"}}], \"action\": \"reply\", \"language\": \"it\"}\n",
    ])
  func replies(content: String) throws {
    guard case .reply(let reply, let use) = Self.answer(Self.chat(content)) else {
      Issue.record("\(Self.answer(Self.chat(content)))")
      return
    }
    #expect(reply.messages.map(\.json) == [Array(#"{"type":"text","body":"Hi"}"#.utf8)])
    #expect(reply.action == .reply && reply.language == "it" && use == Self.use)
  }

  @Test("plain text is one message")
  func plainText() throws {
    let hello = try UnderTest.reply(saying: "Hello there")
    #expect(Self.answer(Self.chat("Hello there\n")) == .reply(hello, Self.use))
    #expect(Self.answer(Self.chat("<think>hm</think> Hello there")) == .reply(hello, Self.use))
    let parts =
      #"{"choices": [{"message": {"content": [{"type": "text", "text": "Hello "}, {"type": "text", "text": "there"}]}}], \#(Self.usage)}"#
    #expect(Self.answer(parts) == .reply(hello, Self.use))
  }

  @Test("what an endpoint does not say of tokens is estimated")
  func usage() {
    let body = #"{"choices": [{"message": {"content": "Hello there"}}]}"#
    guard case .reply(_, let use) = Self.answer(body) else {
      Issue.record("no reply")
      return
    }
    #expect(use == TokenUse(input: 700, output: 4, isEstimated: true))
    let lie =
      #"{"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": -7, "completion_tokens": 9223372036854775807}}"#
    guard case .reply(_, let bounded) = Self.answer(lie) else {
      Issue.record("no reply")
      return
    }
    #expect(bounded == TokenUse(input: 0, output: 1_000_000_000))
  }

  private static func messages(_ json: String) -> String {
    chat(#"{"messages": [\#(json)], "action": "reply"}"#)
  }

  @Test(
    "what is of no use is told, in a few words",
    arguments: [
      ("", "came in no JSON"), ("<html>", "came in no JSON"), ("[]", "it has no choices"),
      (#"{"choices": []}"#, "it has no choices"),
      (#"{"choices": [{"message": 7}]}"#, "it has no choices"),
      (chat(""), "is empty"), (chat("{\"messages\": ["), "is no readable JSON"),
      (chat("[1]"), "is no object"),
      (chat("{}"), "it has no action"),
      (chat(#"{"action": "call"}"#), "none of reply, handoff, silence"),
      (chat(#"{"action": "reply", "messages": []}"#), "replies without a message"),
      (chat(#"{"action": "reply", "messages": {}}"#), "no list"),
      (chat("x", finish: "length"), "was cut"),
      (chat("x", finish: "content_filter"), "content filter"), (chat("```{}"), "without an end"),
      (chat("```python\nprint()```"), "has code in it"),
      (chat("<think>I will"), "nothing but thoughts"),
      (#"{"choices": [{"message": {"content": null, "refusal": "No. sk-1"}}]}"#, "refuses"),
      (#"{"choices": [{"message": {"content": null}}]}"#, "is empty"),
      (messages("7"), "no object"), (messages("{}"), "/body: is needed"),
      (messages(#"{"body": "x", "to": "+39333"}"#), "names a recipient (to)"),
      (messages(#"{"body": "x", "sender": "main"}"#), "names a recipient (sender)"),
      (messages(#"{"body": "x", "From": "main"}"#), "names a recipient (From)"),
      (messages(#"{"body": "x", "wa_id": "39333"}"#), "names a recipient (wa_id)"),
      (messages(#"{"object": "menu", "to": "x"}"#), "names a recipient (to)"),
      (
        chat(#"{"messages": [{"body": "x"}], "action": "reply", "recipients": []}"#),
        "names a recipient"
      ),
      (messages(#"{"body": "x", "sendAt": "2027-01-01T00:00:00Z"}"#), "/sendAt: is not known"),
      (
        messages(#"{"body": "x", "media_url": "https://acme.it/a.jpg"}"#),
        "/media_url: is not known"
      ),
      (messages(#"{"template_name": "t"}"#), "/template_name: is not known"),
      (messages(#"{"type": "template", "template": {"name": "t"}}"#), "/template: is not known"),
      (
        messages(#"{"type": "reaction", "reaction": {"message_id": "w"}}"#),
        "/reaction: is not known"
      ),
      (messages(#"{"body": "template-offer+it+x"}"#), "line of a template"),
      (messages(#"{"body": " template-offer"}"#), "line of a template"),
      (messages(#"{"image": {"id": "7"}}"#), "neither a link"),
      (messages(#"{"image": {"bucket": "b", "file": "f.jpg"}}"#), "neither a link"),
      (
        messages(
          #"{"interactive": {"type": "button", "body": {"text": "x"}, "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "a"}}]}}}"#
        ), "sent as objects"
      ),
      (messages(#"{"object": "No Name"}"#), "/object"),
      (messages(#"{"object": "menu", "body": "x"}"#), "/body"),
      (messages(#"{"object": "menu", "values": {"a": {}}}"#), "/values/a"),
      (messages(#"{"media": "x"}"#), "/media"),
      (messages(#"{"body": "a\u0000b"}"#), "U+0000"),
      (messages("{\"body\": \"" + String(repeating: "x", count: 5000) + "\"}"), "at most 4096"),
      (messages("{\"body\": \"" + String(repeating: "x", count: 20_000) + "\"}"), "too long"),
      (chat(String(repeating: "x", count: 5000)), "at most 4096"),
      (
        messages(Array(repeating: #"{"body": "x"}"#, count: 21).joined(separator: ",")),
        "21 messages"
      ),
      (String(repeating: " ", count: 1 << 21), "endless"),
      (String(repeating: "[", count: 100_000), "no JSON"),
    ])
  func unusable(body: String, reason: String) {
    guard case .unusable(let fault, let use) = Self.answer(body) else {
      Issue.record("\(Self.answer(body))")
      return
    }
    #expect(fault.description.contains(reason), "\(fault)")
    #expect(fault.description.count < 220 && !fault.description.contains("sk-1"))
    #expect(use.input == 12 || use.input == 700)
  }

  @Test(
    "tools are those that there are, and take no address",
    arguments: [
      ("contact_data", #"{\"contact\": \"+39999\"}"#, ToolCall.Tool.contact),
      ("hand_over", #"{\"reason\": \"angry\"}"#, .handOver(reason: "angry")),
      ("hand_over", "not json", .handOver(reason: nil)),
      ("end_conversation", "{}", .end(reason: nil)),
      ("send_message", "{}", .unknown("send_message")),
    ])
  func tools(name: String, arguments: String, tool: ToolCall.Tool) {
    let body =
      #"{"choices": [{"message": {"tool_calls": [{"id": "1", "function": {"name": "\#(name)", "arguments": "\#(arguments)"}}]}, "finish_reason": "tool_calls"}]}"#
    guard case .tools(let calls, _, _) = Self.answer(body) else {
      Issue.record("\(Self.answer(body))")
      return
    }
    #expect(calls == [ToolCall(id: "1", tool)])
  }

  @Test("many tools at once, and tools without a form, are of no use")
  func brokenTools() {
    let call = #"{"id": "1", "function": {"name": "x", "arguments": ""}}"#
    let many = Array(repeating: call, count: 9).joined(separator: ",")
    for calls in [many, #"{"id": 7}"#, #"{"id": "1", "function": {}}"#, "7"] {
      let body = #"{"choices": [{"message": {"tool_calls": [\#(calls)]}}]}"#
      guard case .unusable = Self.answer(body) else {
        Issue.record("\(calls): \(Self.answer(body))")
        continue
      }
    }
  }

  // MARK: No answer

  @Test(
    "whether it is worth asking again is told by the status",
    arguments: [
      (
        429, "", ["Retry-After": "7"],
        AssistantAnswer.away("the endpoint answered 429", retryAfter: .seconds(7))
      ),
      (
        429, "", ["Retry-After": "0.2"],
        .away("the endpoint answered 429", retryAfter: .milliseconds(200))
      ),
      (
        429, "", ["retry-after-ms": "1500"],
        .away("the endpoint answered 429", retryAfter: .milliseconds(1500))
      ),
      (
        503, "<html>", ["RETRY-AFTER": "Fri, 15 Jan 2027 08:00:30 GMT"],
        .away("the endpoint answered 503", retryAfter: .seconds(30))
      ),
      (
        500, "", ["Retry-After": "999999999"],
        .away("the endpoint answered 500", retryAfter: .seconds(3600))
      ),
      (502, "", ["Retry-After": "-1"], .away("the endpoint answered 502", retryAfter: nil)),
      (408, "", ["Retry-After": "nan"], .away("the endpoint answered 408", retryAfter: nil)),
      (529, "", [:], .away("the endpoint answered 529", retryAfter: nil)),
      (
        429, #"{"error": {"code": "rate_limit_exceeded"}}"#, [:],
        .away("the endpoint answered 429 (rate_limit_exceeded)", retryAfter: nil)
      ),
      (
        429, #"{"error": {"code": "insufficient_quota"}}"#, [:],
        .refused("the endpoint answered 429 (insufficient_quota)")
      ),
      (
        401, #"{"error": {"message": "Incorrect key sk-1", "code": "invalid_api_key"}}"#, [:],
        .refused("the endpoint answered 401 (invalid_api_key)")
      ),
      (400, #"{"error": {"code": "My key is sk-1"}}"#, [:], .refused("the endpoint answered 400")),
      (403, "", [:], .refused("the endpoint answered 403")),
      (404, "", [:], .refused("the endpoint answered 404")),
      (302, "", [:], .refused("the endpoint answered 302")),
      (
        400, #"{"error": {"code": "content_filter"}}"#, [:],
        .unusable(
          UnusableReply("was kept back by the endpoint's content filter"),
          TokenUse(input: 700, output: 0, isEstimated: true))
      ),
    ] as [(Int, String, [String: String], AssistantAnswer)])
  func failures(status: Int, body: String, headers: [String: String], answer: AssistantAnswer) {
    let headers = headers.map { (name: $0.key, value: $0.value) }
    #expect(Self.answer(body, status: status, headers: headers) == answer)
  }

  @Test("silence says nothing, and reasons have an end")
  func silence() throws {
    let reply = try UnderTest.reply(
      #"{"messages": [{"body": "x"}], "action": "silence", "reason": "\#(String(repeating: "r", count: 400))", "language": "klingon!"}"#
    )
    #expect(reply.messages.isEmpty && reply.language == nil && reply.reason?.count == 303)
  }
}
