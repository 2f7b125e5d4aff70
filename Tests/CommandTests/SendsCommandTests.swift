import Domain
import Foundation
import JSON
import Platform
import TestSupport
import Testing

/// `postrider sends`: what did not arrive goes once more.
@Suite(.timeLimit(.minutes(5))) struct SendsCommandTests {
  private let folder: TemporaryFolder
  private let file: String

  init() throws {
    folder = try TemporaryFolder()
    file = folder.file("settings.json5")
    try """
    {
      listen: "127.0.0.1:0", log: "embedded:log.db", store: "sqlite:store.db",
      apiKeys: ["key"],
      senders: [{
        id: "main", provider: "meta", phoneNumberId: "1065", wabaId: "10291",
        accessToken: "some-token", appSecret: "some-secret", verifyToken: "verify",
        baseURL: "http://127.0.0.1:9/v24.0",
      }],
    }
    """.write(toFile: file, atomically: true, encoding: .utf8)
  }

  private func run(
    _ words: [String], at running: RunningPostrider? = nil
  ) throws -> CommandTests.Run {
    let place = running.map { ["--url", "http://\($0.address)"] } ?? []
    return try CommandTests.run(words + place + ["--config", file])
  }

  /// So many that somebody canceled.
  private func cancel(_ count: Int, _ running: RunningPostrider) throws {
    for place in 0..<count {
      let body =
        #"{"to":"+3933322200\#(10 + place)","body":"hi","campaign":"spring","sendAt":"2099-01-01T00:00:00Z"}"#
      let made = running.call("POST", "/api/whatsapp/send", body)
      let id = try #require(made?["id"]?.string)
      waitUntil("it is canceled") {
        running.call("POST", "/api/sends/\(id)/cancel")?["state"]?.string == "canceled"
      }
    }
  }

  @Test("what was canceled is ordered again, followed to its end, and taken back")
  func resend() async throws {
    try await onOwnThread {
      let running = try RunningPostrider(settings: file)
      defer { running.end() }
      try cancel(2, running)
      let words = ["sends", "resend", "--state", "canceled", "--campaign", "spring"]
      let done = try run(words + ["--undo-seconds", "0"], at: running)
      #expect(done.status == 0, "\(done.errors)")
      #expect(done.output.contains("done: 2 of 2 sent again\n"), "\(done.output)")
      let ordered = try run(words + ["--undo-seconds", "3600", "--no-wait"], at: running)
      let id = ordered.output.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(running.call("GET", "/api/resends/\(id)")?["state"]?.string == "waiting")
      let undone = try run(["sends", "resend", "--undo", id], at: running)
      #expect(undone.status == 0 && undone.output == "taken back: nothing was sent\n")
      #expect(running.call("GET", "/api/resends/\(id)")?["state"]?.string == "stopped")
      let refused = try run(words + ["--since", "yesterday"], at: running)
      #expect(refused.status == 1 && refused.errors.contains("/since must be a time"))
    }
  }

  @Test(
    "an order that says too little or too much is refused before anything is asked",
    arguments: [
      (["sends"], "sends needs resend"), (["sends", "resend"], "needs --state, one of failed"),
      (["sends", "resend", "--state", "delivered"], "needs --state, one of failed"),
      (["sends", "resend", "--undo", "x"], "--undo needs the id of an order"),
      (
        ["sends", "resend", "--undo", "00000000-0000-7000-8000-000000000000", "--state", "failed"],
        "--undo takes no --state"
      ),
      (
        ["sends", "resend", "--state", "failed", "--undo-seconds", "3601"],
        "--undo-seconds must be a number from 0 to 3600"
      ),
    ])
  func usage(words: [String], fault: String) throws {
    let refused = try run(words)
    #expect(refused.status == 64 && refused.errors.contains(fault), "\(refused.errors)")
  }
}
