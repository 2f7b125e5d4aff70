internal import CTLS
internal import Glibc

/// Certificate and key of a server, for all of its connections.
final class TLSContext: @unchecked Sendable {
  // Not changed once it is made; OpenSSL counts its references under a lock of its own.
  private let handle: OpaquePointer

  init(_ tls: HTTPServer.TLS) throws(HTTPServerError) {
    ERR_clear_error()
    guard let made = SSL_CTX_new(TLS_server_method()) else { throw .cannotStart }
    handle = made
    postrider_tls_restrict(made)
    guard Self.use(tls, in: made) else {
      ERR_clear_error()
      throw .cannotStart
    }
  }

  deinit { SSL_CTX_free(handle) }

  /// nil where memory is short.
  func session(on socket: Int32) -> TLSSession? {
    guard let session = SSL_new(handle) else { return nil }
    guard SSL_set_fd(session, socket) == 1 else {
      SSL_free(session)
      return nil
    }
    SSL_set_accept_state(session)
    return TLSSession(session)
  }

  private static func use(_ tls: HTTPServer.TLS, in context: OpaquePointer) -> Bool {
    withSource(tls.certificateChain) { source in
      guard let own = PEM_read_bio_X509(source, nil, nil, nil) else { return false }
      defer { X509_free(own) }
      guard SSL_CTX_use_certificate(context, own) == 1 else { return false }
      while let next = PEM_read_bio_X509(source, nil, nil, nil) {
        defer { X509_free(next) }
        guard postrider_tls_add_to_chain(context, next) == 1 else { return false }
      }
      // The last read tells by an error that there is no more.
      ERR_clear_error()
      return true
    }
      && withSource(tls.privateKey) { source in
        guard let key = postrider_tls_private_key(source) else { return false }
        defer { EVP_PKEY_free(key) }
        return SSL_CTX_use_PrivateKey(context, key) == 1
          && SSL_CTX_check_private_key(context) == 1
      }
  }

  private static func withSource(_ text: String, _ body: (OpaquePointer) -> Bool) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      guard let source = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
        return false
      }
      defer { BIO_free(source) }
      return body(source)
    }
  }
}

/// One connection's state of TLS, used by its thread alone.
final class TLSSession {
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) { self.handle = handle }

  deinit { SSL_free(handle) }

  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transferred {
    outcome { SSL_read(handle, buffer.baseAddress, Int32(clamping: buffer.count)) }
  }

  func send(_ bytes: UnsafeRawBufferPointer) -> Transferred {
    guard !bytes.isEmpty else { return .bytes(0) }
    return outcome { SSL_write(handle, bytes.baseAddress, Int32(clamping: bytes.count)) }
  }

  /// Tells the client that nothing more comes.
  func finish() {
    ERR_clear_error()
    // After a failure OpenSSL must not be asked for it; that it knows itself.
    SSL_shutdown(handle)
    ERR_clear_error()
  }

  private func outcome(_ call: () -> Int32) -> Transferred {
    // What is left in this thread's queue would be taken for this call's.
    ERR_clear_error()
    let count = call()
    if count > 0 { return .bytes(Int(count)) }
    switch SSL_get_error(handle, count) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .nothing
    case SSL_ERROR_ZERO_RETURN: return .end
    default: return .failed
    }
  }
}
