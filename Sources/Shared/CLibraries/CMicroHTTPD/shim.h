#include <microhttpd.h>
#include <sys/socket.h>

typedef void *(*postrider_mhd_uri_callback)(void *, const char *, struct MHD_Connection *);
typedef size_t (*postrider_mhd_unescape_callback)(void *, struct MHD_Connection *, char *);

// Swift cannot call variadic functions. POLL and not EPOLL: the latter stalls with more than 128 active
// connections in 0.9.75.
static inline struct MHD_Daemon *postrider_mhd_start(
    int uses_tls, MHD_AccessHandlerCallback handler,
    postrider_mhd_uri_callback request_line, postrider_mhd_unescape_callback unescape,
    MHD_RequestCompletedCallback completed, MHD_NotifyConnectionCallback connection, void *context,
    struct MHD_OptionItem *options) {
  unsigned int flags =
      MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;
  if (uses_tls) flags |= MHD_USE_TLS;
  return MHD_start_daemon(
      flags, 0, NULL, NULL, handler, context, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, request_line, context,
      MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL, MHD_OPTION_NOTIFY_COMPLETED, completed, context,
      MHD_OPTION_NOTIFY_CONNECTION, connection, context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static inline size_t postrider_mhd_header_size(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info ? info->header_size : 0;
}

static inline const struct sockaddr *postrider_mhd_peer(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info ? info->client_addr : NULL;
}

static inline int postrider_mhd_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

// What the connection callback stored for this socket.
static inline void *postrider_mhd_socket_context(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}
