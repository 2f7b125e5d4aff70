package import HTTP
package import Settings

/// Finds the key that a request stands for which names none itself; nil where there is no session.
package typealias SessionFinder = @Sendable (HTTPRequest) throws(Problem) -> APIKey?
