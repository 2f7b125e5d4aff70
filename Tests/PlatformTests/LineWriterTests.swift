import Foundation
import Glibc
import Platform
import Testing

@Suite(.timeLimit(.minutes(5))) struct LineWriterTests {
  @Test("a line that the disk has no room for is lost, and the process goes on")
  func full() throws {
    let descriptor = open("/dev/full", O_WRONLY)
    defer { close(descriptor) }
    let writer = LineWriter(descriptor: descriptor)
    #expect(!writer.write(Array("line\n".utf8)))
  }

  @Test("a pipe without a reader loses lines, and sends nobody a signal")
  func broken() {
    let ends = pipe()
    close(ends.read)
    defer { close(ends.write) }
    let writer = LineWriter(descriptor: ends.write)
    #expect(!writer.write(Array("line\n".utf8)))
    #expect(!writer.write(Array("line\n".utf8)))
  }

  @Test(
    "a reader that stands still is waited for once; when it goes on, so do whole lines",
    arguments: [false, true])
  func stuck(isBlocking: Bool) {
    let ends = pipe()
    defer {
      close(ends.read)
      close(ends.write)
    }
    if !isBlocking { _ = fcntl(ends.write, F_SETFL, O_NONBLOCK) }
    let writer = LineWriter(descriptor: ends.write, patience: .milliseconds(20))
    let line = Array((String(repeating: "x", count: 9999) + "\n").utf8)
    let taken = (0..<100).count { _ in writer.write(line) }
    #expect(taken > 0 && taken < 50)
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var all = buffer.prefix(max(0, read(ends.read, &buffer, buffer.count)))
    all = buffer.prefix(all.count)
    #expect(writer.write(Array("again\n".utf8)))
    var rest = [UInt8](repeating: 0, count: 1000)
    let count = read(ends.read, &rest, rest.count)
    let lines = String(decoding: all + rest.prefix(max(0, count)), as: UTF8.self)
      .split(separator: "\n")
    #expect(lines.last == "again")
    #expect(lines.prefix(taken).allSatisfy { $0.count == 9999 })
  }

  @Test("what can be written is, as it is")
  func whole() {
    let ends = pipe()
    defer { close(ends.read) }
    let writer = LineWriter(descriptor: ends.write)
    #expect(writer.write(Array("one\n".utf8)))
    #expect(writer.write(Array("two\n".utf8)))
    close(ends.write)
    var buffer = [UInt8](repeating: 0, count: 100)
    let count = read(ends.read, &buffer, buffer.count)
    #expect(String(decoding: buffer.prefix(count), as: UTF8.self) == "one\ntwo\n")
  }

  private func pipe() -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    _ = Glibc.pipe(&ends)
    return (ends[0], ends[1])
  }
}
