/// One thing that is wrong with the settings, with the path of the setting and what was expected.
package struct SettingsFault: Error, Hashable, Comparable, CustomStringConvertible {
  package let path: String
  package let sentence: String

  package init(_ path: String, _ sentence: String) {
    self.path = path
    self.sentence = sentence
  }

  package var description: String { path.isEmpty ? sentence : "\(path): \(sentence)" }

  package static func < (left: SettingsFault, right: SettingsFault) -> Bool {
    (left.path, left.sentence) < (right.path, right.sentence)
  }
}

/// Everything that is wrong, at once.
package struct SettingsRefused: Error, CustomStringConvertible {
  package let faults: [SettingsFault]

  package init(_ faults: [SettingsFault]) { self.faults = faults.sorted() }

  package var description: String { faults.map(\.description).joined(separator: "\n") }
}
