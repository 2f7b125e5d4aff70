package import Settings
internal import Telemetry
package import HTTP

/// Health and metrics on an address of their own.
package final class AdminServer {
  private let server: HTTPServer

  package init(_ address: Address, _ routes: AdminRoutes) throws(HTTPServerError) {
    var router = Router(counting: routes.metrics)
    routes.add(to: &router, isOwn: true)
    var configuration = HTTPServer.Configuration()
    configuration.address = address.host
    configuration.port = address.port
    let built = router
    server = try HTTPServer(
      configuration: configuration, counting: routes.metrics, routes: built.route)
  }

  package var port: UInt16 { server.port }

  package func drain(within limit: Duration) { server.drain(within: limit) }
}
