/// A pair of a query or of a form body, decoded to the bytes that it stands for.
package struct FormPair: Hashable, Sendable {
  package let name: [UInt8]
  package let value: [UInt8]

  package init(name: [UInt8], value: [UInt8]) {
    self.name = name
    self.value = value
  }

  package static func all(in bytes: ArraySlice<UInt8>) -> [FormPair] {
    let form = DecodedForm(bytes)
    return form.pairs.map {
      FormPair(name: Array(form.bytes[$0.name]), value: Array(form.bytes[$0.value]))
    }
  }

  package static func encoded(_ pairs: [(name: String, value: String)]) -> [UInt8] {
    var body: [UInt8] = []
    for (name, value) in pairs {
      if !body.isEmpty { body.append(UInt8(ascii: "&")) }
      append(percentEncoding: name, to: &body)
      body.append(UInt8(ascii: "="))
      append(percentEncoding: value, to: &body)
    }
    return body
  }
}
