import Foundation
import TestSupport
import Testing

@testable import Ingest

@Suite struct InstanceNameTests {
  @Test("an instance goes on under its name with its spool, and has another with another")
  func names() throws {
    let folder = try TemporaryFolder()
    let first = try InstanceName.kept(beside: folder.file("a.db"))
    #expect(try InstanceName.kept(beside: folder.file("a.db")) == first)
    #expect(try InstanceName.kept(beside: folder.file("b.db")) != first)
    #expect(first.hasPrefix(ProcessInfo.processInfo.hostName))
  }
}
