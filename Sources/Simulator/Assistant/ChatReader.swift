internal import JSON

extension ChatRequest {
  init(_ body: [UInt8]) throws(ChatRefusal) {
    guard let root = JSONValue(whole: body), root.kind == .object else {
      throw ChatRefusal("", "We could not parse the JSON body of your request.")
    }
    guard let model = root["model"]?.string, !model.isEmpty else {
      throw ChatRefusal("model", "you must provide a model parameter")
    }
    if root["stream"]?.bool == true {
      throw ChatRefusal("stream", "streaming is not simulated")
    }
    guard let items = root["messages"]?.items, !items.isEmpty else {
      throw ChatRefusal("messages", "expected an array with at least one message")
    }
    self.model = model
    messages = try Self.messages(items)
    messagesText = root["messages"]?.text ?? []
    tools = try Self.tools(root["tools"])
    form = try Self.form(root["response_format"])
    let most = root["max_completion_tokens"]?.integer ?? root["max_tokens"]?.integer
    mostTokens = most.map { Int(max(1, $0)) }
    conversation =
      root["user"]?.string ?? root["safety_identifier"]?.string
      ?? root["metadata"]?["conversation"]?.string
  }

  /// Each call of a tool is answered before anything else is said.
  private static func messages(_ items: [JSONValue]) throws(ChatRefusal) -> [Message] {
    var found: [Message] = []
    var unanswered: Set<String> = []
    for (index, item) in items.enumerated() {
      let place = "messages[\(index)]"
      guard let role = item["role"]?.string.flatMap(Role.init(rawValue:)) else {
        throw ChatRefusal("\(place).role", "must be system, developer, user, assistant or tool")
      }
      if role == .tool {
        guard let id = item["tool_call_id"]?.string, unanswered.remove(id) != nil else {
          throw ChatRefusal(
            place, "messages with role 'tool' must answer a preceding message with 'tool_calls'")
        }
      } else if !unanswered.isEmpty {
        throw ChatRefusal(place, "each of 'tool_calls' must be answered by a 'tool' message")
      }
      let calls = item["tool_calls"]?.items ?? []
      if role == .assistant { unanswered = Set(calls.compactMap { $0["id"]?.string }) }
      guard let text = text(of: item["content"]) ?? (calls.isEmpty ? nil : "") else {
        throw ChatRefusal("\(place).content", "must be a text or an array of parts")
      }
      found.append(Message(role: role, text: text))
    }
    guard unanswered.isEmpty else {
      throw ChatRefusal("messages", "each of 'tool_calls' must be answered by a 'tool' message")
    }
    return found
  }

  /// Pictures and files say nothing.
  private static func text(of content: JSONValue?) -> String? {
    if let text = content?.string { return text }
    return content?.items.map { parts in
      parts.compactMap { $0["text"]?.string }.joined(separator: "\n")
    }
  }

  private static func tools(_ value: JSONValue?) throws(ChatRefusal) -> [Tool] {
    var found: [Tool] = []
    for (index, item) in (value?.items ?? []).enumerated() {
      let place = "tools[\(index)].function.name"
      guard item["type"]?.string == "function", let name = item["function"]?["name"]?.string,
        isName(name)
      else { throw ChatRefusal(place, "must be a name of letters, digits, _ and -") }
      let properties = item["function"]?["parameters"]?["properties"]?.fields ?? []
      let texts = properties.filter { ($0.value["type"]?.string ?? "string") == "string" }
      found.append(Tool(name: name, texts: texts.map { $0.name }))
    }
    return found
  }

  private static func form(_ value: JSONValue?) throws(ChatRefusal) -> Form {
    switch value?["type"]?.string {
    case nil, "text": return .text
    case "json_object": return .json(ofMessage: [])
    case "json_schema":
      let schema = value?["json_schema"]
      guard let name = schema?["name"]?.string, isName(name), schema?["schema"]?.kind == .object
      else {
        throw ChatRefusal("response_format.json_schema", "needs a name and a schema")
      }
      let item = schema?["schema"]?["properties"]?["messages"]?["items"]
      let forms = [item].compactMap(\.self) + (item?["anyOf"]?.items ?? [])
      return .json(ofMessage: forms.flatMap { $0["properties"]?.fields ?? [] }.map { $0.name })
    default:
      throw ChatRefusal("response_format.type", "must be text, json_object or json_schema")
    }
  }

  private static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
          || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "_")
          || byte == UInt8(ascii: "-")
      }
  }
}
