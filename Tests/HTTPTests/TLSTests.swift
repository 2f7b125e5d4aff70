import CSpawn
import Foundation
import HTTP
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct TLSTests {
  @Test("a client that knows the authority talks to the server, and the request knows of TLS")
  func trusted() throws {
    let identity = try SelfSigned()
    let server = try serving(identity)
    var configuration = HTTPClient.Configuration()
    configuration.authoritiesFile = identity.certificateFile
    let client = try HTTPClient(configuration)
    var call = HTTPCall(
      method: "POST", url: "https://127.0.0.1:\(server.port)/",
      body: [UInt8](repeating: 120, count: 100_000))
    call.totalTimeout = .seconds(20)
    let outcome = client.outcome(of: call)
    guard case .answered(let answer) = outcome else {
      Issue.record("no answer: \(String(describing: outcome))")
      return
    }
    #expect(String(decoding: answer.body, as: UTF8.self) == "true 100000")
    #expect(client.outcome(of: call)?.status == 200)
  }

  @Test("a server that the client cannot trust is sent nothing")
  func untrusted() throws {
    let server = try serving(try SelfSigned())
    let client = try HTTPClient()
    let outcome = client.outcome(of: HTTPCall(url: "https://127.0.0.1:\(server.port)/"))
    #expect(outcome?.notSentReason == .tlsFailed)
    #expect(outcome?.hostFailure == .connection)
  }

  @Test("a name that the certificate does not have is not trusted either")
  func wrongName() throws {
    let identity = try SelfSigned()
    let server = try serving(identity)
    var configuration = HTTPClient.Configuration()
    configuration.authoritiesFile = identity.certificateFile
    let client = try HTTPClient(configuration)
    let outcome = client.outcome(of: HTTPCall(url: "https://localhost:\(server.port)/"))
    #expect(outcome?.notSentReason == .tlsFailed)
  }

  @Test("a key that is none stops the start")
  func badKey() throws {
    let identity = try SelfSigned()
    var configuration = HTTPServer.Configuration()
    configuration.tls = HTTPServer.TLS(certificateChain: identity.certificate, privateKey: "none")
    #expect(throws: HTTPServerError.self) {
      _ = try HTTPServer(configuration: configuration) { _, _ in }
    }
  }

  private func serving(_ identity: SelfSigned) throws -> HTTPServer {
    var configuration = HTTPServer.Configuration()
    configuration.tls = HTTPServer.TLS(
      certificateChain: identity.certificate, privateKey: identity.key)
    return try HTTPServer(configuration: configuration) { request, responder in
      responder.answer(HTTPAnswer(status: 200, text: "\(request.isTLS) \(request.body.count)"))
    }
  }
}

/// A certificate for 127.0.0.1 that vouches for itself, in a folder of its own.
private final class SelfSigned {
  let certificateFile: String
  let certificate: String
  let key: String
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let certificateURL = folder.appending(path: "certificate.pem")
    let keyURL = folder.appending(path: "key.pem")
    try run([
      "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
      "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test", "-addext",
      "subjectAltName=IP:127.0.0.1", "-keyout", keyURL.path, "-out", certificateURL.path,
    ])
    certificateFile = certificateURL.path
    certificate = try String(contentsOf: certificateURL, encoding: .utf8)
    key = try String(contentsOf: keyURL, encoding: .utf8)
  }

  deinit {
    do { try FileManager.default.removeItem(at: folder) } catch {
      Issue.record("the folder of a test stays behind: \(error)")
    }
  }
}

/// Foundation's Process leaves something behind that the leak check finds.
private func run(_ words: [String]) throws {
  var arguments = words.map { strdup($0) } + [nil]
  defer { for argument in arguments { free(argument) } }
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
  // A child that had the listening socket of another test's broker would keep its port from it.
  postrider_spawn_close_from(&actions, 3)
  var child: pid_t = 0
  let code = posix_spawn(&child, words[0], &actions, nil, &arguments, environ)
  var status: Int32 = 0
  guard code == 0, waitpid(child, &status, 0) == child, status == 0 else {
    throw SocketFault(code: code == 0 ? status : code)
  }
}
