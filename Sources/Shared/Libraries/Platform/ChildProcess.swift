internal import Glibc

/// A process that this one has started, and looks after on one thread until it has ended. It is killed and taken off
/// the kernel's list with this object, whatever became of it.
///
/// It belongs to the thread that makes it. Its descriptors are this object's, closed with it or before.
package final class ChildProcess {
  package struct Failed: Error, CustomStringConvertible {
    package let description: String

    init(_ what: String, _ code: Int32) {
      description = "\(what): \(String(cString: strerror(code)))"
    }
  }

  package let id: Int32
  private let program: ChildProgram
  /// -1 once it is closed.
  private var input: Int32
  private var output: Int32
  private var errors: Int32
  private var watch: ChildWatch
  private var lines: LineSplitter
  private var lastErrors: [UInt8] = []
  private var exit: ChildEnding.Exit?

  /// Between two looks whether it is still wanted, in milliseconds.
  private static let look: Int32 = 100

  package init(_ program: ChildProgram) throws(Failed) {
    self.program = program
    watch = ChildWatch(start: .now, limit: program.limit, grace: program.grace)
    lines = LineSplitter(longest: program.longestLine)
    var pipes: [(reading: Int32, writing: Int32)] = []
    for _ in 0..<3 {
      guard let pipe = makePipe() else {
        let code = errno
        for pipe in pipes { closeBoth(pipe) }
        throw Failed("there is no pipe to be had", code)
      }
      pipes.append(pipe)
    }
    let ends = [pipes[0].reading, pipes[1].writing, pipes[2].writing]
    let started = Self.start(program, ends: ends)
    for end in ends { close(end) }
    (input, output, errors) = (pipes[0].writing, pipes[1].reading, pipes[2].reading)
    id = started.process
    guard started.code == 0 else {
      for end in [input, output, errors] { close(end) }
      // Nothing is left for the end of this object.
      (input, output, errors, exit) = (-1, -1, -1, .code(-1))
      throw Failed("\(program.path) cannot be started", started.code)
    }
    giveWay(group: id, niceness: program.niceness)
    for end in [output, errors] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
  }

  deinit {
    for end in [input, output, errors] where end >= 0 { close(end) }
    guard exit == nil else { return }
    kill(-id, SIGKILL)
    while waitpid(id, nil, 0) < 0, errno == EINTR {}
  }

  private static func start(
    _ program: ChildProgram, ends: [Int32]
  ) -> (process: Int32, code: Int32) {
    var words = ([program.path] + program.arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    return words.withUnsafeMutableBufferPointer { words in
      guard let first = words.baseAddress else { return (-1, EINVAL) }
      return spawn(program.path, first, ends: ends)
    }
  }

  /// Blocks until it has ended. `line` gets every line that it prints; `isWanted` is asked several times a second, and
  /// ends it by saying no.
  package func run(line: ([UInt8]) -> Void, isWanted: () -> Bool) -> ChildEnding {
    if !program.input.isEmpty {
      _ = LineWriter(descriptor: input, patience: program.grace).write(program.input)
    }
    while true {
      awaitWords()
      // Before its words are read: what it has said by its end is read then.
      let exit = ended()
      read(line)
      if let exit { return ending(exit) }
      switch watch.step(at: .now, isWanted: isWanted(), isOverOutput: lines.isOver) {
      case .wait: break
      case .ask: endInput()
      case .kill:
        endInput()
        kill(-id, SIGKILL)
      }
    }
  }

  private func ending(_ exit: ChildEnding.Exit) -> ChildEnding {
    let cause = lines.isOver && watch.cause == .itself ? .overOutput : watch.cause
    return ChildEnding(exit: exit, cause: cause, errors: lastErrors)
  }

  private func endInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  /// Returns once it has said something, or soon.
  private func awaitWords() {
    // The kernel passes over those below zero.
    var watched = [output, errors].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    _ = poll(&watched, nfds_t(watched.count), Self.look)
  }

  private func read(_ line: ([UInt8]) -> Void) {
    while let part = Self.part(of: &output) { for one in lines.take(part) { line(one) } }
    while let part = Self.part(of: &errors) {
      lastErrors = (lastErrors + part).suffix(program.keptErrors)
    }
  }

  /// nil where there is nothing now; at its end it is closed.
  private static func part(of descriptor: inout Int32) -> ArraySlice<UInt8>? {
    guard descriptor >= 0 else { return nil }
    var part = [UInt8](repeating: 0, count: 16 << 10)
    var count = Glibc.read(descriptor, &part, part.count)
    while count < 0, errno == EINTR { count = Glibc.read(descriptor, &part, part.count) }
    if count < 0, errno == EAGAIN { return nil }
    guard count > 0 else {
      close(descriptor)
      descriptor = -1
      return nil
    }
    return part[..<count]
  }

  /// Takes it off the kernel's list, after which its number may be another's.
  private func ended() -> ChildEnding.Exit? {
    var status: Int32 = 0
    let found = waitpid(id, &status, WNOHANG)
    guard found != 0, !(found < 0 && errno == EINTR) else { return nil }
    // Somebody else has waited for it: how it ended nobody knows.
    guard found == id else { return keep(.code(-1)) }
    let signal = status & 0x7F
    return keep(signal == 0 ? .code(status >> 8 & 0xFF) : .signal(signal))
  }

  private func keep(_ exit: ChildEnding.Exit) -> ChildEnding.Exit {
    self.exit = exit
    return exit
  }
}

private func closeBoth(_ pipe: (reading: Int32, writing: Int32)) {
  close(pipe.reading)
  close(pipe.writing)
}
