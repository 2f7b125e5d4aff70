internal import Foundation
internal import HTTP
package import Service

/// The address that providers and callers reach. It answers health questions; an unknown path is 404.
package final class IngestListener {
  private let server: HTTPServer

  package struct Unreadable: Error, CustomStringConvertible {
    package let description: String
  }

  package init(_ settings: Settings, _ admin: AdminRoutes) throws {
    var router = Router()
    admin.add(to: &router, withMetrics: false)
    var configuration = HTTPServer.Configuration()
    configuration.address = settings.listen.host
    configuration.port = settings.listen.port
    configuration.threads = 2
    configuration.tls = try settings.tls.map { files in
      HTTPServer.TLS(
        certificateChain: try Self.content(of: files.certificate),
        privateKey: try Self.content(of: files.key))
    }
    let routes = router
    server = try HTTPServer(configuration: configuration) { request, responder in
      routes.handle(request, responder)
    }
  }

  package var port: UInt16 { server.port }

  /// Answers what is under way, then closes.
  package func drain(within limit: Duration) { server.drain(within: limit) }

  private static func content(of file: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw Unreadable(description: "tls: \(file) cannot be read")
    }
    return String(decoding: data, as: UTF8.self)
  }
}
