internal import ServiceLifecycle

/// A service that keeps the token of a cluster where its user's clients find it, for as long as the
/// cluster runs.
package struct PublishedTokenService: Service, CustomStringConvertible {
    private let token: Token
    private let tokens: LocalTokens
    private let url: @Sendable () async throws -> String
    private let published = Promise<String>()

    /// Creates a service.
    ///
    /// `url`: returns the coordinator's URL, once it is available.
    package init(
        _ token: Token,
        in tokens: LocalTokens,
        url: @escaping @Sendable () async throws -> String
    ) {
        self.token = token
        self.tokens = tokens
        self.url = url
    }

    package var description: String { "token file" }

    /// The path of the file, once the file exists.
    package var path: String { get async throws { try await published.value } }

    /// Runs until a graceful shutdown begins.
    package func run() async throws {
        do {
            let file = try tokens.publish(token, url: try await url())
            published.fulfill(file.path)
            do {
                try await gracefulShutdown()
            } catch is CancellationError {
                // Another service has ended.
            }
            try file.remove()
        } catch {
            published.fail(error)
            throw error
        }
    }
}
