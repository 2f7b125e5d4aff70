package import Domain
package import JSON

/// What somebody asks of a rehearsal.
package struct RehearsalRequest: Hashable, Sendable {
  package var faults: [RehearsalFault] = []

  /// In one rehearsal.
  package static let mostFaults = 20
  /// Of the text of one, in characters.
  package static let longestFault = 64

  /// `{"faults": ["token-expires@10m", …]}`; nothing at all asks for one in which all goes well.
  package init(_ root: JSONValue?) throws(FieldFaults) {
    guard let root else { return }
    var faults = FieldFaults()
    let reader = FieldReader(root)
    reader.refuseFields(except: ["faults"], &faults)
    if reader.has("faults") {
      let items = root["faults"]?.items
      if items == nil { faults.add("/faults", "must be a list") }
      if let count = items?.count, count > Self.mostFaults {
        faults.add("/faults", "must have at most \(Self.mostFaults) items; it has \(count)")
      } else {
        self.faults = (items ?? []).enumerated().compactMap { place, item in
          Self.fault(item, at: "/faults/\(place)", &faults)
        }
      }
    }
    guard faults.isEmpty else { throw faults }
  }

  private static func fault(
    _ item: JSONValue, at pointer: String, _ faults: inout FieldFaults
  ) -> RehearsalFault? {
    guard let text = item.string else {
      faults.add(pointer, "must be a string, in quotes")
      return nil
    }
    let before = faults.all.count
    faults.check(text, at: pointer, length: 1...longestFault)
    guard faults.all.count == before else { return nil }
    do throws(RehearsalFault.Unreadable) { return try RehearsalFault(text) } catch {
      faults.add(pointer, error.sentence)
      return nil
    }
  }
}
