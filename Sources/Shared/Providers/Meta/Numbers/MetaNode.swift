package import JSON
internal import Forms

/// One object of Meta's graph, with the fields that were told. A value that we do not know is kept as it came.
package struct MetaNode: Hashable, Sendable {
  /// An object.
  package let json: [UInt8]

  package init(_ answer: ProviderAnswer) throws(LookupFailed) {
    guard answer.status == 200, let root = JSONValue(whole: answer.body), root.kind == .object
    else { throw LookupFailed(meta: answer) }
    json = root.text
  }

  /// Of a list in `data` the first object; the object itself where there is no list.
  package init(first answer: ProviderAnswer) throws(LookupFailed) {
    guard answer.status == 200, let root = JSONValue(whole: answer.body) else {
      throw LookupFailed(meta: answer)
    }
    let first = root["data"]?.items?.first ?? root
    json = (first["business_profile"] ?? first).text
  }

  /// As it was kept.
  package init?(kept json: [UInt8]) {
    guard let root = JSONValue(whole: json), root.kind == .object else { return nil }
    self.json = json
  }

  package var root: JSONValue? { JSONValue(whole: json) }

  /// A word, or a number as a word.
  package func text(_ name: String) -> String? { root?[name]?.name }
}

/// The fields that one question asks for.
package struct MetaFields: Hashable, Sendable {
  package private(set) var names: [String]

  package init(_ names: [String]) { self.names = names }

  var query: String {
    let pairs = [(name: "fields", value: names.joined(separator: ","))]
    return String(decoding: FormPair.encoded(pairs), as: UTF8.self)
  }

  /// Without a field that Meta's version does not have, which would cost all the others; nil where that was not what
  /// it said.
  package func without(refusedBy answer: ProviderAnswer) -> MetaFields? {
    let error = JSONValue(whole: answer.body)?["error"]
    guard error?["code"]?.integer == 100, let message = error?["message"]?.string,
      let start = message.firstRange(of: "nonexisting field (")?.upperBound
    else { return nil }
    let name = message[start...].prefix { $0 != ")" }
    let left = names.filter { $0 != name }
    return left.count < names.count && !left.isEmpty ? MetaFields(left) : nil
  }
}

extension MetaSender {
  func get(_ path: String) -> ProviderRequest {
    ProviderRequest(method: "GET", path: path, headers: [authorization], body: [])
  }

  func post(
    _ path: String, method: String = "POST", _ write: (inout JSONWriter) -> Void
  ) -> ProviderRequest {
    ProviderRequest(
      method: method, path: path,
      headers: [authorization, ProviderHeader("Content-Type", "application/json")],
      body: JSONWriter.object(write))
  }

  func query(_ path: String, method: String = "POST", _ pairs: [(name: String, value: String)])
    -> ProviderRequest
  {
    let query = String(decoding: FormPair.encoded(pairs), as: UTF8.self)
    return ProviderRequest(
      method: method, path: pairs.isEmpty ? path : "\(path)?\(query)", headers: [authorization],
      body: [])
  }

  /// Of another object than the number.
  func path(of id: String, _ tail: String = "") -> String {
    "/\(String(decoding: percentEncoded(id), as: UTF8.self))\(tail)"
  }
}
