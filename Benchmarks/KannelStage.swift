import Foundation
import HTTP
import Platform
import TestSupport
import Time

/// Kannel with its queue and its receipts on disk, a provider that answers at once and reports each message once as
/// delivered, and a caller that has Kannel's report. Everything on loopback.
final class KannelStage {
  private let folder: TemporaryFolder
  private let bearerbox: Child
  private let smsbox: Child
  private let provider: Child
  private let providerPort: Int
  private let client: HTTPClient
  private let caller: HTTPClient
  private let callers: Int
  private var posted = 0

  static let programs = ["/usr/sbin/bearerbox", "/usr/sbin/smsbox"]

  static var isInstalled: Bool {
    programs.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
  }

  init() throws {
    folder = try TemporaryFolder(onDisk: true)
    client = try HTTPClient()
    var configuration = HTTPClient.Configuration()
    (configuration.connectionsPerHost, configuration.totalConnections) = (64, 64)
    caller = try HTTPClient(configuration)
    let ports = try (0..<5).map { _ in Int(try DispatchStage.freePort()) }
    let (admin, boxes, reports) = (ports[0], ports[1], ports[2])
    (callers, providerPort) = (ports[3], ports[4])
    for name in ["queue", "receipts"] {
      try FileManager.default.createDirectory(
        atPath: folder.file(name), withIntermediateDirectories: true)
    }
    let file = folder.file("kannel.conf")
    try Self.settings(folder, admin, boxes, reports, callers, providerPort)
      .write(toFile: file, atomically: true, encoding: .utf8)
    let reportURL = "http://127.0.0.1:\(reports)/"
    provider = try Child(["kannel-provider", "\(providerPort)", reportURL])
    bearerbox = try Child(Self.programs[0], ["-v", "4", file])
    try waitForListener(on: boxes)
    smsbox = try Child(Self.programs[1], ["-v", "4", file])
    try waitForListener(on: callers)
  }

  deinit {
    caller.close()
    client.close()
  }

  private static func settings(
    _ folder: TemporaryFolder, _ admin: Int, _ boxes: Int, _ reports: Int, _ callers: Int,
    _ provider: Int
  ) -> String {
    """
    group = core
    admin-port = \(admin)
    admin-interface = 127.0.0.1
    admin-password = secret
    smsbox-port = \(boxes)
    smsbox-interface = 127.0.0.1
    store-type = spool
    store-location = \(folder.file("queue"))
    dlr-storage = spool
    dlr-spool = \(folder.file("receipts"))

    group = smsc
    smsc = http
    smsc-id = provider
    system-type = generic
    port = \(reports)
    connect-allow-ip = 127.0.0.1
    smsc-username = user
    smsc-password = secret
    send-url = "http://127.0.0.1:\(provider)/send?to=%p&text=%b"
    status-success-regex = "id="
    generic-foreign-id-regex = "id=([0-9]+)"
    max-pending-submits = 100

    group = smsbox
    bearerbox-host = 127.0.0.1
    sendsms-port = \(callers)
    sendsms-interface = 127.0.0.1
    sendsms-chars = "0123456789+ "

    group = sendsms-user
    username = user
    password = secret
    max-messages = 1
    concatenation = false

    """
  }

  private static func request(_ number: Int, _ port: Int, _ provider: Int) -> HTTPCall {
    let report = "http%3A%2F%2F127.0.0.1%3A\(provider)%2Ftold"
    return HTTPCall(
      url: "http://127.0.0.1:\(port)/cgi-bin/sendsms?username=user&password=secret&from=100"
        + "&to=39333\(1_000_000 + number)&text=message+\(number)&dlr-mask=1&dlr-url=\(report)")
  }

  /// As many as are under way at the most, a little more at a time: as postrider is fed.
  func feed() throws {
    let told = try counts().told
    let wanted = min(1000, 4000 - (posted - told))
    guard wanted > 0 else { return }
    let answered = Monitor(0)
    caller.send(
      (posted..<posted + wanted).map { number in
        (Self.request(number, callers, providerPort), { _ in answered.change { $0 += 1 } })
      })
    posted += wanted
    answered.wait(for: .seconds(60)) { $0 == wanted }
  }

  struct Counts {
    var (sent, reported, refused, told) = (0, 0, 0, 0)
  }

  /// As the provider has seen it, and the caller.
  func counts() throws -> Counts {
    let call = HTTPCall(url: "http://127.0.0.1:\(providerPort)/counts")
    guard case .answered(let answer) = client.ask(call) else {
      throw DispatchStage.Failed(description: "Kannel's provider does not answer")
    }
    let numbers = String(decoding: answer.body, as: UTF8.self).split(separator: " ")
      .compactMap { Int($0) }
    guard numbers.count == 4 else {
      throw DispatchStage.Failed(description: "Kannel's provider does not count")
    }
    return Counts(sent: numbers[0], reported: numbers[1], refused: numbers[2], told: numbers[3])
  }

  var processorSeconds: Double { bearerbox.processorSeconds + smsbox.processorSeconds }
}

/// A provider that does as little as one can, in a process of its own.
enum KannelProvider {
  private struct State {
    var counts = KannelStage.Counts()
    var due: [(at: Int64, id: Int)] = []
  }

  static func serve(_ arguments: [String]) throws {
    guard arguments.count == 2, let port = UInt16(arguments[0]) else { return }
    let state = Locked(State())
    var reporting = HTTPClient.Configuration()
    (reporting.connectionsPerHost, reporting.totalConnections) = (64, 64)
    let client = try HTTPClient(reporting)
    var configuration = HTTPServer.Configuration()
    configuration.port = port
    let server = try HTTPServer(configuration: configuration) {
      request, responder in
      responder.answer(answer(request.target.path, state))
    }
    let reports = WorkerThread("reports") {
      while true {
        report(to: arguments[1], state, client)
        usleep(2000)
      }
    }
    Child.serve("http://127.0.0.1:\(server.port)/")
    withExtendedLifetime(reports) {}
  }

  private static func answer(_ path: String, _ state: Locked<State>) -> HTTPAnswer {
    state.withLock { state in
      switch path {
      case "/send":
        state.counts.sent += 1
        state.due.append((bootMicroseconds() + 20_000, state.counts.sent))
        return HTTPAnswer(status: 200, body: Array("id=\(state.counts.sent)".utf8))
      case "/told":
        state.counts.told += 1
        return HTTPAnswer(status: 200)
      default:
        let counts = state.counts
        let line = "\(counts.sent) \(counts.reported) \(counts.refused) \(counts.told)"
        return HTTPAnswer(status: 200, body: Array(line.utf8))
      }
    }
  }

  private static func report(to url: String, _ state: Locked<State>, _ client: HTTPClient) {
    let now = bootMicroseconds()
    let ids = state.withLock { state in
      let due = state.due.prefix { $0.at <= now }
      state.due.removeFirst(due.count)
      return due.map(\.id)
    }
    client.send(
      ids.map { id in
        let query = "username=user&password=secret&from=100&to=100&dlr-mask=1&dlr-mid=\(id)"
        return (
          HTTPCall(url: "\(url)?\(query)"),
          { outcome in
            state.withLock { state in
              state.counts.reported += 1
              if case .answered(let answer) = outcome, answer.status < 300 { return }
              state.counts.refused += 1
            }
          }
        )
      })
  }
}
