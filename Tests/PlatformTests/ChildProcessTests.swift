import Foundation
import TestSupport
import Testing

@testable import Platform

/// Programs that are started as processes of their own.
@Suite struct ChildProcessTests {
  private static func shell(_ script: String, limit: Duration = .seconds(60)) -> ChildProgram {
    ChildProgram("/bin/sh", ["-c", script], limit: limit)
  }

  private static func run(
    _ program: ChildProgram, isWanted: () -> Bool = { true }
  ) throws -> (lines: [String], ending: ChildEnding) {
    var lines: [String] = []
    let ending = try ChildProcess(program).run(
      line: { lines.append(String(decoding: $0, as: UTF8.self)) }, isWanted: isWanted)
    return (lines, ending)
  }

  @Test(
    "how it ended is told, with what it said until then",
    arguments: [
      ("echo one; echo two; exit 0", ["one", "two"], ChildEnding.Exit.code(0), ""),
      ("echo one; printf rest; exit 65", ["one"], .code(65), ""),
      ("echo bad >&2; exit 1", [], .code(1), "bad\n"),
      ("kill -9 $$", [], .signal(9), ""),
      ("exec sh -c 'exit 7'", [], .code(7), ""),
      // What was ignored here ends it as it ends any program.
      ("kill -13 $$", [], .signal(13), ""),
    ])
  func ending(
    script: String, lines: [String], exit: ChildEnding.Exit, errors: String
  ) async throws {
    try await onOwnThread {
      signal(SIGPIPE, SIG_IGN)
      let told = try Self.run(Self.shell(script))
      #expect(told.lines == lines)
      #expect(told.ending == ChildEnding(exit: exit, cause: .itself, errors: Array(errors.utf8)))
    }
  }

  @Test("a program that there is not is told")
  func missing() throws {
    #expect(throws: ChildProcess.Failed.self) {
      try ChildProcess(ChildProgram("/nowhere/program", [], limit: .seconds(1)))
    }
  }

  @Test("it gets its input, and the end of that once nobody wants it any more")
  func input() async throws {
    try await onOwnThread {
      var program = Self.shell("read line; echo got $line; cat; echo end; exit 3")
      program.input = Array("hello\n".utf8)
      var lines: [String] = []
      let ending = try ChildProcess(program).run(
        line: { lines.append(String(decoding: $0, as: UTF8.self)) },
        isWanted: { !lines.contains("got hello") })
      #expect(lines == ["got hello", "end"])
      #expect(ending.exit == .code(3) && ending.cause == .stopped)
    }
  }

  @Test("who does not listen is killed, with all that it has started")
  func killed() async throws {
    try await onOwnThread {
      let folder = try TemporaryFolder()
      let file = folder.file("child")
      var program = Self.shell("sleep 600 & echo $! > \(file); exec sleep 600")
      program.grace = .milliseconds(200)
      let told = try Self.run(program, isWanted: { content(ofFile: file)?.isEmpty ?? true })
      #expect(told.ending.exit == .signal(9) && told.ending.cause == .stopped)
      let number = try #require(
        Int32(try String(contentsOfFile: file, encoding: .utf8).filter(\.isNumber)))
      // Its process has ended, or is about to be taken off the list by whoever inherited it.
      let state = content(ofFile: "/proc/\(number)/stat").map {
        String(decoding: $0, as: UTF8.self)
      }
      #expect(state.map { !$0.contains(") S ") } ?? true, "\(state ?? "")")
    }
  }

  @Test("who takes too long, or prints without end, is ended")
  func bounds() async throws {
    try await onOwnThread {
      let late = try Self.run(Self.shell("cat; exit 4", limit: .milliseconds(200)))
      #expect(late.ending.exit == .code(4) && late.ending.cause == .overTime)
      var program = Self.shell("yes | tr -d '\\n'")
      program.longestLine = 1 << 16
      let wide = try Self.run(program)
      #expect(wide.lines.isEmpty && wide.ending.cause == .overOutput)
      #expect(wide.ending.exit == .signal(9))
      // Lines that are short enough are no harm, however many.
      var count = 0
      let many = try ChildProcess(Self.shell("yes | head -n 200000"))
        .run(line: { _ in count += 1 }, isWanted: { true })
      #expect(count == 200_000 && many.exit == .code(0))
      var loud = Self.shell("yes error | head -n 100000 >&2; echo last >&2")
      loud.keptErrors = 100
      let errors = try Self.run(loud).ending.errors
      #expect(errors.count == 100 && String(decoding: errors, as: UTF8.self).hasSuffix("last\n"))
    }
  }

  @Test("no descriptor of ours is the child's, and none of the child's stays")
  func descriptors() async throws {
    try await onOwnThread {
      // One that is meant to be handed on.
      let leaking = dup(1)
      defer { close(leaking) }
      let told = try Self.run(Self.shell("exec ls /proc/self/fd"))
      // The last is by which they are listed.
      #expect(told.lines == ["0", "1", "2", "3"])
    }
  }

  @Test("it gives way to others and has a group of its own")
  func manners() async throws {
    try await onOwnThread {
      var program = Self.shell("sleep 0.3; cat /proc/self/stat; echo $$")
      program.niceness = 7
      let told = try Self.run(program)
      let fields = (told.lines.first ?? "").split(separator: " ")
      try #require(fields.count > 18, "\(told)")
      #expect(fields[18] == "7" && String(fields[4]) == told.lines.last)
    }
  }

  @Test("it ends with its object, whatever became of that")
  func forgotten() async throws {
    try await onOwnThread {
      let id = try ChildProcess(Self.shell("exec sleep 600")).id
      #expect(kill(id, 0) != 0 && errno == ESRCH)
    }
  }

  private static let start = RunningTime(microseconds: 1_000_000_000)

  /// After so many seconds: wanted, over its output, and what is done.
  @Test(
    "it is asked first, then killed, and the first cause stands",
    arguments: [
      (
        [(1.0, true, false, ChildWatch.Step.wait), (9.9, true, false, .wait)],
        ChildEnding.Cause.itself
      ),
      ([(1, false, false, .ask), (2, false, false, .wait), (5.9, false, false, .wait)], .stopped),
      ([(1, false, false, .ask), (6, true, false, .kill), (7, true, false, .kill)], .stopped),
      (
        [(10, true, false, .ask), (14.9, true, false, .wait), (15, false, false, .kill)], .overTime
      ),
      ([(1, true, true, .kill)], .overOutput),
      ([(1, false, false, .ask), (2, false, true, .kill)], .stopped),
    ] as [([(Double, Bool, Bool, ChildWatch.Step)], ChildEnding.Cause)])
  func watch(
    steps: [(Double, Bool, Bool, ChildWatch.Step)], cause: ChildEnding.Cause
  ) {
    var watch = ChildWatch(start: Self.start, limit: .seconds(10), grace: .seconds(5))
    for (seconds, isWanted, isOver, step) in steps {
      let now = Self.start + .milliseconds(Int64(seconds * 1000))
      #expect(watch.step(at: now, isWanted: isWanted, isOverOutput: isOver) == step, "\(seconds)")
    }
    #expect(watch.cause == cause)
  }

  @Test(
    "bytes come in lines, however they are cut",
    arguments: [
      (["one\ntwo\n"], ["one", "two"], false), (["on", "e\n", "\ntw"], ["one", ""], false),
      (["12345678\n"], ["12345678"], false), (["123456789"], [], true),
      (["a\n1234", "56789\nb\n"], ["a"], true), ([""], [], false),
    ])
  func lines(parts: [String], lines: [String], isOver: Bool) {
    var splitter = LineSplitter(longest: 8)
    let found = parts.flatMap { splitter.take(Array($0.utf8)) }
    #expect(found.map { String(decoding: $0, as: UTF8.self) } == lines)
    #expect(splitter.isOver == isOver)
    if isOver { #expect(splitter.take(Array("c\n".utf8)).isEmpty) }
  }
}

/// Folders that show that somebody uses them.
@Suite struct FolderHoldTests {
  @Test("one holds a folder at a time, and who is gone holds it no more")
  func held() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("own")
    #expect(makeFolder(path))
    #expect(FolderHold(leftBehind: path) == nil)
    var first = FolderHold(of: path)
    #expect(first != nil && FolderHold(of: path) == nil && FolderHold(leftBehind: path) == nil)
    first = nil
    #expect(FolderHold(leftBehind: path) != nil)
    withExtendedLifetime(first) {}
  }
}
