import Foundation

/// A file of Fixtures, as a provider sends it; nothing where there is none. It is read and not embedded: a hundred
/// thousand bytes as Swift's literals took a fifth of the time in which all tests are built.
enum Fixture {
  static subscript(_ name: String) -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let file = folder.appendingPathComponent("Fixtures").appendingPathComponent(name)
    return FileManager.default.contents(atPath: file.path).map(Array.init) ?? []
  }
}
