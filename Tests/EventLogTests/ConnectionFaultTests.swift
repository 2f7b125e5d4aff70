import Events
import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Time

@testable import EventLog

/// Why no broker can be reached, and soon.
@Suite(.timeLimit(.minutes(5))) struct ConnectionFaultTests {
  @Test("an address that nobody listens on")
  func nobody() async throws {
    try await expect("Connection refused", of: "127.0.0.1:1")
  }

  @Test("a host that has no address")
  func unresolvable() async throws {
    try await expect(
      "Failed to resolve 'no-such-host.invalid:9092'", of: "no-such-host.invalid:9092")
  }

  @Test("a wrong password, without its words")
  func password() async throws {
    let broker = try RefusingBroker()
    defer { broker.stop() }
    try await expect(
      "Invalid username or password", of: "127.0.0.1:\(broker.port)",
      [
        "security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN", "sasl.username": "us",
        "sasl.password": "hunter2",
      ])
  }

  @Test("a certificate of an unknown authority")
  func authority() async throws {
    let server = try TLSListener()
    defer { server.stop() }
    try await expect(
      "certificate verify failed", of: "127.0.0.1:\(server.port)", ["security.protocol": "ssl"])
  }

  @Test("records that were not delivered in time are told with the reason")
  func delivery() async throws {
    try await onOwnThread {
      var settings = KafkaLogSettings(bootstrap: "127.0.0.1:1")
      settings.messageTimeout = .seconds(1)
      let log = try KafkaLog(settings)
      defer { log.close(within: .zero) }
      let error = #expect(throws: LogError.self) {
        try log.append([record("k", "1")], within: limit)
      }
      #expect(try #require(error).isTransient)
      #expect(try #require(error).description.contains("Connection refused"))
    }
  }

  private func expect(
    _ reason: String, of address: String, _ properties: [String: String] = [:],
    location: SourceLocation = #_sourceLocation
  ) async throws {
    try await onOwnThread {
      let settings = KafkaLogSettings(bootstrap: address, properties: properties)
      let log = try KafkaLog(settings)
      defer { log.close(within: .zero) }
      let start = ContinuousClock.now
      let questions: [() throws -> Void] = [
        { try log.ping(within: limit) }, { _ = try log.identity(within: limit) },
        { _ = try KafkaTopics(settings).check([TopicPlan(.sends, partitions: 1)], within: limit) },
      ]
      for question in questions {
        let error = #expect(throws: LogError.self, sourceLocation: location, performing: question)
        // It may be put right while workers run, so they try again.
        #expect(try #require(error).isTransient, sourceLocation: location)
        let text = try #require(error).description
        #expect(text.contains(reason), sourceLocation: location)
        #expect(!text.contains("hunter2"), sourceLocation: location)
      }
      #expect(ContinuousClock.now - start < .seconds(45), sourceLocation: location)
    }
  }
}

/// As much of a broker as it takes to refuse a password.
private final class RefusingBroker: Sendable {
  let port: UInt16
  private let listener: RawListener

  init() throws {
    listener = try RawListener()
    port = listener.port
    _ = WorkerThread("broker") { [listener] in
      while let connection = listener.accept() {
        _ = WorkerThread("connection") { while Self.answer(connection) {} }
      }
    }
  }

  func stop() { listener.stop() }

  private static func answer(_ connection: RawConnection) -> Bool {
    let head = connection.receive(count: 4)
    guard head.count == 4 else { return false }
    let request = connection.receive(count: Int(number(head[...])))
    guard request.count >= 8 else { return false }
    let body: [UInt8]
    switch request[1] {
    case 18: body = versions
    case 17: body = int16(0) + int32(1) + string("PLAIN")
    case 36: body = int16(58) + string("Invalid username or password") + int32(0)
    default: return false
    }
    let answer = Array(request[4..<8]) + body
    return connection.send(int32(Int32(answer.count)) + answer)
  }

  /// In the flexible form of version 3: handshake, versions and authentication, and metadata.
  private static let versions: [UInt8] = {
    let keys: [(Int16, Int16)] = [(3, 4), (17, 1), (18, 3), (36, 0)]
    let items = keys.flatMap { int16($0.0) + int16(0) + int16($0.1) + [0] }
    return int16(0) + [UInt8(keys.count + 1)] + items + int32(0) + [0]
  }()

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int32 {
    bytes.reduce(0) { $0 << 8 | Int32($1) }
  }

  private static func int16(_ value: Int16) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
  }

  private static func int32(_ value: Int32) -> [UInt8] {
    int16(Int16(truncatingIfNeeded: value >> 16)) + int16(Int16(truncatingIfNeeded: value))
  }

  private static func string(_ text: String) -> [UInt8] {
    int16(Int16(text.utf8.count)) + Array(text.utf8)
  }
}

/// `openssl s_server` with a certificate that it signed itself.
private final class TLSListener {
  let port: UInt16
  private let process = Process()
  private let folder: TemporaryFolder

  struct NotThere: Error {}

  init() throws {
    folder = try TemporaryFolder()
    let (key, certificate) = (folder.file("key.pem"), folder.file("certificate.pem"))
    let maker = Process()
    maker.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    maker.arguments = [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
      "-out", certificate,
    ]
    maker.standardError = FileHandle.nullDevice
    try maker.run()
    maker.waitUntilExit()
    let output = Pipe()
    process.executableURL = maker.executableURL
    process.arguments = [
      "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key,
    ]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    // It ends where its input does.
    process.standardInput = Pipe()
    try process.run()
    var text = ""
    var found: UInt16?
    while found == nil {
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { throw NotThere() }
      text += String(decoding: data, as: UTF8.self)
      found = text.firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)\n/).flatMap { UInt16($0.output.1) }
    }
    port = found ?? 0
  }

  /// It takes no other signal.
  func stop() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
