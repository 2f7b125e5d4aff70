import Foundation
import TestSupport

/// nginx, as one process, that answers 204.
final class Nginx {
  let url: String
  private let child: Child

  init(_ folder: TemporaryFolder) throws {
    let port = 18_204
    url = "http://127.0.0.1:\(port)/"
    try """
    daemon off; master_process off; pid \(folder.file("nginx.pid")); error_log /dev/null;
    events { worker_connections 4096; }
    http { access_log off; client_body_temp_path \(folder.path); keepalive_requests 100000000;
      server { listen 127.0.0.1:\(port); location / { return 204; } } }
    """.write(toFile: folder.file("nginx.conf"), atomically: true, encoding: .utf8)
    child = try Child(
      "/usr/sbin/nginx", ["-c", folder.file("nginx.conf"), "-p", folder.path])
    try waitForListener(on: port)
  }

  var processorSeconds: Double { child.processorSeconds }
}

/// At most about ten seconds.
func waitForListener(on port: Int) throws {
  let waiting = Process()
  waiting.executableURL = URL(fileURLWithPath: "/bin/bash")
  waiting.arguments = [
    "-c",
    "for i in {1..500}; do (: >/dev/tcp/127.0.0.1/\(port)) 2>/dev/null && exit; sleep 0.02; done",
  ]
  try waiting.run()
  waiting.waitUntilExit()
}
