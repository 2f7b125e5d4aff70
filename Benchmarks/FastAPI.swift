import Foundation
import TestSupport

/// The service that most would write: FastAPI on uvicorn, aiokafka. One worker is what uvicorn runs where
/// nobody says otherwise.
final class FastAPI {
  let url: String
  /// Each of the workers; uvicorn's parent only watches them.
  private let workers: [Child]

  /// nil where its packages are not installed.
  init?(bootstrap: String, workers count: Int, port: Int) throws {
    let python = ".build/fastapi/bin/python"
    guard FileManager.default.isExecutableFile(atPath: python) else { return nil }
    url = "http://127.0.0.1:\(port)"
    let environment = [
      "BOOTSTRAP": bootstrap, "TOKEN": SignedCallbacks.token, "BASE": SignedCallbacks.base,
    ]
    let listening = "import socket,sys,uvicorn; sys.path.insert(0,'Benchmarks/fastapi'); "
    let sharing = "s=socket.socket(); s.setsockopt(1,15,1); s.bind(('127.0.0.1',\(port))); "
    let serving = """
      uvicorn.Server(uvicorn.Config('service:app', log_level='error', access_log=False)).run([s])
      """
    workers = try (0..<count).map { _ in
      try Child(python, ["-c", listening + sharing + serving], environment)
    }
    try waitForListener(on: port)
  }

  var processorSeconds: Double { workers.reduce(0) { $0 + $1.processorSeconds } }
}
