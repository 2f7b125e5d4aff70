#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

// Swift cannot call macros.
static inline int postrider_tls_add_to_chain(SSL_CTX *context, X509 *certificate) {
  return SSL_CTX_add1_chain_cert(context, certificate) == 1;
}

static inline void postrider_tls_restrict(SSL_CTX *context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
}

// Nobody is asked for a passphrase.
static inline int postrider_tls_no_passphrase(char *buffer, int size, int is_writing, void *context) {
  return -1;
}

static inline EVP_PKEY *postrider_tls_private_key(BIO *source) {
  return PEM_read_bio_PrivateKey(source, NULL, postrider_tls_no_passphrase, NULL);
}
