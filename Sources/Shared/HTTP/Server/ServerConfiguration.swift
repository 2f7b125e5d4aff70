extension HTTPServer {
  package struct Configuration: Sendable {
    /// An address of this machine, or a name of one.
    package var address = "127.0.0.1"
    /// 0 takes any free port; the server tells which.
    package var port: UInt16 = 0
    package var threads = 1
    /// A longer body is answered 413, unless its route has a limit of its own.
    package var maximumBodySize = 1 << 20
    /// Bytes that all requests of strangers may hold while they are being read, heads and bodies. Past it those
    /// that have been coming longest are answered 503.
    package var strangersRoom = 64 << 20
    /// The same for requests whose head had a right credential.
    package var knownRoom = 256 << 20
    /// Bytes of a streamed body that wait for their reader.
    package var uploadBuffer = 256 << 10
    /// Request line and header fields; more is answered 431.
    package var maximumHeadSize = 8 << 10
    /// For one more, the connection that has been idle longest is closed; with none idle it waits.
    package var maximumConnections = 20_000
    /// 0 is no limit. A proxy in front makes all callers one address.
    package var maximumConnectionsPerAddress = 0
    /// A connection with no request on it is closed after that time, and one whose client takes nothing more of
    /// its answer.
    package var idleTimeout: Duration = .seconds(60)
    /// A request has to be there in whole that long after its first byte.
    package var requestTimeout: Duration = .seconds(30)
    /// Bytes that a streamed answer may hold back for a slow reader before it is closed.
    package var streamBuffer = 256 << 10
    package var tls: TLS?
    /// Fields that every answer has, whatever its route says.
    package var fields: [HTTPHeader] = []

    package init() {}
  }

  /// PEM texts. The chain starts with the server's own certificate.
  package struct TLS: Sendable {
    package let certificateChain: String
    package let privateKey: String

    package init(certificateChain: String, privateKey: String) {
      self.certificateChain = certificateChain
      self.privateKey = privateKey
    }
  }
}

package enum HTTPServerError: Error, CustomStringConvertible {
  case cannotListen(address: String, port: UInt16, reason: String)
  case cannotStart

  package var description: String {
    switch self {
    case .cannotListen(let address, let port, let reason):
      "cannot listen on \(address):\(port): \(reason)"
    case .cannotStart: "the HTTP server did not start; with TLS, check certificate and key"
    }
  }
}
