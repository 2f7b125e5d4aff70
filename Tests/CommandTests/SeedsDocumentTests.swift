import Foundation
import Testing

/// `docs/seeds.md` against the tests that there are.
@Suite struct SeedsDocumentTests {
  struct Row {
    let sentence: String
    let answer: String
    /// `Suite/test`, or `Target.Suite/test` where several targets have such a suite.
    let tests: [String]

    var isOpen: Bool { answer.hasPrefix("Not yet") }
  }

  static func rows() throws -> [Row] {
    let file = MetricsTests.root.appendingPathComponent("docs/seeds.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("|") && !$0.hasPrefix("|--") }
    return lines.filter { !$0.hasPrefix("| what it says |") }.compactMap { line in
      // A bar inside a cell has a backslash before it.
      let cells = line.replacing("\\|", with: "¦")
        .split(separator: "|", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 5 else {
        Issue.record("\(line) has not three cells")
        return nil
      }
      let tests = cells[3].split(separator: ", ").map { $0.filter { $0 != "`" } }
      return Row(sentence: cells[1], answer: cells[2], tests: tests)
    }
  }

  /// Every test as `Target.Suite/test`.
  static func tests() throws -> Set<String> {
    let folder = MetricsTests.root.appendingPathComponent("Tests").path
    var found: Set<String> = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder)
    where path.hasSuffix(".swift") {
      let target = path.prefix { $0 != "/" }
      var suite: Substring = ""
      var isTest = false
      for line in try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8).split(
        separator: "\n")
      {
        if let name = name(in: line, after: "struct ") ?? name(in: line, after: "extension "),
          name.hasSuffix("Tests")
        {
          suite = name
        }
        if line.contains("@Test") { isTest = true }
        guard isTest, let name = name(in: line, after: "func ") else { continue }
        isTest = false
        found.insert("\(target).\(suite)/\(name)")
      }
    }
    return found
  }

  private static func name(in line: Substring, after word: String) -> Substring? {
    line.firstRange(of: word).map { range in
      line[range.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    }
  }

  @Test("every test that it names is there, and only one is of that name")
  func names() throws {
    let all = try Self.tests()
    let named = Set(try Self.rows().flatMap(\.tests))
    #expect(all.count > 500 && named.count > 50)
    for name in named {
      let found = all.filter { $0 == name || $0.hasSuffix(".\(name)") }
      #expect(found.count == 1, "\(name) is \(found.isEmpty ? "no test" : "\(found.sorted())")")
    }
  }

  @Test("what is done has a test, and what is not says so")
  func shown() throws {
    for row in try Self.rows() where row.tests.isEmpty != row.isOpen {
      Issue.record("“\(row.sentence)”: \(row.isOpen ? "not yet, but has a test" : "has no test")")
    }
  }
}
