package import JSON

/// A send that names an object in place of what it says, with values for its placeholders.
package struct ObjectRequest: Sendable {
  package let name: ObjectName
  private let request: JSONValue
  private let values: [String: String]

  package static let fields: Set<String> = ["object", "values"]

  /// nil where a request names none, or what is no name.
  package static func name(in request: JSONValue) -> ObjectName? {
    request["object"]?.string.flatMap { ObjectName($0) }
  }

  /// nil where the request says itself what is to be sent.
  package init?(_ request: JSONValue) throws(FieldFaults) {
    guard let given = request["object"], !given.isNull else { return nil }
    var faults = FieldFaults()
    let reader = FieldReader(request)
    for field in reader.names
    where ObjectDefinition.messageFields.contains(field) || MediaRequest.fields.contains(field) {
      faults.add(reader.pointer(field), "is said by the object: there may be values for it instead")
    }
    var values: [String: String] = [:]
    if let object = reader.object("values", &faults) {
      do throws(FieldFaults) {
        values = try ObjectDefinition.values(object.value, at: "/values")
      } catch { faults.add(error.all) }
    }
    let name = reader.text("object", &faults)
    let known = name.flatMap { ObjectName($0) }
    if name != nil, known == nil { faults.add("/object", ObjectName.rule) }
    guard let known, faults.isEmpty else { throw faults }
    (self.name, self.request, self.values) = (known, request, values)
  }

  /// The same send with the words of the object in place of its name.
  package func filled(
    _ object: ObjectDefinition, _ rules: SendRules
  ) throws(FieldFaults) -> JSONValue {
    let message = try message(of: object, rules)
    let json = JSONWriter.object(capacity: 1024) { writer in
      for (name, value) in request.fields ?? [] where !Self.fields.contains(name) {
        writer.name(name)
        writer.raw(value.text)
      }
      message.write(to: &writer)
    }
    guard let filled = JSONValue(whole: json) else {
      throw FieldFaults("/object", "cannot be written as JSON")
    }
    return filled
  }

  /// Values that nothing in the object asks for.
  package func unused(by object: ObjectDefinition, _ rules: SendRules) -> [String] {
    object.unused(of: values, on: rules.channel)
  }

  /// Whatever the values are, some senders never take it, and say why.
  private func message(
    of object: ObjectDefinition, _ rules: SendRules
  ) throws(FieldFaults) -> Message {
    do throws(FieldFaults) {
      return try object.message(on: rules.channel, with: values, templates: rules.templates)
    } catch {
      let verdict = object.verdict(on: rules.channel, rules.templates)
      guard verdict.isTaken else { throw FieldFaults("/object", verdict.sentence) }
      throw Self.placed(error)
    }
  }

  /// What is wrong in the object's own fields stands nowhere in the request but in its name.
  package static func placed(_ faults: FieldFaults) -> FieldFaults {
    var placed = FieldFaults()
    for fault in faults.all {
      let field = fault.pointer.split(separator: "/").first.map(String.init) ?? ""
      let isOfObject =
        ObjectDefinition.messageFields.contains(field) || ["message", "twilio"].contains(field)
      if isOfObject {
        placed.add("/object", "has a fault with these values: \(fault)")
      } else {
        placed.add(fault.pointer, fault.detail)
      }
    }
    return placed
  }
}
