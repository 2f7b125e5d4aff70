internal import HTTP

/// What every answer of the console tells the browser: nothing runs and nothing is loaded but what is ours, no other
/// page may frame, open or read it, and no text becomes markup.
enum SafeFields {
  static let all = [
    HTTPHeader("Content-Security-Policy", policy),
    HTTPHeader("X-Content-Type-Options", "nosniff"),
    HTTPHeader("X-Frame-Options", "DENY"),
    HTTPHeader("Referrer-Policy", "no-referrer"),
    HTTPHeader("Cross-Origin-Opener-Policy", "same-origin"),
    HTTPHeader("Cross-Origin-Resource-Policy", "same-origin"),
    HTTPHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
  ]

  // Files that people sent are fetched with the session's header and shown from memory: `blob:`.
  private static let policy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
    "img-src 'self' blob:", "media-src 'self' blob:", "frame-ancestors 'none'", "base-uri 'none'",
    "form-action 'self'", "require-trusted-types-for 'script'", "trusted-types 'none'",
  ].joined(separator: "; ")
}
