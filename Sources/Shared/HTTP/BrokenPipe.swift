internal import Glibc

/// For threads that talk TLS: OpenSSL writes to sockets without MSG_NOSIGNAL.
func blockBrokenPipeSignal() {
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, SIGPIPE)
  pthread_sigmask(SIG_BLOCK, &signals, nil)
}
